/** A line of text in the product's look. */
import type { ComponentProps } from 'react'
import { cx } from '@/components/ui/cx'

export interface TextInputProps extends ComponentProps<'input'> {
  invalid?: boolean
  describedBy?: string
}

export function TextInput({ invalid, describedBy, className, ...rest }: TextInputProps) {
  return (
    <input
      type="text"
      autoComplete="off"
      spellCheck={false}
      aria-invalid={invalid || undefined}
      aria-describedby={describedBy}
      className={cx('control', className)}
      {...rest}
    />
  )
}
