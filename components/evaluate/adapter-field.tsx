'use client'
/** Which weights are evaluated: an adapter of the model bar's model (others after it), or the base alone. */
import { useMemo } from 'react'
import { draft } from '@/components/config/draft'
import { evaluateId, Frame, Help, useFault } from '@/components/evaluate/field'
import { form, setForm } from '@/components/evaluate/form'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { useCall } from '@/components/use-call'
import { adapterOptions } from '@/components/model/adapter-options'
import { Combobox } from '@/components/ui/combobox'
import type { AdapterEntry } from '@/lib/api'
import { fill } from '@/lib/messages/text'

/** The option for no adapter; a path is never empty. */
const BASE = ''
const none: readonly AdapterEntry[] = []

export function AdapterField() {
  const { t } = useLocale()
  const words = t.ui.evaluate
  const adapter = useStore(form, (now) => now.adapter)
  const base = useStore(draft, ({ args }) => String(args.model_name_or_path ?? '').trim())
  const fault = useFault('adapter_name_or_path')
  const { reply, again } = useCall('adapters', { model_name_or_path: null })
  const entries = reply?.ok ? reply.value : none
  const options = useMemo(() => [{ value: BASE, label: words.base_only }, ...adapterOptions(entries, base, words)], [entries, base, words])
  const id = evaluateId('adapter_name_or_path')
  return (
    <Frame name="adapter_name_or_path" label={words.adapter} tools={<Help id={id} help={words.adapter_help} name="adapter_name_or_path" />} wide>
      <Combobox
        id={id}
        label={words.adapter}
        value={adapter ?? BASE}
        options={options}
        invalid={fault !== null}
        describedBy={fault ? `${id}-fault` : undefined}
        onFocus={again}
        onChange={(next) => setForm({ adapter: next === BASE ? null : next })}
        more={(count) => fill(t.ui.more_options, { count })}
        none={t.ui.nothing_found}
      />
    </Frame>
  )
}
