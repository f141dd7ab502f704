'use client'
/** The control of a setting, chosen by its declared widget. Datasets, paths and the output folder have controls of their own elsewhere. */
import type { KeyboardEvent } from 'react'
import { useFault } from '@/components/config/checks'
import { setArg } from '@/components/config/draft'
import { numberText, stepped } from '@/components/config/number-text'
import { useOptions, useWords } from '@/components/config/words'
import { Checkbox } from '@/components/ui/checkbox'
import { Select } from '@/components/ui/select'
import { TextInput } from '@/components/ui/text-input'
import { fieldOf, type Key } from '@/lib/config/fields'

interface ControlProps {
  name: Key
  id: string
  value: unknown
}

/** Radix Select has no empty value; this one stands for "not set". */
const UNSET = '\u0000'

export function Control({ name, id, value }: ControlProps) {
  const { kind } = fieldOf(name)
  const describedBy = useDescribedBy(name)
  if (kind === 'boolean') return <Checkbox id={id} checked={value === true} describedBy={describedBy} onChange={(next) => setArg(name, next)} />
  if (kind === 'choice') return <Choice name={name} id={id} value={value} />
  if (kind === 'integer' || kind === 'number' || kind === 'amount') return <NumberInput name={name} id={id} value={value} />
  return <Text name={name} id={id} value={value} />
}

const useDescribedBy = (name: Key) => (useFault(name) ? `fault-${name}` : undefined)

function Choice({ name, id, value }: ControlProps) {
  const options = useOptions(name)
  const { label } = useWords(name)
  const fault = useFault(name)
  const withUnset = fieldOf(name).default === null ? [{ value: UNSET, label: '—' }, ...options] : options
  return (
    <Select
      id={id}
      label={label}
      value={typeof value === 'string' ? value : UNSET}
      options={withUnset}
      invalid={fault !== null}
      describedBy={fault ? `fault-${name}` : undefined}
      onChange={(next) => setArg(name, next === UNSET ? null : next)}
    />
  )
}

function NumberInput({ name, id, value }: ControlProps) {
  const fault = useFault(name)
  const field = fieldOf(name)
  const text = numberText(value)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
    const step = field.step ?? (field.kind === 'integer' ? 1 : null)
    const next = step === null ? null : stepped(text, step, event.key === 'ArrowUp' ? 1 : -1, field)
    if (next === null) return
    event.preventDefault()
    setArg(name, next)
  }
  return (
    <TextInput
      id={id}
      inputMode="decimal"
      value={text}
      invalid={fault !== null}
      describedBy={fault ? `fault-${name}` : undefined}
      onChange={(event) => setArg(name, event.target.value)}
      onKeyDown={onKeyDown}
    />
  )
}

function Text({ name, id, value }: ControlProps) {
  const fault = useFault(name)
  const text = Array.isArray(value) ? value.join(', ') : typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '')
  return (
    <TextInput
      id={id}
      value={text}
      invalid={fault !== null}
      describedBy={fault ? `fault-${name}` : undefined}
      onChange={(event) => setArg(name, event.target.value)}
    />
  )
}
