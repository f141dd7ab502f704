'use client'
/** Controls of LLaMA Board that are no settings of a run: it starts other processes with them. Shown switched off, with the reason. */
import { FieldLabel, fieldId, labelId } from '@/components/config/config-field'
import { useWords } from '@/components/config/words'
import { useLocale } from '@/components/locale'
import { Hint } from '@/components/ui/hint'
import { TextInput } from '@/components/ui/text-input'

const controls = { device_count: '1', ds_stage: 'none', ds_offload: 'false' } as const
type Name = keyof typeof controls

export const LaterControls = ({ reasonId }: { reasonId: string }) =>
  (Object.keys(controls) as Name[]).map((name) => <LaterControl key={name} name={name} reasonId={reasonId} />)

function LaterControl({ name, reasonId }: { name: Name; reasonId: string }) {
  const { t } = useLocale()
  const { label, help } = useWords(name)
  const id = fieldId(name)
  return (
    <div className="min-w-0" data-field={name}>
      <div className="flex h-6 items-center gap-px">
        <FieldLabel id={id}>{label}</FieldLabel>
        <Hint label={t.ui.field.help} describedBy={labelId(id)}>
          <p className="text-ink">{help}</p>
        </Hint>
      </div>
      <TextInput id={id} value={controls[name]} readOnly disabled describedBy={reasonId} />
    </div>
  )
}
