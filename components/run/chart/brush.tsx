'use client'
/**
 * The whole run as a strip below its curves, with the part that is shown: move it, pull its ends, or set it by the arrow keys. Draws the loss small, for
 * orientation only.
 */
import { useMemo, useRef, type KeyboardEvent, type PointerEvent } from 'react'
import { useLocale } from '@/components/locale'
import { GRIP_WIDTH, gripsAt, MARGIN, placeText, Y_AXIS_WIDTH, type Range } from '@/components/run/chart/geometry'
import { canZoomIn, clipped, type Zoom } from '@/components/run/chart/view'
import { useSize } from '@/components/run/use-size'
import { bounds, type Axis, type Curve } from '@/lib/curves'
import { sketched } from '@/lib/sketch'

const HEIGHT = 26
const keySteps: Readonly<Record<string, number>> = { ArrowLeft: -0.02, ArrowRight: 0.02, PageDown: -0.2, PageUp: 0.2, Home: -Infinity, End: Infinity }

interface BrushProps {
  label: string
  curve: Curve
  axis: Axis
  range: Range
  full: Range
  onZoom: (zoom: Zoom) => void
}

type Grip = 'from' | 'to' | 'both'

/** The range after one of its grips was moved by an amount, within the whole. */
function movedBy([from, to]: Range, grip: Grip, by: number, [first, last]: Range, axis: Axis): Range {
  if (grip === 'both') {
    const kept = Math.max(first - from, Math.min(last - to, by))
    return [from + kept, to + kept]
  }
  const next: Range = grip === 'from' ? [Math.max(first, from + by), to] : [from, Math.min(last, to + by)]
  return canZoomIn(next, axis) ? next : [from, to]
}

export function Brush(props: BrushProps) {
  const [box, { width }] = useSize()
  return (
    <div className="shrink-0 pb-1.5" style={{ paddingLeft: Y_AXIS_WIDTH, paddingRight: MARGIN.right }}>
      <div ref={box} className="relative touch-none rounded-sm bg-sunken select-none" style={{ height: HEIGHT }}>
        {width > 0 && <Part {...props} width={width} />}
      </div>
    </div>
  )
}

/** What lies in the strip, whose width is known. */
function Part({ label, curve, axis, range, full, onZoom, width }: BrushProps & { width: number }) {
  const { t, locale } = useLocale()
  const held = useRef<{ grip: Grip; pixel: number; range: Range } | null>(null)
  const span = full[1] - full[0] || 1
  const pixel = (value: number) => ((value - full[0]) / span) * width
  const line = useMemo(() => outline(curve, full, width), [curve, full[0], full[1], width])
  const take = (grip: Grip) => (event: PointerEvent) => {
    event.stopPropagation()
    event.currentTarget.setPointerCapture(event.pointerId)
    held.current = { grip, pixel: event.clientX, range }
  }
  const move = (event: PointerEvent) => {
    const { current } = held
    if (current) onZoom(clipped(movedBy(current.range, current.grip, ((event.clientX - current.pixel) / width) * span, full, axis), full))
  }
  const release = () => (held.current = null)
  const onKey = (grip: 'from' | 'to') => (event: KeyboardEvent) => {
    const share = keySteps[event.key]
    if (share === undefined) return
    event.preventDefault()
    const by = Number.isFinite(share) ? share * span : grip === 'from' ? (share < 0 ? full[0] - range[0] : 0) : share > 0 ? full[1] - range[1] : 0
    onZoom(clipped(movedBy(range, grip, by, full, axis), full))
  }
  const events = { onPointerMove: move, onPointerUp: release, onPointerCancel: release }
  const [left, right] = [pixel(range[0]), pixel(range[1])]
  const [fromGrip, toGrip] = gripsAt(left, right, width)
  return (
    <>
      <svg aria-hidden width={width} height={HEIGHT} className="absolute inset-0 text-ink-faint">
        <polyline points={line} fill="none" stroke="currentColor" strokeOpacity="0.6" />
      </svg>
      <div className="absolute inset-y-0 cursor-grab border-y border-accent/60 bg-accent/10 active:cursor-grabbing" style={{ left, width: Math.max(2, right - left) }} onPointerDown={take('both')} {...events} />
      {(['from', 'to'] as const).map((grip) => (
        <div
          key={grip}
          role="slider"
          tabIndex={0}
          aria-label={`${label}: ${grip === 'from' ? t.ui.chart.part_from : t.ui.chart.part_to}`}
          aria-valuemin={Math.round(full[0])}
          aria-valuemax={Math.round(full[1])}
          aria-valuenow={Math.round(grip === 'from' ? range[0] : range[1])}
          aria-valuetext={placeText(grip === 'from' ? range[0] : range[1], axis, locale)}
          className="absolute inset-y-0 flex -translate-x-1/2 cursor-ew-resize items-center justify-center"
          style={{ left: grip === 'from' ? fromGrip : toGrip, width: GRIP_WIDTH }}
          onPointerDown={take(grip)}
          onKeyDown={onKey(grip)}
          {...events}
        >
          <span className="h-4 w-1.5 rounded-full border border-surface bg-accent" />
        </div>
      ))}
    </>
  )
}

/** The loss in the strip's own pixels. */
function outline(curve: Curve, [first, last]: Range, width: number): string {
  const { x, y } = sketched(curve, first, last, 400)
  const [low, high] = bounds(y)
  return x.map((value, index) => `${(((value - first) / (last - first || 1)) * width).toFixed(1)},${(2 + (1 - (y[index] - low) / (high - low)) * (HEIGHT - 4)).toFixed(1)}`).join(' ')
}
