'use client'
/**
 * What the pointer does over a plot: reads the values under it, drags to choose a range of the x axis, turns the wheel to zoom; a double click gives
 * the whole range back. Draws the selection only; the reading is its child's.
 */
import { useEffect, useRef, useState, type PointerEvent, type ReactNode } from 'react'
import type { Geometry, Range } from '@/components/run/chart/geometry'

/** Shorter drags are clicks. */
const MIN_DRAG_PX = 6

interface PlotAreaProps {
  geometry: Geometry
  onSelect: (range: Range) => void
  onReset: () => void
  /** The wheel over a value of the x axis; without it, the wheel is the page's. */
  onWheel?: (at: number, turned: number) => void
  /** What stands at a pixel of the x axis. */
  reading: (pixel: number) => ReactNode
  children: ReactNode
}

export function PlotArea({ geometry, onSelect, onReset, onWheel, reading, children }: PlotAreaProps) {
  const box = useRef<HTMLDivElement>(null)
  const [drag, setDrag] = useState<Range | null>(null)
  const [pointer, setPointer] = useState<number | null>(null)
  const { left, right, top, bottom, valueAt } = geometry
  const pixelOf = (event: { clientX: number }) => event.clientX - (box.current?.getBoundingClientRect().left ?? 0)
  const at = (event: PointerEvent) => Math.min(right, Math.max(left, pixelOf(event)))
  const turn = useRef((_: WheelEvent) => undefined as void)
  turn.current = (event) => onWheel?.(valueAt(pixelOf(event)), event.deltaY)
  const turns = onWheel !== undefined
  useEffect(() => {
    // React's own wheel listeners are passive, and the page would scroll beside the zoom.
    const onTurn = (event: WheelEvent) => {
      event.preventDefault()
      turn.current(event)
    }
    const element = box.current
    if (!turns || !element) return
    element.addEventListener('wheel', onTurn, { passive: false })
    return () => element.removeEventListener('wheel', onTurn)
  }, [turns])
  const begin = (event: PointerEvent) => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    setDrag([at(event), at(event)])
  }
  const move = (event: PointerEvent) => {
    const pixel = pixelOf(event)
    setPointer(pixel >= left && pixel <= right ? pixel : null)
    if (drag) setDrag([drag[0], at(event)])
  }
  const end = () => {
    if (drag && Math.abs(drag[1] - drag[0]) >= MIN_DRAG_PX) onSelect([valueAt(Math.min(...drag)), valueAt(Math.max(...drag))])
    setDrag(null)
  }
  return (
    <div
      ref={box}
      className="absolute inset-0 cursor-crosshair touch-pan-y select-none"
      onPointerDown={begin}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={() => setDrag(null)}
      onPointerLeave={() => setPointer(null)}
      onDoubleClick={onReset}
    >
      {children}
      {drag && (
        <div
          className="pointer-events-none absolute border-x border-accent bg-accent/15"
          style={{ left: Math.min(...drag), width: Math.abs(drag[1] - drag[0]), top, height: bottom - top }}
        />
      )}
      {pointer !== null && !drag && reading(pointer)}
    </div>
  )
}
