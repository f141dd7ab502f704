/** The one button: four intents, two heights, and an icon-only form that must be named. */
import type { ComponentProps } from 'react'
import { cx } from '@/components/ui/cx'

const intents = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover border-transparent font-medium',
  secondary: 'bg-raised text-ink border-line-strong hover:border-ink-faint hover:bg-sunken',
  ghost: 'bg-transparent text-ink-soft border-transparent hover:bg-sunken hover:text-ink',
  danger: 'bg-raised text-danger border-danger/50 hover:bg-danger-soft hover:border-danger',
} as const

const sizes = {
  sm: 'h-7 px-2.5 text-xs gap-1.5',
  md: 'h-8 px-3 text-sm gap-1.5',
  lg: 'h-9 px-4 text-sm gap-2',
  icon: 'size-8 justify-center',
  'icon-sm': 'size-6 justify-center rounded-sm',
} as const

export interface ButtonProps extends ComponentProps<'button'> {
  intent?: keyof typeof intents
  size?: keyof typeof sizes
}

export const buttonClass = (intent: keyof typeof intents = 'secondary', size: keyof typeof sizes = 'md', extra?: string): string =>
  cx(
    'inline-flex shrink-0 items-center justify-center whitespace-nowrap rounded-md border transition-colors select-none',
    'disabled:cursor-not-allowed disabled:opacity-55',
    intents[intent],
    sizes[size],
    extra,
  )

export function Button({ intent, size, className, type = 'button', ...rest }: ButtonProps) {
  return <button type={type} className={buttonClass(intent, size, className)} {...rest} />
}
