'use client'
/** Of a run that evaluates, alone or after its training: its scores, and its answers as Evaluate & Predict shows them. */
import dynamic from 'next/dynamic'
import { useEffect } from 'react'
import { Scores } from '@/components/evaluate/scores'
import { useLocale } from '@/components/locale'
import { isActive } from '@/components/run/status'
import { useCall } from '@/components/use-call'
import type { RunSummary } from '@/lib/run'

const Answers = dynamic(() => import('@/components/evaluate/answers').then((module) => module.Answers), { ssr: false })

function useDetail(run: RunSummary) {
  const { reply, again } = useCall('run', { id: run.id })
  useEffect(again, [again, run.status, run.phase])
  return reply?.ok ? reply.value : null
}

export const EvaluationScores = ({ run }: { run: RunSummary }) => <Scores results={useDetail(run)?.results ?? {}} />

export function AnswersPanel({ run }: { run: RunSummary }) {
  const { t } = useLocale()
  const detail = useDetail(run)
  if (detail === null) return <p className="p-4 text-ink-faint">{t.ui.loading}</p>
  if (detail.answered) return <div className="flex min-h-0 flex-1 flex-col [&>section]:rounded-none [&>section]:border-0 [&>section]:shadow-none"><Answers run={run} /></div>
  const words = t.ui.evaluate
  const underWay = run.kind === 'train' ? words.none_yet : words.waiting
  const over = run.predicts ? words.ended_before : words.no_answers
  return <p className="m-auto p-6 text-center text-xs text-ink-faint">{isActive(run.status) ? underWay : over}</p>
}
