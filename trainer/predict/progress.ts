/** How far an evaluation is, into its log and state: steps are batches over all of its passes. */
import { duration } from '@/lib/format'
import { type Report, round } from '@/trainer/run/report'

/** Log lines about progress alone come at most this often. */
const EVERY_MS = 500

export interface EvaluationProgress {
  step(): void
  /** Steps that an earlier session did. */
  skip(steps: number): void
  record(values: Record<string, number>): void
}

export function evaluationProgress({ state, record }: Report, total: number): EvaluationProgress {
  let [done, skipped, written] = [0, 0, 0]
  const began = performance.now()
  state.change({ total_steps: total, step: 0 })
  const write = (values: Record<string, number>) => {
    const seconds = (performance.now() - began) / 1000
    const rest = done > skipped ? (seconds / (done - skipped)) * (total - done) : 0
    written = performance.now()
    record({ current_steps: done, total_steps: total, ...values, percentage: total > 0 ? round((done / total) * 100, 2) : 100, elapsed_time: duration(seconds), remaining_time: duration(rest) })
  }
  return {
    step() {
      done++
      state.change({ step: done })
      if (performance.now() - written >= EVERY_MS || done === total) write({})
    },
    skip(steps) {
      done += steps
      skipped += steps
    },
    record: write,
  }
}
