'use client'
/**
 * What `Select` and `Combobox` have in common: the panel below, its rows, the marked one kept in sight, and where a key moves the mark. The focus stays
 * with the control that opened it.
 */
import { Popover } from 'radix-ui'
import Check from 'lucide-react/icons/check'
import { useEffect, useRef, type ReactNode, type RefObject } from 'react'
import { cx } from '@/components/ui/cx'

export interface ListedOption {
  value: string
  label: string
  /** Quiet text at the right end of the row. */
  detail?: string
  /** Options of one section follow each other in the list. */
  section?: string
  /** Why it cannot be chosen now; shown under its label. */
  disabled_reason?: string
}

export const isFree = ({ disabled_reason }: ListedOption): boolean => disabled_reason === undefined

/** The place after one key; null for a key that does not move. Options that cannot be chosen are passed over. */
export function moved(options: readonly ListedOption[], from: number, key: string): number | null {
  const places = options.flatMap((option, index) => (isFree(option) ? [index] : []))
  if (key === 'Home') return places[0] ?? from
  if (key === 'End') return places.at(-1) ?? from
  if (key === 'ArrowDown') return places.find((index) => index > from) ?? from
  if (key === 'ArrowUp') return places.findLast((index) => index < from) ?? from
  return null
}

interface OptionPanelProps {
  label: string
  /** The control, whose clicks are its own business. */
  control: RefObject<HTMLElement | null>
  className: string
  children: ReactNode
}

export function OptionPanel({ label, control, className, children }: OptionPanelProps) {
  return (
    <Popover.Portal>
      <Popover.Content
        align="start"
        sideOffset={4}
        collisionPadding={8}
        aria-label={label}
        onOpenAutoFocus={(event) => event.preventDefault()}
        onCloseAutoFocus={(event) => event.preventDefault()}
        onInteractOutside={(event) => event.target instanceof Node && control.current?.contains(event.target) && event.preventDefault()}
        className={cx('float-panel z-50 flex animate-[rise_120ms] flex-col overflow-hidden', className)}
      >
        {children}
      </Popover.Content>
    </Popover.Portal>
  )
}

interface OptionListProps {
  id: string
  label: string
  options: readonly ListedOption[]
  active: number
  value: string
  onTake: (option: ListedOption) => void
  onHover: (index: number) => void
}

/** Rows have the ids `${id}-0`, `${id}-1`, …, for `aria-activedescendant`. */
export function OptionList({ id, label, options, active, value, onTake, onHover }: OptionListProps) {
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    void list.current?.querySelector(`[data-index="${active}"]`)?.scrollIntoView({ block: 'nearest' }) // newer browsers answer with a promise
  }, [active, options])
  return (
    <div ref={list} id={id} role="listbox" aria-label={label} className={cx('min-h-0 overflow-y-auto p-1', options.length === 0 && 'hidden')}>
      {options.map((option, index) => (
        <div key={option.value} role="presentation">
          {option.section && option.section !== options[index - 1]?.section && (
            <div role="presentation" className="px-2 pt-2 pb-1 text-2xs font-medium text-ink-faint">
              {option.section}
            </div>
          )}
          <div
            id={`${id}-${index}`}
            data-index={index}
            role="option"
            aria-selected={option.value === value}
            aria-disabled={!isFree(option) || undefined}
            className={cx('flex items-start gap-2 rounded-sm px-2 py-1.5', isFree(option) ? 'cursor-pointer' : 'cursor-not-allowed text-ink-faint', index === active && 'bg-accent-soft')}
            onPointerMove={() => index !== active && isFree(option) && onHover(index)}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => isFree(option) && onTake(option)}
          >
            <Check aria-hidden className={cx('mt-0.5 size-3.5 shrink-0 text-accent', option.value !== value && 'invisible')} />
            <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">
              {option.label}
              {!isFree(option) && <span className="block text-2xs text-ink-faint">{option.disabled_reason}</span>}
            </span>
            {option.detail && <span className="mt-0.5 max-w-[45%] shrink-0 truncate text-2xs text-ink-faint">{option.detail}</span>}
          </div>
        </div>
      ))}
    </div>
  )
}
