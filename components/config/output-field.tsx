'use client'
/** Where the run is saved: its name is typed, the folders before it follow from model and method. */
import { useFault } from '@/components/config/checks'
import { FieldFault, FieldLabel, labelId } from '@/components/config/config-field'
import { draft, modelFolder, touch } from '@/components/config/draft'
import { useWords } from '@/components/config/words'
import { useLocale } from '@/components/locale'
import { SamplePromptsField } from '@/components/run/sample-prompts-field'
import { useStore } from '@/components/store'
import { Hint } from '@/components/ui/hint'
import { TextInput } from '@/components/ui/text-input'

export function OutputField() {
  const { t } = useLocale()
  const { label } = useWords('output_dir')
  const { help } = useWords('run_name')
  const name = useStore(draft, (now) => now.run_name)
  const folder = useStore(draft, (now) => `saves/${modelFolder(now) ?? '…'}/${String(now.args.finetuning_type)}/`)
  const fault = useFault('output_dir')
  return (
    <>
      <div className="col-span-full min-w-0" data-field="output_dir">
        <div className="flex h-6 items-center gap-px">
          <FieldLabel id="field-output_dir">{label}</FieldLabel>
          <Hint label={t.ui.field.help} describedBy={labelId('field-output_dir')}>
            <p className="text-ink">{help}</p>
            <code className="mt-1.5 block font-mono text-2xs text-ink-faint">output_dir</code>
          </Hint>
        </div>
        <div className="flex items-center gap-1.5">
          <span className="max-w-[50%] shrink-0 truncate font-mono text-2xs text-ink-faint" title={folder}>
            {folder}
          </span>
          <TextInput
            id="field-output_dir"
            value={name}
            placeholder={t.ui.train.run_name}
            invalid={fault !== null}
            describedBy={fault ? 'fault-output_dir' : undefined}
            onChange={(event) => {
              draft.set((now) => ({ ...now, run_name: event.target.value }))
              touch('output_dir')
            }}
          />
        </div>
        <FieldFault name="output_dir" />
      </div>
      <SamplePromptsField />
    </>
  )
}
