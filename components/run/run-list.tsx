'use client'
/** All runs as a table: state, progress, last loss with its curve, and what can be done with each. Cards on a phone. */
import Link from 'next/link'
import { useState } from 'react'
import { useLocale } from '@/components/locale'
import { RunActions } from '@/components/run/actions'
import { runHref } from '@/components/run/current'
import { Progress } from '@/components/run/progress'
import { Sparkline } from '@/components/run/sparkline'
import { endSentence, isActive, StatusChip } from '@/components/run/status'
import { useSocket } from '@/components/socket'
import { buttonClass } from '@/components/ui/button'
import { Message } from '@/components/ui/message'
import type { Fault } from '@/lib/errors'
import { clock, shortNumber } from '@/lib/format'
import { fill } from '@/lib/messages/text'
import type { RunSummary } from '@/lib/run'

/** Under way and waiting first, then the newest. */
const order = (a: RunSummary, b: RunSummary): number => {
  const weight = (run: RunSummary) => (isActive(run.status) ? 0 : run.status === 'queued' ? 1 : 2)
  return weight(a) - weight(b) || (a.queue_position ?? 0) - (b.queue_position ?? 0) || (b.started_at ?? 0) - (a.started_at ?? 0)
}

export function RunList() {
  const { t, say } = useLocale()
  const { runs } = useSocket()
  const [fault, setFault] = useState<Fault | null>(null)
  const words = t.ui.runs
  return (
    <div className="min-h-0 flex-1 xl:overflow-y-auto">
      <div className="mx-auto w-full max-w-6xl p-3 sm:p-6">
        <h1 className="text-xl font-semibold tracking-tight">{words.title}</h1>
        <p className="mt-1 text-ink-faint">{runs === null ? t.ui.loading : fill(words.count, { count: runs.length })}</p>
        {fault && <Message tone="danger" role="alert" className="mt-3">{say(fault)}</Message>}
        {runs?.length === 0 && (
          <div className="panel mt-4 p-8 text-center">
            <p className="text-ink-soft">{words.none}</p>
            <Link href="/" className={buttonClass('primary', 'md', 'mt-4')}>
              {words.first}
            </Link>
          </div>
        )}
        {runs && runs.length > 0 && (
          <ul className="panel mt-4 divide-y divide-line overflow-hidden">
            {runs.toSorted(order).map((run) => (
              <RunRow key={run.id} run={run} onFault={setFault} />
            ))}
          </ul>
        )}
      </div>
    </div>
  )
}

function RunRow({ run, onFault }: { run: RunSummary; onFault: (fault: Fault | null) => void }) {
  const { t, say, locale } = useLocale()
  const sentence = endSentence(run, t, say)
  const started = run.started_at === null ? null : new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(run.started_at)
  const took = run.started_at !== null && run.updated_at !== null ? clock((run.updated_at - run.started_at) / 1000) : null
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-2 px-4 py-3 lg:grid-cols-[minmax(0,1.6fr)_10rem_11rem_minmax(16rem,1fr)]">
      <div className="min-w-0 max-lg:col-span-2">
        <div className="flex items-center gap-2">
          <Link href={runHref(run.id)} className="min-w-0 truncate rounded-sm font-medium hover:text-accent">
            {run.name}
          </Link>
          <StatusChip status={run.status} />
        </div>
        <p className="mt-0.5 truncate text-xs text-ink-faint">{[run.model, run.finetuning_type, run.stage, started, took].filter(Boolean).join(' · ')}</p>
        {sentence && <p className="mt-1 text-xs text-ink-soft [overflow-wrap:anywhere]">{sentence}</p>}
      </div>
      <div className="tabular text-xs text-ink-soft max-lg:hidden">
        <p className="flex justify-between">
          <span>{t.ui.run.step}</span>
          <span>{run.total_steps > 0 ? `${run.step} / ${run.total_steps}` : '–'}</span>
        </p>
        <Progress run={run} className="mt-1.5" />
      </div>
      <div className="flex items-center gap-3 lg:justify-end">
        <Sparkline run={run} />
        <div className="tabular w-14 text-right">
          <p className="text-2xs text-ink-faint">{t.ui.run.loss}</p>
          <p className="font-medium">{run.last?.loss === undefined ? '–' : shortNumber(run.last.loss)}</p>
        </div>
      </div>
      <div className="flex flex-wrap justify-end gap-2">
        <RunActions run={run} onFault={onFault} size="sm" />
        <Link href={runHref(run.id)} className={buttonClass('secondary', 'sm')} aria-label={fill(t.ui.runs.open_run, { name: run.name })}>
          {t.ui.runs.open}
        </Link>
      </div>
    </li>
  )
}
