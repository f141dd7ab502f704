'use client'
/**
 * The curves of one run or of several over each other: losses large, everything else that was logged in small figures below, all over the same part of the
 * same x axis. Loaded only when there is something to draw.
 */
import { memo, useDeferredValue, useEffect, useMemo, useState } from 'react'
import { useLocale } from '@/components/locale'
import { Brush } from '@/components/run/chart/brush'
import { Figure } from '@/components/run/chart/figure'
import { fullRange, keyName, lossLines, otherKeys, otherLines, type ChartSource, type PlotLine } from '@/components/run/chart/lines'
import { Plot } from '@/components/run/chart/plot'
import { SaveMenu } from '@/components/run/chart/save-menu'
import { ChartTools } from '@/components/run/chart/tools'
import { look, recallLook, type Zoom } from '@/components/run/chart/view'
import { useStore } from '@/components/store'
import { cx } from '@/components/ui/cx'
import { curveOver, hasAxis, type Axis } from '@/lib/curves'
import { shortNumber } from '@/lib/format'
import { fill } from '@/lib/messages/text'
import type { Messages } from '@/lib/messages/en'

interface RunChartsProps {
  sources: readonly ChartSource[]
  /** Beside the settings: the losses and two more figures, in the height that there is. */
  compact?: boolean
}

/** What is drawn: whose curves, over which axis, and which part. */
interface View {
  sources: readonly ChartSource[]
  axis: Axis
  log: boolean
  weight: number
  zoom: Zoom
}

/** The tools answer at once; the curves follow when nothing else is to be done. */
export function RunCharts({ sources, compact = false }: RunChartsProps) {
  const { t } = useLocale()
  const words = t.ui.chart
  const chosen = useStore(look, (now) => now)
  const [zoom, setZoom] = useState<Zoom>(null)
  useEffect(recallLook, [])
  const axis = sources.every(({ curves }) => hasAxis(curves, chosen.axis)) ? chosen.axis : 'step'
  useEffect(() => setZoom(null), [axis])
  const { log, weight } = chosen
  const view = useDeferredValue(useMemo((): View => ({ sources, axis, log, weight, zoom }), [sources, axis, log, weight, zoom]))
  const losses = useMemo(() => lossLines(view.sources, view.axis, view.weight, words), [view, words])
  const full = fullRange(sources, axis)
  return (
    <div data-figure className={cx('flex min-h-0 flex-col', compact ? 'flex-1' : 'gap-1')}>
      <ChartTools
        sources={sources}
        look={{ ...chosen, axis }}
        axis={axis}
        range={zoom ?? full}
        full={full}
        zoom={zoom}
        onZoom={setZoom}
        lines={losses}
        alone={sources.length === 1}
        save={<SaveMenu title={words.loss} name="loss" lines={losses} axis={view.axis} />}
      />
      <Curves view={view} losses={losses} onZoom={setZoom} compact={compact} />
    </div>
  )
}

interface CurvesProps {
  view: View
  losses: readonly PlotLine[]
  onZoom: (zoom: Zoom) => void
  compact: boolean
}

const Curves = memo(function Curves({ view: { sources, axis, log, weight, zoom }, losses, onZoom, compact }: CurvesProps) {
  const { t } = useLocale()
  const words = t.ui.chart
  const full = fullRange(sources, axis)
  const keys = otherKeys(sources)
  const shared = { axis, range: zoom ?? full, full, onZoom }
  return (
    <>
      <Plot {...shared} label={summary(sources, words)} lines={losses} log={log} wheel className={cx('min-h-0 shrink-0', compact ? 'h-64 xl:h-auto xl:min-h-40 xl:flex-1' : 'h-72 xl:h-[24rem]')} />
      <Brush label={words.part} curve={curveOver(sources[0].curves, 'loss', axis)} {...shared} />
      <div className={cx('grid shrink-0 grid-cols-1 gap-x-4 border-t border-line sm:grid-cols-2', !compact && 'gap-y-2 pt-1 2xl:grid-cols-3')}>
        {(compact ? keys.slice(0, 2) : keys).map((key, place) => (
          <Figure
            key={key}
            title={keyName(key, words)}
            name={key}
            lines={otherLines(sources, key, place, axis, compact ? 0 : weight, words)}
            height={compact ? 92 : 150}
            savable={!compact}
            overlaid={sources.length > 1}
            {...shared}
          />
        ))}
      </div>
    </>
  )
})

function summary(sources: readonly ChartSource[], words: Messages['ui']['chart']): string {
  if (sources.length !== 1) return fill(words.summary_several, { count: sources.length })
  const { y } = curveOver(sources[0].curves, 'loss')
  if (y.length === 0) return words.summary_empty
  return fill(words.summary, { points: y.length, first: shortNumber(y[0]), last: shortNumber(y[y.length - 1]) })
}
