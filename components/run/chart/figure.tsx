'use client'
/** A small plot of one field with its name and newest value. */
import type { Range } from '@/components/run/chart/geometry'
import { Plot } from '@/components/run/chart/plot'
import type { PlotLine } from '@/components/run/chart/lines'
import { SaveMenu } from '@/components/run/chart/save-menu'
import type { Zoom } from '@/components/run/chart/view'
import type { Axis } from '@/lib/curves'
import { shortNumber } from '@/lib/format'

interface FigureProps {
  title: string
  /** Of the files that it is saved as. */
  name: string
  lines: readonly PlotLine[]
  height: number
  savable: boolean
  /** Names its lines: where they are not one curve, raw and smoothed. */
  legend?: boolean
  /** Lines of several runs, whose colours and newest values stand in the list of runs. */
  overlaid?: boolean
  axis: Axis
  range: Range
  full: Range
  onZoom: (zoom: Zoom) => void
}

function newest(line: PlotLine | undefined): string {
  const last = line?.curve.y.at(-1)
  return last === undefined ? '–' : shortNumber(last)
}

export function Figure({ title, name, lines, height, savable, legend = false, overlaid = false, ...plot }: FigureProps) {
  const several = legend && lines.length > 1
  const label = `${title} ${newest(lines[0])}`
  const colour = lines[0]?.colour
  return (
    <figure className="min-w-0">
      <figcaption className="flex h-7 items-center gap-1.5 px-3 pt-1 text-2xs text-ink-faint">
        {!legend && !overlaid && <span className="h-0.5 w-3 rounded-full" style={{ background: colour }} />}
        <span className="truncate">{title}</span>
        {several && lines.map((line) => (
          <span key={line.id} className="flex items-center gap-1 whitespace-nowrap">
            <span className="ml-1 h-0.5 w-3 rounded-full" style={{ background: line.colour }} />
            {line.name} <span className="tabular font-medium text-ink-soft">{newest(line)}</span>
          </span>
        ))}
        <span className="tabular ml-auto font-medium text-ink-soft">{several || overlaid ? '' : newest(lines[0])}</span>
        {savable && <SaveMenu title={title} name={name} lines={lines} axis={plot.axis} />}
      </figcaption>
      <div style={{ height }} className="relative">
        <Plot {...plot} label={label} lines={lines} className="h-full" />
      </div>
    </figure>
  )
}
