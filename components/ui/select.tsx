'use client'
/**
 * A choice among a few, after the WAI-ARIA select-only combobox: the button keeps the focus, arrows, Home, End and typed letters move,
 * Enter or Space take, Escape leaves. Long lists take `Combobox` instead.
 */
import { Popover } from 'radix-ui'
import Check from 'lucide-react/icons/check'
import ChevronDown from 'lucide-react/icons/chevron-down'
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import { cx } from '@/components/ui/cx'

export interface Option {
  value: string
  label: string
  /** Why it cannot be chosen now; shown under its label. */
  disabled_reason?: string
}

interface SelectProps {
  id?: string
  label: string
  value: string
  options: readonly Option[]
  onChange: (value: string) => void
  invalid?: boolean
  describedBy?: string
}

/** Letters typed within this time belong together. */
const TYPING_MS = 600

const free = (option: Option): boolean => option.disabled_reason === undefined

/** The place after one key; null for a key that does not move. Options that cannot be chosen are passed over. */
function moved(options: readonly Option[], from: number, key: string): number | null {
  const places = options.flatMap((option, index) => (free(option) ? [index] : []))
  if (key === 'Home') return places[0] ?? from
  if (key === 'End') return places.at(-1) ?? from
  if (key === 'ArrowDown') return places.find((index) => index > from) ?? from
  if (key === 'ArrowUp') return places.findLast((index) => index < from) ?? from
  return null
}

export function Select({ id, label, value, options, onChange, invalid, describedBy }: SelectProps) {
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
  const take = (index: number) => {
    if (!options[index] || !free(options[index])) return
    onChange(options[index].value)
    setOpen(false)
  }
  const find = (letter: string) => {
    const { text, at } = typed.current
    typed.current = { text: (Date.now() - at < TYPING_MS ? text : '') + letter.toLowerCase(), at: Date.now() }
    const found = options.findIndex((option) => free(option) && option.label.toLowerCase().startsWith(typed.current.text))
    if (found !== -1) setActive(found)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const { key } = event
    const next = moved(options, active, key)
    if (!open) {
      if (!['ArrowDown', 'ArrowUp', 'Enter', ' '].includes(key)) return
      show()
    } else if (key === 'Enter' || key === ' ') take(active)
    else if (next !== null) setActive(next)
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
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label={label}
          onOpenAutoFocus={(event) => event.preventDefault()}
          onCloseAutoFocus={(event) => event.preventDefault()}
          onInteractOutside={(event) => event.target instanceof Node && button.current?.contains(event.target) && event.preventDefault()}
          className="float-panel z-50 max-h-[min(20rem,var(--radix-popover-content-available-height))] min-w-[var(--radix-popover-trigger-width)] max-w-96 animate-[rise_120ms] flex flex-col overflow-hidden"
        >
          <List id={listId} label={label} options={options} active={active} chosen={chosen} onTake={take} onHover={setActive} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

interface ListProps {
  id: string
  label: string
  options: readonly Option[]
  active: number
  chosen: number
  onTake: (index: number) => void
  onHover: (index: number) => void
}

function List({ id, label, options, active, chosen, onTake, onHover }: ListProps) {
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    void list.current?.children[active]?.scrollIntoView({ block: 'nearest' }) // newer browsers answer with a promise
  }, [active])
  return (
    <div ref={list} id={id} role="listbox" aria-label={label} className="min-h-0 overflow-y-auto p-1">
      {options.map((option, index) => (
        <div
          key={option.value}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === chosen}
          aria-disabled={!free(option) || undefined}
          className={cx('flex items-start gap-2 rounded-sm px-2 py-1.5', free(option) ? 'cursor-pointer' : 'cursor-not-allowed text-ink-faint', index === active && 'bg-accent-soft')}
          onPointerMove={() => index !== active && free(option) && onHover(index)}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onTake(index)}
        >
          <Check aria-hidden className={cx('mt-0.5 size-3.5 shrink-0 text-accent', index !== chosen && 'invisible')} />
          <span className="min-w-0">
            {option.label}
            {!free(option) && <span className="block text-2xs text-ink-faint">{option.disabled_reason}</span>}
          </span>
        </div>
      ))}
    </div>
  )
}
