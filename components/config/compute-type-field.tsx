'use client'
/** The one control that stands for three keys: bf16, fp16 and pure_bf16. */
import { useFault } from '@/components/config/checks'
import { FieldFault, FieldLabel, labelId } from '@/components/config/config-field'
import { draft, setArgs, touch } from '@/components/config/draft'
import { optionWith, useWords } from '@/components/config/words'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { Hint } from '@/components/ui/hint'
import { Select } from '@/components/ui/select'
import { computeType, computeTypeLacking, computeTypes, precision, type ComputeType } from '@/lib/config/form'

const flags = ['bf16', 'fp16', 'pure_bf16'] as const

export function ComputeTypeField() {
  const { t } = useLocale()
  const { label, help } = useWords('compute_type')
  const value = useStore(draft, ({ args }) => computeType({ bf16: args.bf16 === true, fp16: args.fp16 === true, pure_bf16: args.pure_bf16 === true }))
  const faults = [useFault('bf16'), useFault('fp16')]
  const faulty = flags.find((_, index) => faults[index])
  return (
    <div className="min-w-0" data-field="compute_type">
      <div className="flex h-6 items-center gap-0.5">
        <FieldLabel id="field-compute_type">{label}</FieldLabel>
        <Hint label={t.ui.field.help} describedBy={labelId('field-compute_type')}>
          <p className="text-ink">{help}</p>
          <code className="mt-1.5 block font-mono text-2xs text-ink-faint">{flags.join(' · ')}</code>
        </Hint>
      </div>
      <Select
        id="field-compute_type"
        label={label}
        value={value}
        invalid={faulty !== undefined}
        describedBy={faulty && `fault-${faulty}`}
        options={computeTypes.map((type) => optionWith(t, 'compute_type', type, computeTypeLacking(type)))}
        onChange={(next) => {
          setArgs(precision(next as ComputeType))
          touch('bf16')
        }}
      />
      <FieldFault name="bf16" />
      <FieldFault name="fp16" />
    </div>
  )
}
