'use client'
/** The runs of a comparison with their colours and results; each can be hidden or taken out. */
import Eye from 'lucide-react/icons/eye'
import EyeOff from 'lucide-react/icons/eye-off'
import X from 'lucide-react/icons/x'
import Link from 'next/link'
import { useLocale } from '@/components/locale'
import { runPageHref } from '@/components/run/places'
import { StatusChip } from '@/components/run/status'
import { buttonClass } from '@/components/ui/button'
import { cx } from '@/components/ui/cx'
import { clock, count, shortNumber } from '@/lib/format'
import { fill } from '@/lib/messages/text'
import type { RunSummary } from '@/lib/run'
import { durationOf } from '@/lib/run-list'

interface CompareRunsProps {
  found: readonly { run: RunSummary; colour: string }[]
  hidden: readonly string[]
  onHide: (id: string, hide: boolean) => void
  onRemove: (id: string) => void
}

export function CompareRuns({ found, hidden, onHide, onRemove }: CompareRunsProps) {
  const { t, locale } = useLocale()
  const words = t.ui.compare
  const number = (value: number | null | undefined) => (value === null || value === undefined ? '–' : shortNumber(value))
  if (found.length === 0) return null
  const heads = [words.last_loss, words.best_loss, words.best_eval, words.steps, words.took, t.ui.run.speed]
  return (
    <div className="panel overflow-x-auto">
      <table className="tabular w-full text-xs">
        <thead>
          <tr className="border-b border-line text-left text-2xs text-ink-faint">
            <th className="px-4 py-1.5 font-medium">{words.runs}</th>
            {heads.map((head) => <th key={head} className="py-1.5 pr-4 text-right font-medium whitespace-nowrap">{head}</th>)}
            <td />
          </tr>
        </thead>
        <tbody>
          {found.map(({ run, colour }) => {
            const isHidden = hidden.includes(run.id)
            const took = durationOf(run)
            const Icon = isHidden ? EyeOff : Eye
            const hide = fill(words.hide, { name: run.name })
            const remove = fill(words.remove, { name: run.name })
            const speed = run.last?.throughput
            return (
              <tr key={run.id} className="border-b border-line last:border-0">
                <th scope="row" className="min-w-48 px-4 py-1.5 text-left font-normal">
                  <span className={cx('mr-2 inline-block h-1 w-4 rounded-full align-middle', isHidden && 'opacity-30')} style={{ background: colour }} />
                  <Link href={runPageHref(run.id)} prefetch={false} className="rounded-sm font-medium hover:text-accent">{run.name}</Link>
                  <span className="ml-2"><StatusChip status={run.status} /></span>
                  <span className="block text-2xs text-ink-faint">{run.model}</span>
                </th>
                {[number(run.last?.loss), number(run.best_loss), number(run.best_eval_loss), run.total_steps > 0 ? `${run.step} / ${run.total_steps}` : '–', took === null ? '–' : clock(took), speed === undefined ? '–' : count(speed, locale)].map((text, index) => (
                  <td key={index} className="py-1.5 pr-4 text-right whitespace-nowrap">{text}</td>
                ))}
                <td className="py-1.5 pr-3 text-right whitespace-nowrap">
                  <button type="button" aria-pressed={isHidden} aria-label={hide} title={hide} className={buttonClass('ghost', 'icon-sm')} onClick={() => onHide(run.id, !isHidden)}>
                    <Icon aria-hidden className="size-3.5" />
                  </button>
                  <button type="button" aria-label={remove} title={remove} className={buttonClass('ghost', 'icon-sm')} onClick={() => onRemove(run.id)}>
                    <X aria-hidden className="size-3.5" />
                  </button>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
