'use client'
/** Above the chart: what its lines are, how much they are smoothed, and the keyboard's way to zoom. */
import ChevronsRight from 'lucide-react/icons/chevrons-right'
import ZoomIn from 'lucide-react/icons/zoom-in'
import ZoomOut from 'lucide-react/icons/zoom-out'
import { useLocale } from '@/components/locale'
import type { Zoom } from '@/components/run/loss-chart'
import { Button } from '@/components/ui/button'
import { cx } from '@/components/ui/cx'
import { Slider } from '@/components/ui/slider'

interface ChartToolsProps {
  weight: number
  onWeight: (weight: number) => void
  range: readonly [number, number]
  full: readonly [number, number]
  zoom: Zoom
  onZoom: (zoom: Zoom) => void
  hasEval: boolean
}

/** Half the range around its end, which is where people look. */
const closer = ([from, to]: readonly [number, number]): readonly [number, number] => [Math.round(to - (to - from) / 2), to]

function wider([from, to]: readonly [number, number], [first, last]: readonly [number, number]): Zoom {
  const span = to - from
  const next = [Math.max(first, Math.round(from - span / 2)), Math.min(last, Math.round(to + span / 2))] as const
  return next[0] === first && next[1] === last ? null : next
}

export function ChartTools({ weight, onWeight, range, full, zoom, onZoom, hasEval }: ChartToolsProps) {
  const { t } = useLocale()
  const words = t.ui.chart
  return (
    <div className="flex min-h-10 shrink-0 flex-wrap items-center gap-x-3 px-3">
      <ul className="flex h-10 items-center gap-3 text-2xs text-ink-soft max-sm:h-7">
        <Legend colour="bg-train/50">{words.loss}</Legend>
        {weight > 0 && <Legend colour="bg-train">{words.smoothed}</Legend>}
        {hasEval && <Legend colour="bg-eval">{words.eval_loss}</Legend>}
      </ul>
      <div className="ml-auto flex h-9 items-center gap-2">
        {zoom && (
          <Button size="sm" intent="ghost" onClick={() => onZoom(null)} className="text-accent">
            <ChevronsRight aria-hidden className="size-3.5" />
            {words.latest}
          </Button>
        )}
        <span aria-hidden className="text-2xs text-ink-faint max-sm:hidden">
          {words.smoothing}
        </span>
        <Slider label={words.smoothing} value={weight} min={0} max={0.99} step={0.01} onChange={onWeight} className="w-20 sm:w-28" />
        <div className="flex">
          <Button size="icon-sm" intent="ghost" aria-label={words.zoom_in} title={words.zoom_in} disabled={range[1] - range[0] < 4} onClick={() => onZoom(closer(range))}>
            <ZoomIn aria-hidden className="size-3.5" />
          </Button>
          <Button size="icon-sm" intent="ghost" aria-label={words.zoom_out} title={words.zoom_out} disabled={zoom === null} onClick={() => onZoom(wider(range, full))}>
            <ZoomOut aria-hidden className="size-3.5" />
          </Button>
        </div>
      </div>
    </div>
  )
}

const Legend = ({ colour, children }: { colour: string; children: string }) => (
  <li className="flex items-center gap-1.5 whitespace-nowrap">
    <span className={cx('h-0.5 w-3.5 rounded-full', colour)} />
    {children}
  </li>
)
