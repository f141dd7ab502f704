'use client'
/** Above the curves: what the lines are, what lies on the axes, how smooth they are, and the keyboard's way to zoom. */
import ChevronsRight from 'lucide-react/icons/chevrons-right'
import ZoomIn from 'lucide-react/icons/zoom-in'
import ZoomOut from 'lucide-react/icons/zoom-out'
import type { ReactNode } from 'react'
import { useLocale } from '@/components/locale'
import type { Range } from '@/components/run/chart/geometry'
import type { ChartSource, PlotLine } from '@/components/run/chart/lines'
import { canZoomIn, changeLook, closer, wider, type Look, type Zoom } from '@/components/run/chart/view'
import { Button } from '@/components/ui/button'
import { cx } from '@/components/ui/cx'
import { Slider } from '@/components/ui/slider'
import { axes, hasAxis, type Axis } from '@/lib/curves'
import type { Messages } from '@/lib/messages/en'

interface ChartToolsProps {
  sources: readonly ChartSource[]
  look: Look
  axis: Axis
  range: Range
  full: Range
  zoom: Zoom
  onZoom: (zoom: Zoom) => void
  lines: readonly PlotLine[]
  /** Of one run: its lines are named here; those of several by the page's list of runs. */
  alone: boolean
  save: ReactNode
}

export function ChartTools({ sources, look, axis, range, full, zoom, onZoom, lines, alone, save }: ChartToolsProps) {
  const { t } = useLocale()
  const words = t.ui.chart
  return (
    <div className="flex min-h-10 shrink-0 flex-wrap items-center gap-x-3 px-3">
      <ul className="flex h-10 items-center gap-3 text-2xs text-ink-soft max-sm:h-7">
        {(alone ? lines : kindsOf(lines, words)).map(({ id, name, colour, faint, dashed }) => (
          <li key={id} className="flex items-center gap-1.5 whitespace-nowrap">
            <span className={cx('w-3.5 border-t-2', dashed && 'border-dashed')} style={{ borderColor: colour, opacity: faint ? 0.5 : 1 }} />
            {name}
          </li>
        ))}
      </ul>
      <div className="ml-auto flex min-h-9 flex-wrap items-center justify-end gap-x-2">
        {zoom && (
          <Button size="sm" intent="ghost" onClick={() => onZoom(null)} className="text-accent">
            <ChevronsRight aria-hidden className="size-3.5" />
            {words.latest}
          </Button>
        )}
        <div role="group" aria-label={words.x_axis} className="flex rounded-md border border-line">
          {axes.map((name) => (
            <Choice key={name} pressed={name === axis} disabled={!sources.every(({ curves }) => hasAxis(curves, name))} onPress={() => changeLook({ axis: name })}>
              {words.axes[name]}
            </Choice>
          ))}
        </div>
        <div className="flex rounded-md border border-line">
          <Choice pressed={look.log} onPress={() => changeLook({ log: !look.log })}>
            {words.log}
          </Choice>
        </div>
        <span aria-hidden className="text-2xs text-ink-faint max-sm:hidden">
          {words.smoothing}
        </span>
        <Slider label={words.smoothing} value={look.weight} min={0} max={0.99} step={0.01} onChange={(weight) => changeLook({ weight })} className="w-20 sm:w-28" />
        <div className="flex">
          <Button size="icon-sm" intent="ghost" aria-label={words.zoom_in} title={words.zoom_in} disabled={!canZoomIn(range, axis)} onClick={() => onZoom(closer(range))}>
            <ZoomIn aria-hidden className="size-3.5" />
          </Button>
          <Button size="icon-sm" intent="ghost" aria-label={words.zoom_out} title={words.zoom_out} disabled={zoom === null} onClick={() => onZoom(wider(range, full))}>
            <ZoomOut aria-hidden className="size-3.5" />
          </Button>
          {save}
        </div>
      </div>
    </div>
  )
}

/** Of several runs, each in a colour of its own: what a whole line and a broken one are. */
function kindsOf(lines: readonly PlotLine[], words: Messages['ui']['chart']): Pick<PlotLine, 'id' | 'name' | 'colour' | 'faint' | 'dashed'>[] {
  const loss = { id: 'loss', name: words.loss, colour: 'var(--ink-soft)' }
  return lines.some(({ dashed }) => dashed) ? [loss, { ...loss, id: 'eval', name: words.keys.eval_loss, dashed: true }] : [loss]
}

interface ChoiceProps {
  pressed: boolean
  disabled?: boolean
  onPress: () => void
  children: string
}

/** One of a few that stand side by side. */
const Choice = ({ pressed, disabled, onPress, children }: ChoiceProps) => (
  <button
    type="button"
    aria-pressed={pressed}
    disabled={disabled}
    onClick={onPress}
    className={cx('h-6 rounded-[5px] px-2 text-2xs disabled:cursor-not-allowed disabled:opacity-50', pressed ? 'bg-accent-soft font-medium text-accent' : 'text-ink-soft hover:bg-sunken')}
  >
    {children}
  </button>
)
