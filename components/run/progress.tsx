'use client'
/** A run's progress bar, in the colour of its state: before the first step that of the work it starts with, where that is known. */
import { useLocale } from '@/components/locale'
import { ProgressBar } from '@/components/ui/progress-bar'
import type { RunStatus, RunSummary } from '@/lib/run'

const tones = {
  queued: 'muted', starting: 'accent', running: 'accent', stopping: 'muted', stopped: 'muted', done: 'good', failed: 'danger', lost: 'danger',
} as const satisfies Record<RunStatus, string>

export function Progress({ run, step = run.step, className }: { run: RunSummary; step?: number; className?: string }) {
  const { t } = useLocale()
  const known = run.total_steps > 0
  const value = run.status === 'done' ? 1 : known ? Math.min(1, step / run.total_steps) : run.status === 'starting' ? run.phase_share : 0
  return <ProgressBar label={t.ui.run.progress} value={value} tone={tones[run.status]} className={className} />
}
