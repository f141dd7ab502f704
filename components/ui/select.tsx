'use client'
/**
 * A choice among a few, after the WAI-ARIA select-only combobox: the button keeps the focus, arrows, Home, End and typed letters move,
 * Enter or Space take, Escape leaves. Long lists take `Combobox` instead.
 */
import { Popover } from 'radix-ui'
import ChevronDown from 'lucide-react/icons/chevron-down'
import { useId, useRef, useState, type KeyboardEvent } from 'react'
import { isFree, moved, OptionList, OptionPanel, type ListedOption } from '@/components/ui/option-list'

export type Option = Pick<ListedOption, 'value' | 'label' | 'disabled_reason'>

interface SelectProps {
  id?: string
  label: string
  value: string
  options: readonly Option[]
  onChange: (value: string) => void
  invalid?: boolean
  disabled?: boolean
  describedBy?: string
}

/** Letters typed within this time belong together. */
const TYPING_MS = 600

export function Select({ id, label, value, options, onChange, invalid, disabled, describedBy }: SelectProps) {
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(0)
  const typed = useRef({ text: '', at: 0 })
  const button = useRef<HTMLButtonElement>(null)
  const listId = useId()
  const chosen = options.findIndex((option) => option.value === value)

  const show = () => {
    setActive(Math.max(0, chosen))
    setOpen(true)
  }
  const take = (option: Option) => {
    onChange(option.value)
    setOpen(false)
  }
  const find = (letter: string) => {
    const { text, at } = typed.current
    typed.current = { text: (Date.now() - at < TYPING_MS ? text : '') + letter.toLowerCase(), at: Date.now() }
    const found = options.findIndex((option) => isFree(option) && option.label.toLowerCase().startsWith(typed.current.text))
    if (found !== -1) setActive(found)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const { key } = event
    const next = moved(options, active, key)
    if (!open) {
      if (!['ArrowDown', 'ArrowUp', 'Enter', ' '].includes(key)) return
      show()
    } else if (key === 'Enter' || key === ' ') {
      if (options[active] && isFree(options[active])) take(options[active])
    } else if (next !== null) setActive(next)
    else if (key.length === 1) find(key)
    else return
    event.preventDefault()
  }

  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Anchor asChild>
        <button
          ref={button}
          type="button"
          id={id}
          role="combobox"
          aria-label={label}
          aria-haspopup="listbox"
          aria-expanded={open}
          aria-controls={open ? listId : undefined}
          aria-activedescendant={open ? `${listId}-${active}` : undefined}
          disabled={disabled}
          aria-invalid={invalid || undefined}
          aria-describedby={describedBy}
          className="control inline-flex items-center justify-between gap-2 text-left"
          onClick={() => (open ? setOpen(false) : show())}
          onKeyDown={onKeyDown}
          onBlur={() => setOpen(false)}
        >
          <span className="truncate">{options[chosen]?.label ?? value}</span>
          <ChevronDown aria-hidden className="size-3.5 shrink-0 text-ink-faint" />
        </button>
      </Popover.Anchor>
      <OptionPanel label={label} control={button} className="max-h-[min(20rem,var(--radix-popover-content-available-height))] min-w-[var(--radix-popover-trigger-width)] max-w-96">
        <OptionList id={listId} label={label} options={options} active={active} value={value} onTake={take} onHover={setActive} />
      </OptionPanel>
    </Popover.Root>
  )
}
