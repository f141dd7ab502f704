'use client'
/** One setting of the evaluation: label, explanation, control and what is wrong with it. Declared where all settings are; its value is this form's. */
import type { KeyboardEvent, ReactNode } from 'react'
import { FieldLabel, labelId } from '@/components/config/config-field'
import { numberText, stepped } from '@/lib/config/number-text'
import { useWords } from '@/components/config/words'
import { checked, form, setValue } from '@/components/evaluate/form'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { Checkbox } from '@/components/ui/checkbox'
import { Hint } from '@/components/ui/hint'
import { TextInput } from '@/components/ui/text-input'
import type { EvaluateKey } from '@/lib/config/evaluate-page'
import { fieldOf } from '@/lib/config/fields'
import type { Fault } from '@/lib/errors'

/** Faults of what is not chosen yet wait for Start. */
export const useFault = (key: string): Fault | null =>
  useStore(checked, ({ faults, attempted }) => faults.find(({ field, code }) => field === key && (attempted || !['missing_key', 'no_data_for_eval', 'nothing_to_do'].includes(code))) ?? null)

export const evaluateId = (name: string): string => `evaluate-${name}`

export function Help({ id, help, name }: { id: string; help: string; name?: string }) {
  const { t } = useLocale()
  return (
    <Hint label={t.ui.field.help} describedBy={labelId(id)}>
      <p className="text-ink">{help}</p>
      {name && <code className="mt-1.5 block font-mono text-2xs text-ink-faint">{name}</code>}
    </Hint>
  )
}

export function Frame({ name, label, tools, children, wide }: { name: string; label: string; tools?: ReactNode; children: ReactNode; wide?: boolean }) {
  return (
    <div className={wide ? 'col-span-full min-w-0' : 'min-w-0'} data-field={name}>
      <div className="flex h-6 items-center gap-px">
        <FieldLabel id={evaluateId(name)}>{label}</FieldLabel>
        {tools}
      </div>
      {children}
      <FieldFault name={name} />
    </div>
  )
}

export function FieldFault({ name }: { name: string }) {
  const { say } = useLocale()
  const fault = useFault(name)
  return fault && <p id={`${evaluateId(name)}-fault`} role="alert" className="mt-1 text-xs text-danger [overflow-wrap:anywhere]">{say(fault)}</p>
}

export function NumberField({ name }: { name: EvaluateKey }) {
  const { label, help } = useWords(name)
  const fault = useFault(name)
  const text = useStore(form, ({ values }) => numberText(values[name]))
  const field = fieldOf(name)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
    const next = stepped(text, field.step ?? 1, event.key === 'ArrowUp' ? 1 : -1, field)
    if (next === null) return
    event.preventDefault()
    setValue(name, next)
  }
  return (
    <Frame name={name} label={label} tools={<Help id={evaluateId(name)} help={help} name={name} />}>
      <TextInput
        id={evaluateId(name)}
        inputMode="decimal"
        value={text}
        invalid={fault !== null}
        describedBy={fault ? `${evaluateId(name)}-fault` : undefined}
        onChange={(event) => setValue(name, event.target.value)}
        onKeyDown={onKeyDown}
      />
    </Frame>
  )
}

interface FlagProps {
  name: string
  label: string
  help: string
  checked: boolean
  onChange: (next: boolean) => void
  disabled?: boolean
}

export function Flag({ name, label, help, checked: on, onChange, disabled }: FlagProps) {
  const id = evaluateId(name)
  return (
    <div className="col-span-full min-w-0" data-field={name}>
      <div className="flex min-h-8 items-center gap-2">
        <Checkbox id={id} checked={on} disabled={disabled} onChange={onChange} />
        <FieldLabel id={id}>{label}</FieldLabel>
        <Help id={id} help={help} />
      </div>
      <FieldFault name={name} />
    </div>
  )
}
