'use client'
/**
 * The curves of a run, drawn by recharts: loss raw and smoothed with the evaluation's, learning rate and gradient norm small below. Drag
 * to zoom; the points are thinned to what the width can show, so that a hundred thousand draw as fast as a few hundred. Loaded only when
 * there is something to draw.
 */
import { useDeferredValue, useMemo, useState } from 'react'
import { CartesianGrid, ComposedChart, Line, Tooltip, XAxis, YAxis } from 'recharts'
import { useLocale } from '@/components/locale'
import { ChartTools } from '@/components/run/chart-tools'
import { MARGIN, PlotArea, Y_AXIS_WIDTH } from '@/components/run/plot-area'
import { bounds, roundTicks, smooth, thin, toCurves, within, type Curve, type Curves } from '@/lib/curves'
import { useSize } from '@/components/run/use-size'
import { shortNumber, tick } from '@/lib/format'
import { fill } from '@/lib/messages/text'
import type { Messages } from '@/lib/messages/en'
import type { LogRecord } from '@/lib/run'

/** A zoomed range of steps; null follows the run to its newest step. */
export type Zoom = readonly [number, number] | null

interface Row {
  step: number
  raw?: number
  smoothed?: number
  evaluated?: number
}

/** Rows of the loss plot: raw and smoothed share their steps, evaluations come between. */
function lossRows(curves: Curves, weight: number, [from, to]: readonly [number, number], points: number): Row[] {
  const raw = within(curves.loss, from, to)
  const smoothed = within(smooth(curves.loss, weight), from, to)
  const rows = new Map<number, Row>(thin(raw, points).map((index) => [raw.x[index], { step: raw.x[index], raw: raw.y[index], smoothed: smoothed.y[index] }]))
  const evaluated = within(curves.eval_loss, from, to)
  for (const index of thin(evaluated, points)) {
    const step = evaluated.x[index]
    rows.set(step, { ...rows.get(step), step, evaluated: evaluated.y[index] })
  }
  return [...rows.values()].sort((a, b) => a.step - b.step)
}

/** The whole range: from the first to the newest step, or to the last planned one while few are there. */
function fullRange({ loss, eval_loss }: Curves, total: number): readonly [number, number] {
  const newest = Math.max(loss.x.at(-1) ?? 0, eval_loss.x.at(-1) ?? 0)
  return [Math.min(loss.x[0] ?? 0, eval_loss.x[0] ?? Infinity, newest), newest > 1 ? newest : Math.max(total, 1)]
}

export function LossChart({ records, total }: { records: readonly LogRecord[]; total: number }) {
  const { t } = useLocale()
  const [weight, setWeight] = useState(0.6)
  const [zoom, setZoom] = useState<Zoom>(null)
  const [box, { width, height }] = useSize()
  const recent = useDeferredValue(records) // a click must not wait for a hundred thousand points
  const curves = useMemo(() => toCurves(recent), [recent])
  const range = zoom ?? fullRange(curves, total)
  const [from, to] = range
  const points = Math.max(120, Math.round(width * 0.8))
  const rows = useMemo(() => lossRows(curves, weight, [from, to], points), [curves, weight, from, to, points])
  const levels = bounds(rows.flatMap(({ raw, smoothed, evaluated }) => [raw, smoothed, evaluated]).filter((value) => value !== undefined))
  const words = t.ui.chart
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <ChartTools weight={weight} onWeight={setWeight} range={range} full={fullRange(curves, total)} zoom={zoom} onZoom={setZoom} hasEval={curves.eval_loss.x.length > 0} />
      <div ref={box} className="relative h-64 min-h-0 shrink-0 xl:h-auto xl:min-h-40 xl:flex-1" role="img" aria-label={summary(curves, words)}>
        {width > 0 && (
          <PlotArea width={width} height={height} range={range} onSelect={setZoom} onReset={() => setZoom(null)}>
            <ComposedChart width={width} height={height} data={rows} margin={MARGIN} accessibilityLayer={false}>
              <CartesianGrid stroke="var(--line)" vertical={false} syncWithTicks />
              <XAxis {...xAxis} domain={[from, to]} ticks={roundTicks(from, to, 8, true)} />
              <YAxis {...yAxis} domain={levels} ticks={roundTicks(...levels, 5)} />
              <Tooltip {...tooltip} content={<Readout names={{ raw: words.loss, smoothed: words.smoothed, evaluated: words.eval_loss }} step={words.step} />} />
              <Line {...line} dataKey="raw" stroke="var(--series-train)" strokeOpacity={weight > 0 ? 0.42 : 1} strokeWidth={weight > 0 ? 1.25 : 1.75} />
              {weight > 0 && <Line {...line} dataKey="smoothed" stroke="var(--series-train)" strokeWidth={2} />}
              <Line {...line} dataKey="evaluated" stroke="var(--series-eval)" strokeWidth={2} dot={{ r: 3, fill: 'var(--series-eval)', strokeWidth: 0 }} />
            </ComposedChart>
          </PlotArea>
        )}
      </div>
      <div className="grid shrink-0 grid-cols-1 gap-x-4 border-t border-line sm:grid-cols-2">
        <SmallChart title={words.lr} curve={curves.lr} range={range} colour="var(--series-lr)" />
        <SmallChart title={words.grad_norm} curve={curves.grad_norm} range={range} colour="var(--series-norm)" />
      </div>
    </div>
  )
}

