'use client'
/**
 * Curves over one x axis. recharts draws grid and axes; the lines are paths of our own, of as many points as the width can show, because each has points
 * of its own and there may be a hundred thousand of them.
 */
import { memo, useId, useMemo, useState } from 'react'
import { createPortal } from 'react-dom'
import { useLocale } from '@/components/locale'
import { Axes } from '@/components/run/chart/axes'
import { geometryOf, levelsOf, placeText, type Geometry, type Range } from '@/components/run/chart/geometry'
import { PlotArea } from '@/components/run/chart/plot-area'
import { Readout } from '@/components/run/chart/readout'
import { clipped, wheeled, type Zoom } from '@/components/run/chart/view'
import { useSize } from '@/components/run/use-size'
import { cx } from '@/components/ui/cx'
import type { PlotLine } from '@/components/run/chart/lines'
import type { Axis } from '@/lib/curves'
import { sketched } from '@/lib/sketch'

interface PlotProps {
  label: string
  lines: readonly PlotLine[]
  axis: Axis
  range: Range
  full: Range
  log?: boolean
  /** Without it, nothing can be chosen by pointer. */
  onZoom: (zoom: Zoom) => void
  /** Whether the wheel zooms here. */
  wheel?: boolean
  className: string
}

export const Plot = memo(function Plot({ label, lines, axis, range, full, log = false, onZoom, wheel, className }: PlotProps) {
  const { t, locale } = useLocale()
  const [box, { width, height }] = useSize()
  const [from, to] = range
  const count = Math.max(120, Math.round(width * 0.8))
  const [layer, setLayer] = useState<SVGGElement | null>(null)
  const drawn = useMemo(() => lines.map((line) => ({ ...line, curve: sketched(line.curve, from, to, count) })), [lines, from, to, count])
  const levels = useMemo(() => levelsOf(drawn.map(({ curve }) => curve), log), [drawn, log])
  const geometry = geometryOf(width, height, range, levels, log)
  const place = (value: number) => `${t.ui.chart.axes[axis]} ${placeText(value, axis, locale)}`
  return (
    <div ref={box} className={cx('relative', className)} role="img" aria-label={label}>
      {width > 0 && (
        <PlotArea
          geometry={geometry}
          onSelect={(chosen) => onZoom(clipped(chosen, full))}
          onReset={() => onZoom(null)}
          onWheel={wheel ? (at, turned) => onZoom(wheeled(range, at, turned, full, axis)) : undefined}
          reading={(pixel) => <Readout lines={lines} pixel={pixel} width={width} geometry={geometry} range={range} place={place} />}
        >
          <Axes width={width} height={height} from={from} to={to} low={levels[0]} high={levels[1]} axis={axis} log={log} onLayer={setLayer} />
          {layer && createPortal(<Paths lines={drawn} geometry={geometry} />, layer)}
        </PlotArea>
      )}
    </div>
  )
})

function Paths({ lines, geometry }: { lines: readonly PlotLine[]; geometry: Geometry }) {
  const clip = useId()
  const { left, right, top, bottom } = geometry
  return (
    <g>
      <clipPath id={clip}>
        <rect x={left - 4} y={top - 4} width={Math.max(0, right - left + 8)} height={Math.max(0, bottom - top + 6)} />
      </clipPath>
      <g clipPath={`url(#${clip})`} fill="none" strokeLinejoin="round">
        {lines.map((line) => (
          <Path key={line.id} line={line} geometry={geometry} />
        ))}
      </g>
    </g>
  )
}

/** Of a pixel. */
const tenths = (pixel: number): number => Math.round(pixel * 10) / 10

function Path({ line: { curve: { x, y }, colour, faint, dashed, dots }, geometry: { xAt, yAt } }: { line: PlotLine; geometry: Geometry }) {
  const points: (readonly [number, number])[] = []
  let way = ''
  for (let index = 0; index < x.length; index++) {
    const [px, py] = [tenths(xAt(x[index])), tenths(yAt(y[index]))]
    if (!Number.isFinite(py)) continue
    way += `${way === '' ? 'M' : 'L'}${px},${py}`
    points.push([px, py])
  }
  const lone = points.length === 1
  return (
    <>
      <path d={way} stroke={colour} strokeWidth={faint ? 1.25 : 1.75} strokeOpacity={faint ? 0.42 : 1} strokeDasharray={dashed ? '5 4' : undefined} />
      {(dots || lone) && points.map(([px, py], index) => <circle key={index} cx={px} cy={py} r={points.length > 60 ? 2 : 3} fill={colour} stroke="none" />)}
    </>
  )
}
