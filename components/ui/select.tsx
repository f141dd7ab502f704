'use client'
/** A choice among a few: Radix Select in the product's look. Long lists take `Combobox` instead. */
import { Select as Radix } from 'radix-ui'
import Check from 'lucide-react/icons/check'
import ChevronDown from 'lucide-react/icons/chevron-down'
import { cx } from '@/components/ui/cx'

export interface Option {
  value: string
  label: string
  /** Why it cannot be chosen now; shown under its label. */
  disabled_reason?: string
}

interface SelectProps {
  id?: string
  label?: string
  value: string
  options: readonly Option[]
  onChange: (value: string) => void
  invalid?: boolean
  describedBy?: string
  className?: string
  disabled?: boolean
}

export function Select({ id, label, value, options, onChange, invalid, describedBy, className, disabled }: SelectProps) {
  const current = options.find((option) => option.value === value)
  return (
    <Radix.Root value={value} onValueChange={onChange} disabled={disabled}>
      <Radix.Trigger
        id={id}
        aria-label={label}
        aria-invalid={invalid || undefined}
        aria-describedby={describedBy}
        className={cx('control inline-flex items-center justify-between gap-2 text-left', className)}
      >
        <span className="truncate">
          <Radix.Value>{current?.label ?? value}</Radix.Value>
        </span>
        <ChevronDown aria-hidden className="size-3.5 shrink-0 text-ink-faint" />
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          className="float-panel z-50 max-h-[min(20rem,var(--radix-select-content-available-height))] min-w-[var(--radix-select-trigger-width)] max-w-96 animate-[rise_120ms] overflow-hidden p-1"
        >
          <Radix.Viewport>
            {options.map((option) => (
              <SelectItem key={option.value} option={option} />
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

function SelectItem({ option }: { option: Option }) {
  return (
    <Radix.Item
      value={option.value}
      disabled={option.disabled_reason !== undefined}
      className="flex items-start gap-2 rounded-sm px-2 py-1.5 outline-none data-[disabled]:cursor-not-allowed data-[disabled]:text-ink-faint data-[highlighted]:bg-accent-soft data-[highlighted]:text-ink"
    >
      <span className="mt-0.5 size-3.5 shrink-0">
        <Radix.ItemIndicator>
          <Check aria-hidden className="size-3.5 text-accent" />
        </Radix.ItemIndicator>
      </span>
      <span className="min-w-0">
        <Radix.ItemText>{option.label}</Radix.ItemText>
        {option.disabled_reason && <span className="block text-2xs text-ink-faint">{option.disabled_reason}</span>}
      </span>
    </Radix.Item>
  )
}
