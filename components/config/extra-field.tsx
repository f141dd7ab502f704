'use client'
/** Settings as JSON beside the form, as LLaMA Board has them: for those without a field of their own. */
import { useFault } from '@/components/config/checks'
import { FieldFault, FieldLabel, fieldId, labelId } from '@/components/config/config-field'
import { draft, touch } from '@/components/config/draft'
import { useWords } from '@/components/config/words'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { Hint } from '@/components/ui/hint'
import { TextInput } from '@/components/ui/text-input'

const id = fieldId('extra_args')

export function ExtraField() {
  const { t } = useLocale()
  const { label, help } = useWords('extra_args')
  const text = useStore(draft, (now) => now.extra_args)
  const fault = useFault('extra_args')
  return (
    <div className="col-span-full min-w-0" data-field="extra_args">
      <div className="flex h-6 items-center gap-px">
        <FieldLabel id={id}>{label}</FieldLabel>
        <Hint label={t.ui.field.help} describedBy={labelId(id)}>
          <p className="text-ink">{help}</p>
        </Hint>
      </div>
      <TextInput
        id={id}
        value={text}
        placeholder={'{"optim": "adamw_torch"}'}
        className="font-mono"
        invalid={fault !== null}
        describedBy={fault ? 'fault-extra_args' : undefined}
        onChange={(event) => {
          draft.set((now) => ({ ...now, extra_args: event.target.value }))
          touch('extra_args')
        }}
      />
      <FieldFault name="extra_args" />
    </div>
  )
}
