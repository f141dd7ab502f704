'use client'
/**
 * A searchable choice in a long list, after the WAI-ARIA editable combobox: type to narrow, arrows to move, Enter to take, Escape to
 * leave. Renders at most `SHOWN` options and says how many more match. With `free`, what is typed is a value of its own.
 */
import { Popover } from 'radix-ui'
import ChevronsUpDown from 'lucide-react/icons/chevrons-up-down'
import { useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { moved, OptionList, OptionPanel, type ListedOption } from '@/components/ui/option-list'

const SHOWN = 80

export type ComboboxOption = Pick<ListedOption, 'value' | 'label' | 'detail' | 'section'>

interface ComboboxProps {
  id?: string
  label: string
  value: string
  options: readonly ComboboxOption[]
  onChange: (value: string) => void
  placeholder?: string
  free?: boolean
  invalid?: boolean
  describedBy?: string
  disabled?: boolean
  /** Called when a person turns to it, for options that are loaded only then. */
  onFocus?: () => void
  /** Said below the list when more options match than are shown; gets their number. */
  more: (count: number) => string
  none: string
}

/** Options that contain every word of the query, in the list's own order. */
function matching(options: readonly ComboboxOption[], query: string): ComboboxOption[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return options.filter((option) => {
    const text = `${option.label} ${option.value} ${option.detail ?? ''}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

export function Combobox(props: ComboboxProps) {
  const { value, options, onChange, free } = props
  const [open, setOpen] = useState(false)
  const [query, setQuery] = useState<string | null>(null)
  const [active, setActive] = useState(0)
  const listId = useId()
  const input = useRef<HTMLInputElement>(null)
  const current = options.find((option) => option.value === value)
  const found = useMemo(() => (open ? matching(options, query ?? '') : []), [open, options, query])
  const shown = found.slice(0, SHOWN)

  const show = () => {
    setOpen(true)
    setActive(Math.max(0, options.slice(0, SHOWN).findIndex((option) => option.value === value)))
  }
  const close = () => {
    setOpen(false)
    setQuery(null)
  }
  const take = (next: string) => {
    onChange(next)
    close()
  }
  const leave = () => {
    if (free && query !== null && query !== value) onChange(query)
    close()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && open) {
      event.stopPropagation()
      close()
    } else if (event.key === 'Enter') {
      event.preventDefault()
      if (open && shown[active] && !(free && query !== null && query !== '' && shown.length === 0)) take(shown[active].value)
      else if (open) leave()
      else show()
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (!open) show()
      else setActive((index) => moved(shown, index, event.key) ?? index)
    }
  }

  return (
    <Popover.Root open={open} onOpenChange={(next) => (next ? show() : leave())}>
      <Popover.Anchor className="relative">
        <input
          ref={input}
          id={props.id}
          role="combobox"
          aria-label={props.label}
          aria-expanded={open}
          aria-controls={open ? listId : undefined}
          aria-autocomplete="list"
          aria-activedescendant={open && shown[active] ? `${listId}-${active}` : undefined}
          aria-invalid={props.invalid || undefined}
          aria-describedby={props.describedBy}
          autoComplete="off"
          spellCheck={false}
          disabled={props.disabled}
          className="control truncate pr-8"
          placeholder={open && current ? current.label : props.placeholder}
          value={query ?? current?.label ?? value}
          onChange={(event) => {
            setQuery(event.target.value)
            setActive(0)
            setOpen(true)
          }}
          onClick={() => !open && show()}
          onBlur={leave}
          onKeyDown={onKeyDown}
          onFocus={(event) => {
            event.target.select()
            props.onFocus?.()
          }}
        />
        <ChevronsUpDown aria-hidden className="pointer-events-none absolute top-[9px] right-2.5 size-3.5 text-ink-faint" />
      </Popover.Anchor>
      <OptionPanel
        label={props.label}
        control={input}
        className="max-h-[min(22rem,var(--radix-popover-content-available-height))] w-[max(var(--radix-popover-trigger-width),24rem)] max-w-[calc(100vw-16px)]"
      >
        <OptionList id={listId} label={props.label} options={shown} active={active} value={value} onTake={(option) => take(option.value)} onHover={setActive} />
        {shown.length === 0 && <Note>{props.none}</Note>}
        {found.length > shown.length && <Note>{props.more(found.length - shown.length)}</Note>}
      </OptionPanel>
    </Popover.Root>
  )
}

const Note = ({ children }: { children: ReactNode }) => <p className="border-t border-line px-3 py-2 text-xs text-ink-faint first:border-t-0">{children}</p>
