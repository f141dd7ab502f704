'use client'
/** A yes-or-no setting; the label beside it is part of the target. */
import { Checkbox as Radix } from 'radix-ui'
import Check from 'lucide-react/icons/check'

interface CheckboxProps {
  id: string
  checked: boolean
  onChange: (checked: boolean) => void
  disabled?: boolean
  describedBy?: string
  label?: string
}

export function Checkbox({ id, checked, onChange, disabled, describedBy, label }: CheckboxProps) {
  return (
    <Radix.Root
      id={id}
      aria-label={label}
      checked={checked}
      disabled={disabled}
      aria-describedby={describedBy}
      onCheckedChange={(next) => onChange(next === true)}
      className="flex size-4 shrink-0 items-center justify-center rounded-sm border border-line-strong bg-raised hover:border-ink-faint disabled:cursor-not-allowed disabled:opacity-60 data-[state=checked]:border-accent data-[state=checked]:bg-accent data-[state=checked]:text-on-accent"
    >
      <Radix.Indicator>
        <Check aria-hidden className="size-3" strokeWidth={3} />
      </Radix.Indicator>
    </Radix.Root>
  )
}
