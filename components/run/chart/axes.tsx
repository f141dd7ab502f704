'use client'
/** Grid and axes of a plot, by recharts, and a layer over the grid for what is plotted. Drawn again only when an axis changes, not with each record. */
import { memo } from 'react'
import { CartesianGrid, ComposedChart, XAxis, YAxis } from 'recharts'
import { useLocale } from '@/components/locale'
import { MARGIN, placeText, X_AXIS_HEIGHT, xTicks, Y_AXIS_WIDTH, yTicks } from '@/components/run/chart/geometry'
import type { Axis } from '@/lib/curves'
import { tick } from '@/lib/format'

interface AxesProps {
  width: number
  height: number
  from: number
  to: number
  low: number
  high: number
  axis: Axis
  log: boolean
  onLayer: (layer: SVGGElement | null) => void
}

/** recharts draws no axis without a row. */
const frame = [{ x: 0, y: 0 }]

const ticks = { tickLine: false, tick: { fill: 'var(--ink-faint)', fontSize: 11 } } as const
const xAxis = { ...ticks, dataKey: 'x', type: 'number', allowDataOverflow: true, axisLine: { stroke: 'var(--line-strong)' }, height: X_AXIS_HEIGHT } as const
const yAxis = { ...ticks, width: Y_AXIS_WIDTH, allowDataOverflow: true, interval: 0, axisLine: false, tickFormatter: tick } as const

export const Axes = memo(function Axes({ width, height, from, to, low, high, axis, log, onLayer }: AxesProps) {
  const { locale } = useLocale()
  return (
    <ComposedChart width={width} height={height} data={frame} margin={MARGIN} accessibilityLayer={false}>
      <CartesianGrid stroke="var(--line)" vertical={false} syncWithTicks />
      <XAxis {...xAxis} domain={[from, to]} ticks={xTicks([from, to], axis, width < 400 ? 4 : 8)} tickFormatter={(value: number) => placeText(value, axis, locale)} />
      <YAxis {...yAxis} scale={log ? 'log' : 'linear'} domain={[low, high]} ticks={yTicks([low, high], log, height < 150 ? 2 : 5)} />
      <g ref={onLayer} />
    </ComposedChart>
  )
})
