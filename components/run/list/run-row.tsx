'use client'
/** One run of the list: state and what it is, the settings that set it apart, progress, losses with their curve, and what can be done with it. */
import Link from 'next/link'
import { memo } from 'react'
import { useLocale } from '@/components/locale'
import { RunActions } from '@/components/run/actions'
import { RunMenu } from '@/components/run/menu'
import { runPageHref } from '@/components/run/places'
import { Progress } from '@/components/run/progress'
import { Sparkline } from '@/components/run/sparkline'
import { endSentence, StatusChip } from '@/components/run/status'
import { StartedBy } from '@/components/run/started-by'
import { Checkbox } from '@/components/ui/checkbox'
import { Chip } from '@/components/ui/chip'
import { cx } from '@/components/ui/cx'
import type { Fault } from '@/lib/errors'
import { clock, shortNumber, throughput } from '@/lib/format'
import { fill } from '@/lib/messages/text'
import type { RunSummary } from '@/lib/run'
import { durationOf } from '@/lib/run-list'

/** More are on the run's own page. */
const SETTINGS = 4

interface RunRowProps {
  run: RunSummary
  settings: readonly { key: string; value: string }[]
  chosen: boolean
  onChoose: (id: string, chosen: boolean) => void
  onFault: (fault: Fault | null) => void
}

/** Drawn again only when its own run has news. */
export const RunRow = memo(function RunRow({ run, settings, chosen, onChoose, onFault }: RunRowProps) {
  const { t, say } = useLocale()
  const words = t.ui.runs
  const sentence = endSentence(run, t, say)
  return (
    <li className="grid grid-cols-[auto_minmax(0,1fr)] items-start gap-x-3 gap-y-2 px-3 py-3 sm:grid-cols-[auto_minmax(0,1fr)_14rem] sm:px-4 lg:grid-cols-[auto_minmax(0,1fr)_9rem_13rem_15rem]">
      <div className="flex h-6 items-center">
        <Checkbox id={`choose-${run.id}`} label={fill(words.choose, { name: run.name })} checked={chosen} onChange={(on) => onChoose(run.id, on)} />
      </div>
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Link href={runPageHref(run.id)} prefetch={false} aria-label={fill(words.open_run, { name: run.name })} className="min-w-0 truncate rounded-sm text-base font-medium hover:text-accent">
            {run.name}
          </Link>
          <StatusChip status={run.status} />
          {run.archived && <Chip>{words.archived_mark}</Chip>}
          {run.tags.map((tag) => <Chip key={tag} tone="accent">{tag}</Chip>)}
        </div>
        <p className="mt-0.5 text-xs text-ink-faint [overflow-wrap:anywhere]">
          {[run.model, run.finetuning_type, run.stage, run.datasets.join(', ')].filter(Boolean).join(' · ')}
        </p>
        <p className="mt-0.5 text-xs text-ink-faint"><StartedBy run={run} /></p>
        {settings.length > 0 && (
          <p className="mt-1 flex flex-wrap gap-1" title={words.differs}>
            {settings.slice(0, SETTINGS).map(({ key, value }) => (
              <code key={key} className="max-w-64 truncate rounded-sm bg-sunken px-1 font-mono text-2xs text-ink-soft">{key} {value}</code>
            ))}
            {settings.length > SETTINGS && <span className="text-2xs text-ink-faint">+{settings.length - SETTINGS}</span>}
          </p>
        )}
        {run.notes !== '' && <p className="mt-1 line-clamp-2 text-xs text-ink-soft italic [overflow-wrap:anywhere]">{run.notes}</p>}
        {sentence && <p className="mt-1 text-xs text-ink-soft [overflow-wrap:anywhere]">{sentence}</p>}
      </div>
      <Pace run={run} />
      <Losses run={run} />
      <div className="flex flex-wrap justify-end gap-2 max-sm:col-span-2 sm:max-lg:col-start-3 sm:max-lg:row-start-1">
        <RunActions run={run} onFault={onFault} size="sm" />
        <RunMenu run={run} onFault={onFault} size="sm" />
      </div>
    </li>
  )
})

function Pace({ run }: { run: RunSummary }) {
  const { t, locale } = useLocale()
  const took = durationOf(run)
  const speed = run.last?.throughput
  return (
    <div className="tabular text-xs text-ink-soft max-lg:col-start-2">
      <p className="flex justify-between gap-2">
        <span>{t.ui.run.step}</span>
        <span>{run.total_steps > 0 ? `${run.step} / ${run.total_steps}` : '–'}</span>
      </p>
      <Progress run={run} className="mt-1.5" />
      <p className="mt-1.5 flex flex-wrap justify-between gap-x-2 text-2xs text-ink-faint">
        <span>{took === null ? '' : clock(took)}</span>
        <span>{speed === undefined ? '' : throughput(speed, locale)}</span>
      </p>
    </div>
  )
}

function Losses({ run }: { run: RunSummary }) {
  const { t } = useLocale()
  const words = t.ui.runs
  const values = [
    [words.last, run.last?.loss ?? null],
    [words.best, run.best_loss],
    [t.ui.run.eval_loss, run.best_eval_loss],
  ] as const
  const empty = values.every(([, value]) => value === null)
  return (
    <div className={cx('flex items-start gap-3 max-sm:col-start-2 sm:justify-end', empty && 'max-sm:hidden')}>
      <Sparkline run={run} />
      <dl className="tabular grid grid-cols-[auto_auto] gap-x-2 text-xs">
        {values.map(([name, value]) =>
          value === null ? null : (
            <div key={name} className="contents">
              <dt className="text-2xs whitespace-nowrap text-ink-faint">{name}</dt>
              <dd className="text-right font-medium">{shortNumber(value)}</dd>
            </div>
          ),
        )}
      </dl>
    </div>
  )
}
