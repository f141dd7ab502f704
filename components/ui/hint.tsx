'use client'
/** A small panel of explanation beside a label: opens on hover, on click and from the keyboard, so that it works on touch too. */
import { Popover } from 'radix-ui'
import CircleHelp from 'lucide-react/icons/circle-question-mark'
import { useRef, useState, type ReactNode } from 'react'

const HOVER_DELAY_MS = 250
const LEAVE_DELAY_MS = 80

interface HintProps {
  label: string
  /** Id of the element whose meaning is explained. */
  describedBy: string
  children: ReactNode
}

export function Hint({ label, describedBy, children }: HintProps) {
  const [open, setOpen] = useState(false)
  /** What the mouse will do in a moment. */
  const soon = useRef<{ next: boolean; timer: ReturnType<typeof setTimeout> } | null>(null)
  /** Opened by the mouse alone: then a click is not to close it. */
  const hovered = useRef(false)
  /** What was decided last counts: a click or Escape is not undone by the mouse that came before it. */
  const decide = (next: boolean) => {
    clearTimeout(soon.current?.timer)
    soon.current = null
    setOpen(next)
  }
  const decideSoon = (next: boolean, ms: number) => {
    clearTimeout(soon.current?.timer)
    soon.current = { next, timer: setTimeout(() => decide(next), ms) }
  }
  const byMouse = (act: () => void) => (event: React.PointerEvent) => event.pointerType === 'mouse' && act()
  const over = byMouse(() => {
    if (open && soon.current !== null) decide(true)
    if (open || soon.current?.next === true) return
    hovered.current = true
    decideSoon(true, HOVER_DELAY_MS)
  })
  const leaves = byMouse(() => decideSoon(false, LEAVE_DELAY_MS))
  return (
    <Popover.Root open={open} onOpenChange={decide}>
      <Popover.Trigger
        aria-label={label}
        aria-describedby={describedBy}
        className="inline-flex size-6 shrink-0 items-center justify-center rounded-sm text-ink-faint/70 hover:text-ink"
        // Moved, not only entered: what scrolls or grows beneath a mouse at rest opens nothing.
        onPointerMove={over}
        onPointerLeave={leaves}
        onClick={(event) => {
          if (open && hovered.current) event.preventDefault()
          hovered.current = false
        }}
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
          onPointerEnter={byMouse(() => decide(true))}
          onPointerLeave={leaves}
        >
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
