'use client'
/** A run's status in a word and a colour, and the sentences that go with it. */
import { useLocale } from '@/components/locale'
import { cx } from '@/components/ui/cx'
import type { Fault } from '@/lib/errors'
import { fill } from '@/lib/messages/text'
import type { Messages } from '@/lib/messages/en'
import type { RunStatus, RunSummary } from '@/lib/run'

const looks = {
  queued: { chip: 'bg-sunken text-ink-soft', dot: 'bg-line-strong' },
  starting: { chip: 'bg-accent-soft text-accent', dot: 'bg-accent animate-[pulse-dot_1.2s_infinite]' },
  running: { chip: 'bg-accent-soft text-accent', dot: 'bg-accent animate-[pulse-dot_1.2s_infinite]' },
  stopping: { chip: 'bg-warn-soft text-warn', dot: 'bg-warn animate-[pulse-dot_1.2s_infinite]' },
  stopped: { chip: 'bg-warn-soft text-warn', dot: 'bg-warn' },
  done: { chip: 'bg-good-soft text-good', dot: 'bg-good' },
  failed: { chip: 'bg-danger-soft text-danger', dot: 'bg-danger' },
  lost: { chip: 'bg-danger-soft text-danger', dot: 'bg-danger' },
} as const satisfies Record<RunStatus, { chip: string; dot: string }>

export const isActive = (status: RunStatus): boolean => status === 'starting' || status === 'running' || status === 'stopping'
export const canResume = (run: RunSummary): boolean => ['stopped', 'failed', 'lost'].includes(run.status) && (run.checkpoints.length > 0 || run.kind === 'eval')

export function StatusChip({ status }: { status: RunStatus }) {
  const { t } = useLocale()
  const { chip, dot } = looks[status]
  return (
    <span className={cx('inline-flex h-5 items-center gap-1.5 rounded-full px-2 text-2xs font-medium whitespace-nowrap', chip)}>
      <span className={cx('size-1.5 rounded-full', dot)} />
      {t.ui.run.status[status]}
    </span>
  )
}

/** What a run that is not under way has to say; null when its numbers say it all. */
export function endSentence(run: RunSummary, t: Messages, say: (fault: Fault) => string): string | null {
  const { run: words } = t.ui
  const step = { step: run.step, total: run.total_steps }
  if (run.status === 'queued') return fill(words.waiting, { position: run.queue_position ?? 1 })
  if (run.status === 'stopped' && run.total_steps === 0) return words.stopped_before
  if (run.status === 'stopped') return fill(canResume(run) ? words.stopped_at : words.stopped_early, step)
  if (run.status === 'lost') return fill(canResume(run) ? words.lost_resumable : words.lost, step)
  if (run.status === 'failed') return run.error ? say(run.error) : words.failed
  // only early stopping ends a training before its last step
  return run.status === 'done' && run.kind === 'train' && run.step < run.total_steps ? fill(words.ended_early, step) : null
}
