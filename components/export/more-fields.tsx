'use client'
/** The rest of LLaMA Board's export settings: what changes nothing here, and what this version lacks, with the reason. */
import ChevronDown from 'lucide-react/icons/chevron-down'
import { ConfigField, FieldLabel, FieldTools, Reason } from '@/components/config/config-field'
import { useWords } from '@/components/config/words'
import { useLocale } from '@/components/locale'
import { Select } from '@/components/ui/select'
import { lacking } from '@/lib/config/form'
import { fill } from '@/lib/messages/text'

export function MoreFields() {
  const { t } = useLocale()
  return (
    <details className="group rounded-md border border-line">
      <summary className="flex h-9 cursor-pointer list-none items-center gap-2 px-3 text-xs font-medium text-ink-soft">
        <ChevronDown aria-hidden className="size-3.5 -rotate-90 text-ink-faint transition-transform group-open:rotate-0" />
        {t.ui.export.more}
      </summary>
      <div className="grid gap-x-3 gap-y-4 border-t border-line p-3 sm:grid-cols-2">
        <QuantizationBit />
        <ConfigField name="export_quantization_dataset" />
        <ConfigField name="export_device" />
        <ConfigField name="export_legacy_format" />
      </div>
    </details>
  )
}

const bits = [8, 4, 3, 2] as const

/** GPTQ; the list is LLaMA Board's. */
function QuantizationBit() {
  const { t } = useLocale()
  const { label } = useWords('export_quantization_bit')
  const id = 'field-export_quantization_bit'
  const feature = lacking('export_quantization_bit')
  const options = [{ value: '', label: t.ui.export.none }, ...bits.map((bit) => ({ value: String(bit), label: fill(t.ui.export.bits, { count: bit }) }))]
  return (
    <div className="min-w-0" data-field="export_quantization_bit">
      <div className="flex h-6 items-center gap-px">
        <FieldLabel id={id}>{label}</FieldLabel>
        <FieldTools name="export_quantization_bit" id={id} changed={false} />
      </div>
      <Select id={id} label={label} value="" options={options} disabled={feature !== null} describedBy="reason-export_quantization_bit" onChange={() => undefined} />
      {feature !== null && <Reason id="reason-export_quantization_bit" feature={feature} />}
    </div>
  )
}
