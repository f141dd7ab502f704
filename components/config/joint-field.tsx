'use client'
/** A control that stands for several keys, such as the compute type for bf16, fp16 and pure_bf16. */
import { useFault } from '@/components/config/checks'
import { FieldFault, FieldLabel, labelId } from '@/components/config/config-field'
import { draft, setArgs, touch } from '@/components/config/draft'
import { optionWith, useWords } from '@/components/config/words'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { Hint } from '@/components/ui/hint'
import { Select } from '@/components/ui/select'
import { jointLacking, jointOf, type JointName } from '@/lib/config/joint'

export function JointField({ name }: { name: JointName }) {
  const { t } = useLocale()
  const { keys, options, read, write } = jointOf(name)
  const { label, help } = useWords(name)
  const value = useStore(draft, ({ args }) => read(args))
  const faults = [useFault(keys[0]), useFault(keys[1]), useFault(keys[2])]
  const faulty = keys.find((_, index) => faults[index])
  const id = `field-${name}`
  return (
    <div className="min-w-0" data-field={name}>
      <div className="flex h-6 items-center gap-px">
        <FieldLabel id={id}>{label}</FieldLabel>
        <Hint label={t.ui.field.help} describedBy={labelId(id)}>
          <p className="text-ink">{help}</p>
          <code className="mt-1.5 block font-mono text-2xs text-ink-faint">{keys.join(' · ')}</code>
        </Hint>
      </div>
      <Select
        id={id}
        label={label}
        value={value}
        invalid={faulty !== undefined}
        describedBy={faulty && `fault-${faulty}`}
        options={options.map((option) => optionWith(t, name, option, jointLacking(name, option)))}
        onChange={(next) => {
          setArgs(write(next))
          touch(keys[0])
        }}
      />
      {keys.map((key) => (
        <FieldFault key={key} name={key} />
      ))}
    </div>
  )
}
