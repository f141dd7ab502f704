'use client'
/** A small panel of explanation beside a label: opens on hover, on click and from the keyboard, so that it works on touch too. */
import { Popover } from 'radix-ui'
import CircleHelp from 'lucide-react/icons/circle-question-mark'
import { useRef, useState, type ReactNode } from 'react'

const HOVER_DELAY_MS = 250

interface HintProps {
  label: string
  /** Id of the element whose meaning is explained. */
  describedBy: string
  children: ReactNode
}

export function Hint({ label, describedBy, children }: HintProps) {
  const [open, setOpen] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const hover = (next: boolean) => (event: React.PointerEvent) => {
    if (event.pointerType !== 'mouse') return
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setOpen(next), next ? HOVER_DELAY_MS : 80)
  }
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger
        aria-label={label}
        aria-describedby={describedBy}
        className="inline-flex size-6 shrink-0 items-center justify-center rounded-sm text-ink-faint/70 hover:text-ink"
        onPointerEnter={hover(true)}
        onPointerLeave={hover(false)}
      >
        <CircleHelp aria-hidden className="size-3.5" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          side="top"
          align="start"
          sideOffset={4}
          collisionPadding={12}
          aria-label={label}
          className="float-panel z-50 max-w-80 animate-[rise_120ms] p-3 text-xs text-ink-soft"
          onOpenAutoFocus={(event) => event.preventDefault()}
          onPointerEnter={hover(true)}
          onPointerLeave={hover(false)}
        >
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
