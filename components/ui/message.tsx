/** A sentence that matters, with its weight as colour and icon: a fault, a warning, a note. */
import CircleAlert from 'lucide-react/icons/circle-alert'
import Info from 'lucide-react/icons/info'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import type { ReactNode } from 'react'
import { cx } from '@/components/ui/cx'

const tones = {
  danger: { box: 'border-danger/40 bg-danger-soft', icon: CircleAlert, ink: 'text-danger' },
  warn: { box: 'border-warn/35 bg-warn-soft', icon: TriangleAlert, ink: 'text-warn' },
  note: { box: 'border-line bg-sunken', icon: Info, ink: 'text-ink-faint' },
} as const

interface MessageProps {
  tone: keyof typeof tones
  role?: 'alert' | 'status'
  className?: string
  children: ReactNode
}

export function Message({ tone, role, className, children }: MessageProps) {
  const { box, icon: Icon, ink } = tones[tone]
  return (
    <div role={role} className={cx('flex items-start gap-2 rounded-md border px-2.5 py-2 text-xs text-ink', box, className)}>
      <Icon aria-hidden className={cx('mt-px size-3.5 shrink-0', ink)} />
      <div className="min-w-0 flex-1 [overflow-wrap:anywhere]">{children}</div>
    </div>
  )
}
