'use client'
/** The run that the page follows: what it does now, its curves and its log. Without one, the way to a first run. */
import Link from 'next/link'
import { useEffect, useState } from 'react'
import { useLocale } from '@/components/locale'
import { RunActions } from '@/components/run/actions'
import { currentRun, recallRun, showRun } from '@/components/run/current'
import { useFeed } from '@/components/run/feed'
import { useRun, useRuns } from '@/components/run/runs'
import { useSources } from '@/components/run/sources'
import { FirstRun } from '@/components/run/first-run'
import { LiveCurves } from '@/components/run/live-curves'
import { Log } from '@/components/run/log'
import { runPageHref } from '@/components/run/places'
import { Progress } from '@/components/run/progress'
import { ProgressVoice } from '@/components/run/progress-voice'
import { RunFacts, stepOf } from '@/components/run/run-facts'
import { RunSwitch } from '@/components/run/run-switch'
import { endSentence, isActive, StatusChip } from '@/components/run/status'
import { useStore } from '@/components/store'
import { buttonClass } from '@/components/ui/button'
import { Message } from '@/components/ui/message'
import type { Fault } from '@/lib/errors'
import type { RunSummary } from '@/lib/run'

/** Without a run of its own choice, the page shows the training under way, else the newest. */
function useShownRun(): RunSummary | null {
  const runs = useRuns()
  const id = useStore(currentRun, (now) => now)
  const found = useRun(id)
  useEffect(recallRun, [])
  useEffect(() => {
    if (!runs || runs.some((run) => run.id === currentRun.get())) return
    const trainings = runs.filter(({ kind }) => kind === 'train')
    const next = trainings.find(({ status }) => isActive(status)) ?? trainings.toSorted((a, b) => (b.started_at ?? 0) - (a.started_at ?? 0))[0]
    if (next) showRun(next.id)
  }, [runs])
  return found
}

export function RunPane() {
  const runs = useRuns()
  const run = useShownRun()
  if (run) return <Followed key={run.id} run={run} />
  return runs === null || runs.some(({ kind }) => kind === 'train') ? <div className="flex-1" /> : <FirstRun />
}

function Followed({ run }: { run: RunSummary }) {
  const { t, say } = useLocale()
  const feed = useFeed(run.id)
  const [fault, setFault] = useState<Fault | null>(null)
  const sources = useSources(run, feed)
  const sentence = endSentence(run, t, say)
  const bad = run.status === 'failed' || run.status === 'lost'
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3 p-3 sm:p-4">
      <header className="panel @container shrink-0 px-4 py-3">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
          <RunSwitch run={run} />
          <span role="status">
            <StatusChip status={run.status} />
          </span>
          <span className="min-w-0 truncate text-xs text-ink-faint">
            {run.model} · {run.finetuning_type}
          </span>
          <div className="ml-auto flex gap-2">
            <RunActions run={run} onFault={setFault} />
            <Link href={runPageHref(run.id)} prefetch={false} className={buttonClass()}>{t.ui.run.own_page}</Link>
          </div>
        </div>
        <RunFacts run={run} newest={feed.newest} />
        <Progress run={run} step={stepOf(run, feed.newest)} className="mt-3" />
        <ProgressVoice run={run} newest={feed.newest} />
        {sentence && <Message tone={bad ? 'danger' : 'note'} role="status" className="mt-3">{sentence}</Message>}
        {fault && <Message tone="danger" role="alert" className="mt-3">{say(fault)}</Message>}
        {feed.fault && <Message tone="danger" role="alert" className="mt-3">{say(feed.fault)}</Message>}
      </header>
      <section aria-label={t.ui.chart.title} className="panel flex min-h-80 flex-col xl:min-h-0 xl:flex-[3]">
        <LiveCurves run={run} ready={feed.ready} sources={sources} empty={feed.records.length === 0} compact />
      </section>
      <div className="panel flex h-64 flex-col xl:h-auto xl:min-h-28 xl:flex-[1.3]">
        <Log text={feed.text} />
      </div>
    </div>
  )
}
