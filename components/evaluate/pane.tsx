'use client'
/** The evaluation that the screen shows: what it does now, its scores, and every answer as it comes. */
import dynamic from 'next/dynamic'
import { useEffect, useMemo, useState } from 'react'
import { currentEvaluation, recallEvaluation, showEvaluation } from '@/components/evaluate/current'
import { Scores } from '@/components/evaluate/scores'
import { useLocale } from '@/components/locale'
import { RunActions } from '@/components/run/actions'
import { Progress } from '@/components/run/progress'
import { useRun, useRuns } from '@/components/run/runs'
import { endSentence, isActive, StatusChip } from '@/components/run/status'
import { useStore } from '@/components/store'
import { useCall } from '@/components/use-call'
import { Message } from '@/components/ui/message'
import { Select } from '@/components/ui/select'
import type { Fault } from '@/lib/errors'
import { isEvaluation, type RunSummary } from '@/lib/run'

const Answers = dynamic(() => import('@/components/evaluate/answers').then((module) => module.Answers), { ssr: false })

/** Newest first; trainings that answer a dataset at their end among them. */
const evaluationsIn = (runs: readonly RunSummary[]): RunSummary[] =>
  runs.filter(isEvaluation).sort((one, other) => (other.started_at ?? Infinity) - (one.started_at ?? Infinity))

/** Without a choice of its own, the screen shows the evaluation under way, else the newest. */
function useShown(): { shown: RunSummary | null; evaluations: RunSummary[] | null } {
  const runs = useRuns()
  const shown = useRun(useStore(currentEvaluation, (now) => now))
  useEffect(recallEvaluation, [])
  const evaluations = useMemo(() => runs && evaluationsIn(runs), [runs])
  useEffect(() => {
    // Only when the list is new: one that was just started is not in it yet.
    if (!runs || !evaluations || runs.some(({ id }) => id === currentEvaluation.get())) return
    const next = evaluations.find(({ status }) => isActive(status)) ?? evaluations[0]
    if (next) showEvaluation(next.id)
  }, [runs, evaluations])
  return { shown, evaluations }
}

export function EvaluationPane() {
  const { t } = useLocale()
  const { shown, evaluations } = useShown()
  if (shown) return <Followed key={shown.id} run={shown} evaluations={evaluations ?? []} />
  if (evaluations === null || evaluations.length > 0) return <div className="flex-1" />
  return <p className="m-auto max-w-md p-8 text-center text-ink-soft">{t.ui.evaluate.none}</p>
}

function Followed({ run, evaluations }: { run: RunSummary; evaluations: readonly RunSummary[] }) {
  const { t, say } = useLocale()
  const words = t.ui.evaluate
  const [fault, setFault] = useState<Fault | null>(null)
  const { reply, again } = useCall('run', { id: run.id })
  useEffect(again, [again, run.status, run.phase])
  const sentence = endSentence(run, t, say)
  const bad = run.status === 'failed' || run.status === 'lost'
  const listed = evaluations.some(({ id }) => id === run.id) ? evaluations : [run, ...evaluations]
  const answers = reply?.ok ? reply.value.answered || reply.value.args?.predict_with_generate === true : false
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3 p-3 sm:p-4">
      <header className="panel shrink-0 px-4 py-3">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
          <div className="w-72 max-w-full">
            <Select label={words.past} value={run.id} options={listed.map(({ id, name, model }) => ({ value: id, label: `${name} · ${model}` }))} onChange={showEvaluation} />
          </div>
          <span role="status" className="flex items-center gap-2">
            <StatusChip status={run.status} />
            {isActive(run.status) && run.phase && <span className="text-xs text-ink-faint">{t.ui.run.phases[run.phase]}</span>}
          </span>
          <span className="tabular text-xs text-ink-faint">{isActive(run.status) && run.total_steps > 0 ? `${run.step} / ${run.total_steps}` : ''}</span>
          <div className="ml-auto flex gap-2">
            <RunActions run={run} onFault={setFault} />
          </div>
        </div>
        <Progress run={run} className="mt-3" />
        {sentence && <Message tone={bad ? 'danger' : 'note'} role="status" className="mt-3">{sentence}</Message>}
        {fault && <Message tone="danger" role="alert" className="mt-3">{say(fault)}</Message>}
        {reply && !reply.ok && <Message tone="danger" role="alert" className="mt-3">{say(reply.fault)}</Message>}
        {reply?.ok && <Scores results={reply.value.results ?? {}} />}
      </header>
      {answers && <Answers run={run} />}
      {!answers && reply?.ok && <p className="p-4 text-center text-xs text-ink-faint">{isActive(run.status) ? '' : run.predicts ? words.ended_before : words.no_answers}</p>}
    </div>
  )
}
