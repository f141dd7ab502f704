'use client'
/** A value on a range, by mouse, touch and arrow keys. */
import { Slider as Radix } from 'radix-ui'
import { cx } from '@/components/ui/cx'

interface SliderProps {
  label: string
  value: number
  min: number
  max: number
  step: number
  onChange: (value: number) => void
  className?: string
}

export function Slider({ label, value, min, max, step, onChange, className }: SliderProps) {
  return (
    <Radix.Root
      value={[value]}
      min={min}
      max={max}
      step={step}
      onValueChange={([next]) => onChange(next)}
      className={cx('relative flex h-6 touch-none items-center select-none', className ?? 'w-full')}
    >
      <Radix.Track className="relative h-1 w-full rounded-full bg-line-strong/60">
        <Radix.Range className="absolute h-full rounded-full bg-accent" />
      </Radix.Track>
      <Radix.Thumb aria-label={label} className="flex size-6 items-center justify-center rounded-full">
        <span className="size-3.5 rounded-full border-2 border-accent bg-raised" />
      </Radix.Thumb>
    </Radix.Root>
  )
}
