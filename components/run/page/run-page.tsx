'use client'
/** A run's own page: what it is and does at the top, one aspect of it below. */
import Link from 'next/link'
import { Tabs } from 'radix-ui'
import { useState } from 'react'
import { useLocale } from '@/components/locale'
import { RunActions } from '@/components/run/actions'
import { evaluationHref } from '@/components/evaluate/current'
import { runHref } from '@/components/run/current'
import { useFeed } from '@/components/run/feed'
import { Log } from '@/components/run/log'
import { RunMenu } from '@/components/run/menu'
import { ArchivedStrip } from '@/components/run/archived-strip'
import { AnswersPanel, EvaluationScores } from '@/components/run/page/evaluation-panel'
import { FilesPanel } from '@/components/run/page/files-panel'
import { SamplesPanel } from '@/components/run/page/samples-panel'
import { SettingsPanel } from '@/components/run/page/settings-panel'
import { SystemPanel } from '@/components/run/page/system-panel'
import { LiveCurves } from '@/components/run/live-curves'
import { Progress } from '@/components/run/progress'
import { ProgressVoice } from '@/components/run/progress-voice'
import { RunFacts, stepOf } from '@/components/run/run-facts'
import { useRun, useRuns } from '@/components/run/runs'
import { useSources } from '@/components/run/sources'
import { StartedBy } from '@/components/run/started-by'
import { endSentence, StatusChip } from '@/components/run/status'
import { buttonClass } from '@/components/ui/button'
import { Chip } from '@/components/ui/chip'
import { Message } from '@/components/ui/message'
import type { Fault } from '@/lib/errors'
import { fill } from '@/lib/messages/text'
import { isEvaluation, type RunSummary } from '@/lib/run'

export function RunPage({ id }: { id: string }) {
  const { t } = useLocale()
  const runs = useRuns()
  const run = useRun(id)
  if (run) return <Loaded run={run} />
  if (runs === null) return <p className="p-6 text-ink-faint">{t.ui.loading}</p>
  return (
    <div className="space-y-4 p-6">
      <Message tone="note" role="status">{fill(t.ui.run_page.missing, { id })}</Message>
      <Link href="/runs" className={buttonClass()}>{t.ui.run_page.back}</Link>
    </div>
  )
}

const ofEvery = ['log', 'settings', 'files', 'system'] as const
const ofTraining = ['curves', 'samples'] as const
const ofAnswers = ['predictions'] as const
type Tab = (typeof ofEvery | typeof ofTraining | typeof ofAnswers)[number]

/** An evaluation has no curves: its answers come first. A training may answer a dataset at its end. */
const tabsOf = (run: RunSummary): readonly Tab[] => [...(run.kind === 'train' ? ofTraining : []), ...(isEvaluation(run) ? ofAnswers : []), ...ofEvery]

function Loaded({ run }: { run: RunSummary }) {
  const { t } = useLocale()
  const feed = useFeed(run.id)
  const sources = useSources(run, feed)
  const tabs = tabsOf(run)
  const [chosen, setChosen] = useState<Tab>(tabs[0])
  const tab = tabs.includes(chosen) ? chosen : tabs[0]
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3 p-3 sm:p-4">
      <Head run={run} feed={feed} />
      <Tabs.Root value={tab} onValueChange={(next) => setChosen(tabs.find((name) => name === next) ?? tabs[0])} className="panel flex min-h-0 flex-1 flex-col max-xl:min-h-[32rem]">
        <Tabs.List aria-label={run.name} className="flex shrink-0 overflow-x-auto border-b border-line px-2">
          {tabs.map((name) => (
            <Tabs.Trigger
              key={name}
              value={name}
              className="relative px-3 py-2 whitespace-nowrap text-ink-soft outline-offset-[-2px] hover:text-ink data-[state=active]:font-medium data-[state=active]:text-ink data-[state=active]:after:absolute data-[state=active]:after:inset-x-2 data-[state=active]:after:bottom-0 data-[state=active]:after:h-0.5 data-[state=active]:after:rounded-full data-[state=active]:after:bg-accent"
            >
              {t.ui.run_page.tabs[name]}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {tabs.map((name) => (
          <Tabs.Content key={name} value={name} tabIndex={-1} className="flex min-h-0 flex-1 flex-col overflow-y-auto outline-none data-[state=inactive]:hidden">
            {name === 'curves' && <LiveCurves run={run} ready={feed.ready} sources={sources} empty={feed.records.length === 0} />}
            {name === 'samples' && <SamplesPanel run={run} />}
            {name === 'predictions' && <AnswersPanel run={run} />}
            {name === 'log' && <Log text={feed.text} searchable />}
            {name === 'settings' && <SettingsPanel run={run} />}
            {name === 'files' && <FilesPanel run={run} />}
            {name === 'system' && <SystemPanel run={run} />}
          </Tabs.Content>
        ))}
      </Tabs.Root>
      <ArchivedStrip />
    </div>
  )
}

function Head({ run, feed }: { run: RunSummary; feed: ReturnType<typeof useFeed> }) {
  const { t, say } = useLocale()
  const [fault, setFault] = useState<Fault | null>(null)
  const sentence = endSentence(run, t, say)
  const bad = run.status === 'failed' || run.status === 'lost'
  return (
    <header className="panel @container shrink-0 px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="min-w-0 truncate text-lg font-semibold tracking-tight">{run.name}</h1>
        <span role="status"><StatusChip status={run.status} /></span>
        {run.tags.map((tag) => <Chip key={tag} tone="accent">{tag}</Chip>)}
        <div className="ml-auto flex flex-wrap gap-2">
          <RunActions run={run} onFault={setFault} />
          <Link href={run.kind === 'eval' ? evaluationHref(run.id) : runHref(run.id)} prefetch={false} className={buttonClass()}>{run.kind === 'eval' ? t.ui.frame.tabs.evaluate : t.ui.run_page.show_train}</Link>
          <RunMenu run={run} onFault={setFault} />
        </div>
      </div>
      <p className="mt-1 text-xs text-ink-faint [overflow-wrap:anywhere]">
        {[run.model, run.finetuning_type, run.stage, run.datasets.join(', ')].filter(Boolean).join(' · ')} · <StartedBy run={run} />
      </p>
      {run.notes !== '' && <p className="mt-1.5 text-xs whitespace-pre-wrap text-ink-soft [overflow-wrap:anywhere]">{run.notes}</p>}
      <RunFacts run={run} newest={feed.newest} />
      {isEvaluation(run) && <EvaluationScores run={run} />}
      <Progress run={run} step={stepOf(run, feed.newest)} className="mt-3" />
      <ProgressVoice run={run} newest={feed.newest} />
      {sentence && <Message tone={bad ? 'danger' : 'note'} role="status" className="mt-3">{sentence}</Message>}
      {[fault, feed.fault].map((found) => found && <Message key={found.code} tone="danger" role="alert" className="mt-3">{say(found)}</Message>)}
    </header>
  )
}
