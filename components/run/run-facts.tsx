'use client'
/** The numbers of a run in a row: phase, step, epoch, loss, speed, time. */
import { useLocale } from '@/components/locale'
import { isActive } from '@/components/run/status'
import { clock, count, parseDuration, shortNumber } from '@/lib/format'
import type { LogRecord, RunSummary } from '@/lib/run'

/** A time of the log, whose days are English there. */
function timeIn(text: string | undefined): string | null {
  const seconds = text === undefined ? null : parseDuration(text)
  return seconds === null ? (text ?? null) : clock(seconds)
}

/** The list of runs comes less often than the records of the one that is followed. */
export const stepOf = (run: RunSummary, { current_steps = 0 }: Partial<LogRecord>): number => Math.max(run.step, current_steps)

export function RunFacts({ run, newest }: { run: RunSummary; newest: Partial<LogRecord> }) {
  const { t, locale } = useLocale()
  const words = t.ui.run
  const active = isActive(run.status)
  const { loss, eval_loss: evaluated, throughput: speed, epoch } = newest
  const took = timeIn(newest.elapsed_time) ?? (run.started_at && run.updated_at ? clock((run.updated_at - run.started_at) / 1000) : null)
  return (
    <dl className="tabular mt-3 grid grid-cols-3 gap-x-4 gap-y-2 @md:grid-cols-4 @2xl:grid-cols-7">
      <Fact name={words.phase} value={active && run.phase ? words.phases[run.phase] : words.status[run.status]} />
      <Fact name={words.step} value={run.total_steps > 0 ? `${stepOf(run, newest)} / ${run.total_steps}` : '–'} />
      {run.kind === 'train' && (
        <>
          <Fact name={words.epoch} value={epoch === undefined ? '–' : epoch.toFixed(2)} />
          <Fact name={words.loss} value={loss === undefined ? '–' : shortNumber(loss)} />
          <Fact name={words.eval_loss} value={evaluated === undefined ? '–' : shortNumber(evaluated)} />
          <Fact name={words.speed} value={speed === undefined ? '–' : count(speed, locale)} />
        </>
      )}
      {active ? <Fact name={words.eta} value={timeIn(newest.remaining_time) ?? '–'} /> : <Fact name={words.took} value={took ?? '–'} />}
    </dl>
  )
}

const Fact = ({ name, value }: { name: string; value: string }) => (
  <div className="min-w-0">
    <dt className="truncate text-2xs text-ink-faint">{name}</dt>
    <dd className="truncate text-base font-medium">{value}</dd>
  </div>
)
