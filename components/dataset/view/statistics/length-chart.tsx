'use client'
/** How many rows have which length in tokens, drawn by recharts, with the cutoff as a line; the same numbers as a table below. */
import { Bar, CartesianGrid, ComposedChart, ReferenceLine, Tooltip, XAxis, YAxis } from 'recharts'
import { useLocale } from '@/components/locale'
import { useSize } from '@/components/run/use-size'
import type { TokenStatistics } from '@/lib/dataset-view'
import { count, tick } from '@/lib/format'
import { fill } from '@/lib/messages/text'

const HEIGHT = 220
const axis = { tickLine: false, tick: { fill: 'var(--ink-faint)', fontSize: 11 } } as const

type Bin = TokenStatistics['lengths'][number]

export function LengthChart({ tokens: { lengths, cutoff, longest } }: { tokens: TokenStatistics }) {
  const { t, locale } = useLocale()
  const [box, { width }] = useSize()
  const words = t.ui.view.statistics
  const step = lengths.length > 1 ? lengths[1].from - lengths[0].from : 1
  const end = (lengths.at(-1)?.from ?? 0) + step
  const rows = lengths.map((bin) => ({ ...bin, middle: bin.from + step / 2 }))
  const range = ({ from, to }: Bin) => (to === null ? fill(words.range_open, { from: count(from, locale) }) : fill(words.range, { from: count(from, locale), to: count(to, locale) }))
  return (
    <figure className="min-w-0">
      <div ref={box} role="img" aria-label={fill(words.histogram, { from: 0, to: count(longest, locale), cutoff: count(cutoff, locale) })} style={{ height: HEIGHT }}>
        {width > 0 && (
          <ComposedChart width={width} height={HEIGHT} data={rows} margin={{ top: 18, right: 14, bottom: 0, left: 0 }} barCategoryGap={1} accessibilityLayer={false}>
            <CartesianGrid stroke="var(--line)" vertical={false} />
            <XAxis {...axis} dataKey="middle" type="number" domain={[0, end]} axisLine={{ stroke: 'var(--line-strong)' }} tickFormatter={tick} height={22} tickCount={8} />
            <YAxis {...axis} width={46} axisLine={false} allowDecimals={false} tickFormatter={tick} />
            <Tooltip isAnimationActive={false} cursor={{ fill: 'var(--sunken)' }} content={<Readout range={range} rows={words.rows_column} />} />
            <Bar dataKey="rows" fill="var(--series-train)" isAnimationActive={false} />
            {cutoff <= end && <ReferenceLine x={cutoff} stroke="var(--series-eval)" strokeWidth={2} strokeDasharray="5 3" label={{ value: fill(words.cutoff, { cutoff: count(cutoff, locale) }), position: 'top', fill: 'var(--ink-soft)', fontSize: 11 }} />}
          </ComposedChart>
        )}
      </div>
      <details className="mt-1 text-xs">
        <summary className="cursor-pointer rounded-sm text-ink-soft">{words.as_table}</summary>
        <table className="tabular mt-2 w-full max-w-md">
          <thead className="text-2xs text-ink-faint">
            <tr>
              <th scope="col" className="text-left font-medium">{words.tokens_column}</th>
              <th scope="col" className="text-right font-medium">{words.rows_column}</th>
            </tr>
          </thead>
          <tbody>
            {lengths.filter((bin) => bin.rows > 0).map((bin) => (
              <tr key={bin.from} className="border-t border-line">
                <th scope="row" className="py-0.5 text-left font-normal">{range(bin)}</th>
                <td className="text-right">{count(bin.rows, locale)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  )
}

interface ReadoutProps {
  range: (bin: Bin) => string
  rows: string
  active?: boolean
  payload?: { payload?: Bin }[]
}

/** The bin under the pointer. */
function Readout({ range, rows, active, payload }: ReadoutProps) {
  const bin = payload?.[0]?.payload
  if (!active || !bin) return null
  return (
    <div className="float-panel tabular pointer-events-none rounded-md px-2.5 py-1.5 text-xs">
      <p className="text-ink-faint">{range(bin)}</p>
      <p>{rows}: <span className="font-medium">{bin.rows}</span></p>
    </div>
  )
}
