/** A share of work done; without a value it says that something goes on. */
import { cx } from '@/components/ui/cx'

interface ProgressBarProps {
  label: string
  /** 0 to 1; null while the end is not known. */
  value: number | null
  tone?: 'accent' | 'muted' | 'danger' | 'good'
  className?: string
}

const tones = { accent: 'bg-accent', muted: 'bg-line-strong', danger: 'bg-danger', good: 'bg-good' } as const

export function ProgressBar({ label, value, tone = 'accent', className }: ProgressBarProps) {
  const percent = value === null ? undefined : Math.round(value * 1000) / 10
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className={cx('h-1.5 overflow-hidden rounded-full bg-line', className)}
    >
      <div
        className={cx('h-full rounded-full transition-[width] duration-200', tones[tone], value === null && 'animate-[pulse-dot_1.4s_infinite]')}
        style={{ width: `${percent ?? 30}%` }}
      />
    </div>
  )
}
