'use client'
/** The numbers of all lines under the pointer, each of its own nearest point, of the whole curve and not of what is drawn of it. */
import type { Geometry, Range } from '@/components/run/chart/geometry'
import type { PlotLine } from '@/components/run/chart/lines'
import { nearestTo } from '@/lib/curves'
import { shortNumber } from '@/lib/format'

interface ReadoutProps {
  lines: readonly PlotLine[]
  pixel: number
  width: number
  geometry: Geometry
  range: Range
  place: (value: number) => string
}

/** Beyond this, the box stands left of the pointer. */
const BOX_WIDTH = 220

/** A point of a line; null where the line has none in sight. */
function pointOf({ curve }: PlotLine, at: number, [from, to]: Range): { x: number; y: number } | null {
  const index = nearestTo(curve, at)
  if (index === -1 || curve.x[index] < from || curve.x[index] > to) return null
  return { x: curve.x[index], y: curve.y[index] }
}

export function Readout({ lines, pixel, width, geometry, range, place }: ReadoutProps) {
  const at = geometry.valueAt(pixel)
  const found = lines.flatMap((line) => {
    const point = pointOf(line, at, range)
    return point === null ? [] : [{ ...line, ...point }]
  })
  if (found.length === 0) return null
  const { top, bottom, xAt, yAt } = geometry
  const lead = found[0]
  const side = pixel + BOX_WIDTH > width ? { right: width - pixel + 12 } : { left: pixel + 12 }
  return (
    <>
      <div className="pointer-events-none absolute border-l border-dashed border-line-strong" style={{ left: xAt(lead.x), top, height: bottom - top }} />
      {found.map(({ id, x, y, colour }) => {
        const level = yAt(y)
        return level >= top && level <= bottom && <span key={id} className="pointer-events-none absolute size-1.5 -translate-1/2 rounded-full" style={{ left: xAt(x), top: level, background: colour }} />
      })}
      <div className="float-panel tabular pointer-events-none absolute z-10 max-w-72 rounded-md px-2.5 py-1.5 text-xs" style={{ ...side, top: top + 4 }}>
        <p className="text-ink-faint">{place(lead.x)}</p>
        {found.map(({ id, name, colour, faint, x, y }) => (
          <p key={id} className="flex items-center gap-1.5">
            <span className="h-0.5 w-3 shrink-0 rounded-full" style={{ background: colour, opacity: faint ? 0.5 : 1 }} />
            <span className="min-w-0 truncate text-ink-soft">{name}</span>
            {x !== lead.x && <span className="text-2xs text-ink-faint">{place(x)}</span>}
            <span className="ml-auto pl-3 font-medium">{shortNumber(y)}</span>
          </p>
        ))}
      </div>
    </>
  )
}
