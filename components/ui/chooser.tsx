'use client'
/** A control that says what is chosen and opens a panel to choose several from. Leaves out the list in the panel: that is its children. */
import { Popover } from 'radix-ui'
import ChevronsUpDown from 'lucide-react/icons/chevrons-up-down'
import type { ReactNode } from 'react'
import { cx } from '@/components/ui/cx'

interface ChooserProps {
  id: string
  label: string
  /** What is chosen; faint where that is nothing. */
  shown: ReactNode
  empty: boolean
  invalid: boolean
  /** Id of the element that says what is wrong. */
  faultId?: string
  align: 'start' | 'end'
  onOpenChange: (open: boolean) => void
  /** Of the control, of what it shows, and of the panel. */
  classNames: { control?: string; shown: string; panel: string }
  children: ReactNode
}

export function Chooser({ id, label, shown, empty, invalid, faultId, align, onOpenChange, classNames, children }: ChooserProps) {
  return (
    <Popover.Root onOpenChange={onOpenChange}>
      <Popover.Trigger id={id} aria-invalid={invalid || undefined} aria-describedby={faultId ?? `${id}-value`} className={cx('control flex items-center gap-2 text-left', classNames.control)}>
        <span id={`${id}-value`} className={cx('min-w-0 flex-1', classNames.shown, empty && 'text-ink-faint')}>
          {shown}
        </span>
        <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-ink-faint" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          aria-label={label}
          className={cx('float-panel z-50 flex max-h-[min(24rem,var(--radix-popover-content-available-height))] max-w-[calc(100vw-16px)] flex-col overflow-hidden', classNames.panel)}
        >
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
