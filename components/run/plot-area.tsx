'use client'
/** Drag over a plot to choose a range of its x axis; a double click gives the whole range back. Draws nothing but the selection. */
import { useRef, useState, type PointerEvent, type ReactNode } from 'react'

export const MARGIN = { top: 8, right: 14, bottom: 0, left: 0 }
export const Y_AXIS_WIDTH = 46

/** Shorter drags are clicks. */
const MIN_DRAG_PX = 6

interface PlotAreaProps {
  width: number
  height: number
  range: readonly [number, number]
  onSelect: (range: readonly [number, number]) => void
  onReset: () => void
  children: ReactNode
}

export function PlotArea({ width, height, range: [from, to], onSelect, onReset, children }: PlotAreaProps) {
  const box = useRef<HTMLDivElement>(null)
  const [drag, setDrag] = useState<readonly [number, number] | null>(null)
  const left = MARGIN.left + Y_AXIS_WIDTH
  const right = width - MARGIN.right
  const at = (event: PointerEvent) => Math.min(right, Math.max(left, event.clientX - (box.current?.getBoundingClientRect().left ?? 0)))
  const stepAt = (pixel: number) => Math.round(from + ((pixel - left) / (right - left)) * (to - from))
  const begin = (event: PointerEvent) => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    setDrag([at(event), at(event)])
  }
  const end = () => {
    if (drag && Math.abs(drag[1] - drag[0]) >= MIN_DRAG_PX) {
      const [a, b] = [stepAt(Math.min(...drag)), stepAt(Math.max(...drag))]
      if (b > a) onSelect([a, b])
    }
    setDrag(null)
  }
  return (
    <div
      ref={box}
      className="absolute inset-0 cursor-crosshair touch-pan-y select-none"
      onPointerDown={begin}
      onPointerMove={(event) => drag && setDrag([drag[0], at(event)])}
      onPointerUp={end}
      onPointerCancel={() => setDrag(null)}
      onDoubleClick={onReset}
    >
      {children}
      {drag && (
        <div
          className="pointer-events-none absolute border-x border-accent bg-accent/15"
          style={{ left: Math.min(...drag), width: Math.abs(drag[1] - drag[0]), top: MARGIN.top, height: height - MARGIN.top - 22 }}
        />
      )}
    </div>
  )
}
