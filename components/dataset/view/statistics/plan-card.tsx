'use client'
/** How long a training on this dataset would be with the form as it is; its time by the speed of the newest run of the same model. */
import { useMemo } from 'react'
import { draft, toArgs } from '@/components/config/draft'
import type { Place } from '@/components/dataset/view/place'
import { Card } from '@/components/dataset/view/statistics/card'
import { Facts } from '@/components/dataset/view/statistics/facts'
import { useLocale } from '@/components/locale'
import { useRuns } from '@/components/run/runs'
import { useStore } from '@/components/store'
import { useCall } from '@/components/use-call'
import { Message } from '@/components/ui/message'
import { clock, count } from '@/lib/format'

export function PlanCard({ place }: { place: Place }) {
  const { t, say, locale } = useLocale()
  const now = useStore(draft, (value) => value)
  const runs = useRuns()
  const args = useMemo((): Record<string, unknown> => ({ ...toArgs(now, 'plan'), dataset: [place.dataset], dataset_dir: place.dataset_dir }), [now, place])
  const { reply } = useCall('check', { args })
  const words = t.ui.view.statistics
  const plan = reply?.ok ? reply.value.plan : null
  const fault = reply && !reply.ok ? reply.fault : reply?.ok ? reply.value.faults[0] : undefined
  const model = now.model_name
  const speed = (runs ?? []).filter((run) => run.model === model && run.last?.throughput).sort((a, b) => (b.started_at ?? 0) - (a.started_at ?? 0))[0]?.last?.throughput
  const time = plan && speed ? clock((plan.tokens * (Number(args.num_train_epochs) || 1)) / speed) : words.time_unknown
  return (
    <Card title={words.plan}>
      {!reply && <p className="text-xs text-ink-faint">{words.plan_wait}</p>}
      {fault && <Message tone="warn">{say(fault)}</Message>}
      {plan && <Facts facts={[[words.steps, count(plan.steps, locale)], [words.epoch_tokens, count(plan.tokens, locale)], [words.time, time]]} />}
    </Card>
  )
}