const xAxis = {
  dataKey: 'step',
  type: 'number',
  allowDataOverflow: true,
  tickLine: false,
  axisLine: { stroke: 'var(--line-strong)' },
  tick: { fill: 'var(--ink-faint)', fontSize: 11 },
  height: 22,
} as const

const yAxis = {
  width: Y_AXIS_WIDTH,
  allowDataOverflow: true,
  interval: 0,
  tickLine: false,
  axisLine: false,
  tickFormatter: tick,
  tick: { fill: 'var(--ink-faint)', fontSize: 11 },
} as const

const line = { type: 'linear', dot: false, activeDot: { r: 3 }, isAnimationActive: false, connectNulls: true } as const
const tooltip = { isAnimationActive: false, cursor: { stroke: 'var(--line-strong)', strokeDasharray: '3 3' } } as const

function summary({ loss }: Curves, words: Messages['ui']['chart']): string {
  if (loss.x.length === 0) return words.summary_empty
  return fill(words.summary, { points: loss.x.length, first: shortNumber(loss.y[0]), last: shortNumber(loss.y[loss.y.length - 1]) })
}

interface ReadoutProps {
  names: Record<string, string>
  step: string
  active?: boolean
  label?: number | string
  payload?: { dataKey?: unknown; value?: unknown; color?: string }[]
}

/** The numbers under the pointer. */
function Readout({ names, step, active, label, payload }: ReadoutProps) {
  if (!active || !payload?.length) return null
  return (
    <div className="float-panel tabular pointer-events-none rounded-md px-2.5 py-1.5 text-xs">
      <p className="text-ink-faint">
        {step} {label}
      </p>
      {payload.map(({ dataKey, value, color }) =>
        typeof value === 'number' ? (
          <p key={String(dataKey)} className="flex items-center gap-1.5">
            <span className="h-0.5 w-3 rounded-full" style={{ background: color, opacity: dataKey === 'raw' ? 0.5 : 1 }} />
            <span className="text-ink-soft">{names[String(dataKey)]}</span>
            <span className="ml-auto pl-3 font-medium">{shortNumber(value)}</span>
          </p>
        ) : null,
      )}
    </div>
  )
}

const SMALL_HEIGHT = 92

function SmallChart({ title, curve, range: [from, to], colour }: { title: string; curve: Curve; range: readonly [number, number]; colour: string }) {
  const { t } = useLocale()
  const [box, { width }] = useSize()
  const rows = useMemo(() => {
    const part = within(curve, from, to)
    return thin(part, 240).map((index) => ({ step: part.x[index], y: part.y[index] }))
  }, [curve, from, to])
  const levels = bounds(rows.map(({ y }) => y))
  const last = curve.y.at(-1)
  return (
    <figure className="min-w-0">
      <figcaption className="flex items-center gap-1.5 px-3 pt-2 text-2xs text-ink-faint">
        <span className="h-0.5 w-3 rounded-full" style={{ background: colour }} />
        {title}
        <span className="tabular ml-auto font-medium text-ink-soft">{last === undefined ? '–' : shortNumber(last)}</span>
      </figcaption>
      <div ref={box} style={{ height: SMALL_HEIGHT }}>
        {width > 0 && (
          <ComposedChart width={width} height={SMALL_HEIGHT} data={rows} margin={{ ...MARGIN, top: 6 }} accessibilityLayer={false}>
            <XAxis {...xAxis} domain={[from, to]} ticks={roundTicks(from, to, 4, true)} height={18} />
            <YAxis {...yAxis} domain={levels} ticks={roundTicks(...levels, 2)} />
            <Tooltip {...tooltip} content={<Readout names={{ y: title }} step={t.ui.chart.step} />} />
            <Line {...line} dataKey="y" stroke={colour} strokeWidth={1.5} />
          </ComposedChart>
        )}
      </div>
    </figure>
  )
}
