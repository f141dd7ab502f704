'use client'
/** Which weights are evaluated: adapters on the model bar's model, or the base alone. */
import { draft } from '@/components/config/draft'
import { evaluateId, Frame, Help, useFault } from '@/components/evaluate/field'
import { form, setForm } from '@/components/evaluate/form'
import { useLocale } from '@/components/locale'
import { CheckpointChooser } from '@/components/model/checkpoint-chooser'
import { useStore } from '@/components/store'
import { useCall } from '@/components/use-call'

export function AdapterField() {
  const { t } = useLocale()
  const words = t.ui.evaluate
  const chosen = useStore(form, (now) => now.adapters)
  const base = useStore(draft, ({ args }) => String(args.model_name_or_path ?? '').trim())
  const fault = useFault('adapter_name_or_path')
  const { reply, again } = useCall('adapters', { model_name_or_path: null })
  const id = evaluateId('adapter_name_or_path')
  return (
    <Frame name="adapter_name_or_path" label={words.adapter} tools={<Help id={id} help={words.adapter_help} name="adapter_name_or_path" />} wide>
      <CheckpointChooser
        id={id}
        label={words.adapter}
        entries={reply?.ok ? reply.value : null}
        base={base}
        chosen={chosen}
        none={words.base_only}
        faultId={fault ? `${id}-fault` : undefined}
        align="start"
        onChange={(adapters) => setForm({ adapters })}
        onOpen={(open) => open && again()}
      />
    </Frame>
  )
}
