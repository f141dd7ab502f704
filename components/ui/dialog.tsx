'use client'
/** A modal panel with a title; at the bottom of the screen on a phone, in the middle elsewhere. */
import { Dialog as Radix } from 'radix-ui'
import X from 'lucide-react/icons/x'
import type { ReactNode } from 'react'
import { buttonClass } from '@/components/ui/button'
import { cx } from '@/components/ui/cx'

interface DialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  description?: string
  closeLabel: string
  /** Roomier than a question: for a text; `extra`: for two things side by side. */
  wide?: boolean | 'extra'
  children: ReactNode
}

export function Dialog({ open, onOpenChange, title, description, closeLabel, wide, children }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-[oklch(0.2_0.02_230/0.45)]" />
        <Radix.Content
          {...(description ? {} : { 'aria-describedby': undefined })}
          className={cx(
            'float-panel fixed z-50 flex max-h-[85dvh] animate-[rise_140ms] flex-col overflow-hidden outline-none',
            'inset-x-0 bottom-0 rounded-b-none sm:inset-auto sm:top-1/2 sm:left-1/2 sm:w-[calc(100vw-48px)] sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-lg',
            wide === 'extra' ? 'sm:max-w-6xl' : wide ? 'sm:max-w-3xl' : 'sm:max-w-xl',
          )}
        >
          <header className="flex items-start gap-3 border-b border-line px-4 py-3">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-base font-semibold">{title}</Radix.Title>
              {description && <Radix.Description className="mt-0.5 text-xs text-ink-faint">{description}</Radix.Description>}
            </div>
            <Radix.Close aria-label={closeLabel} className={buttonClass('ghost', 'icon-sm')}>
              <X aria-hidden className="size-4" />
            </Radix.Close>
          </header>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
