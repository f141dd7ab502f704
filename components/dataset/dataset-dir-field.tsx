'use client'
/** The data folder in the form: typed, or one of the known ones, so that what was uploaded is found. */
import { useFault } from '@/components/config/checks'
import { FieldFault, FieldLabel, FieldTools } from '@/components/config/config-field'
import { draft, firstArgs, setArg } from '@/components/config/draft'
import { useWords } from '@/components/config/words'
import { useFolders } from '@/components/dataset/folders'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { Combobox } from '@/components/ui/combobox'
import { fill } from '@/lib/messages/text'

const id = 'field-dataset_dir'

export function DatasetDirField() {
  const { t } = useLocale()
  const { label } = useWords('dataset_dir')
  const value = useStore(draft, (now) => String(now.args.dataset_dir ?? ''))
  const fault = useFault('dataset_dir')
  const { known } = useFolders()
  return (
    <div className="min-w-0" data-field="dataset_dir">
      <div className="flex h-6 items-center gap-px">
        <FieldLabel id={id}>{label}</FieldLabel>
        <FieldTools name="dataset_dir" id={id} changed={value !== firstArgs.dataset_dir} />
      </div>
      <Combobox
        id={id}
        label={label}
        value={value}
        options={known.map((folder) => ({ value: folder, label: folder }))}
        free
        invalid={fault !== null}
        describedBy={fault ? 'fault-dataset_dir' : undefined}
        onChange={(next) => setArg('dataset_dir', next)}
        more={(count) => fill(t.ui.more_options, { count })}
        none={t.ui.nothing_found}
      />
      <FieldFault name="dataset_dir" />
    </div>
  )
}
