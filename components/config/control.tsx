'use client'
/** The control of a setting, chosen by its declared widget. Datasets, paths and the output folder have controls of their own elsewhere. */
import type { KeyboardEvent } from 'react'
import { useFault } from '@/components/config/checks'
import { setArg } from '@/components/config/draft'
import { numberText, stepped } from '@/lib/config/number-text'
import { useOptions, useWords } from '@/components/config/words'
import { Checkbox } from '@/components/ui/checkbox'
import { Select } from '@/components/ui/select'
import { TextInput } from '@/components/ui/text-input'
import { fieldOf, type Key } from '@/lib/config/fields'

interface ControlProps {
  name: Key
  id: string
  value: unknown
  /** Id of the element that says why the control is switched off; absent where it is not. */
  disabledBy?: string
}

/** Radix Select has no empty value; this one stands for "not set". */
const UNSET = '\u0000'

export function Control(props: ControlProps) {
  const { name, id, value, disabledBy } = props
  const { kind } = fieldOf(name)
  const describedBy = useDescribedBy(props)
  if (kind === 'boolean') {
    return <Checkbox id={id} checked={value === true} disabled={disabledBy !== undefined} describedBy={describedBy} onChange={(next) => setArg(name, next)} />
  }
  if (fieldOf(name).options) return <Choice {...props} />
  if (kind === 'integer' || kind === 'number' || kind === 'amount') return <NumberInput {...props} />
  return <Text {...props} />
}

/** A control is described by what is wrong with it, else by why it is switched off. */
const useDescribedBy = ({ name, disabledBy }: ControlProps) => (useFault(name) ? `fault-${name}` : disabledBy)

function Choice(props: ControlProps) {
  const { name, id, value, disabledBy } = props
  const options = useOptions(name)
  const { label } = useWords(name)
  const fault = useFault(name)
  const withUnset = fieldOf(name).default === null ? [{ value: UNSET, label: fieldOf(name).empty ?? '—' }, ...options] : options
  return (
    <Select
      id={id}
      label={label}
      value={chosen(value)}
      options={withUnset}
      invalid={fault !== null}
      disabled={disabledBy !== undefined}
      describedBy={useDescribedBy(props)}
      onChange={(next) => setArg(name, next === UNSET ? null : next)}
    />
  )
}

/** What an empty field stands for, where nothing else says it. */
function useEmpty(name: Key): string | undefined {
  const { empty } = useWords(name)
  return fieldOf(name).empty ?? empty
}

/** Of several names, which only a file can hold, all are shown. */
const chosen = (value: unknown): string => (Array.isArray(value) ? value.join(',') : typeof value === 'string' ? value : UNSET)

function NumberInput(props: ControlProps) {
  const { name, id, value, disabledBy } = props
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
      placeholder={useEmpty(name)}
      invalid={fault !== null}
      disabled={disabledBy !== undefined}
      describedBy={useDescribedBy(props)}
      onChange={(event) => setArg(name, event.target.value)}
      onKeyDown={onKeyDown}
    />
  )
}

function Text(props: ControlProps) {
  const { name, id, value, disabledBy } = props
  const fault = useFault(name)
  const text = Array.isArray(value) ? value.join(', ') : typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '')
  return (
    <TextInput
      id={id}
      value={text}
      placeholder={useEmpty(name)}
      invalid={fault !== null}
      disabled={disabledBy !== undefined}
      describedBy={useDescribedBy(props)}
      onChange={(event) => setArg(name, event.target.value)}
    />
  )
}
