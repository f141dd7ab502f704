/**
 * What the loop says, put into the run folder: log lines, states, evaluations, checkpoints. The other half of the seam is `loop.ts`.
 */
import type { Logged, LoopHost } from '@/trainer/run/loop'
import type { Progress } from '@/trainer/run/progress'
import { logRecord, type Moment, type Report } from '@/trainer/run/report'

export interface HostParts {
  report: Report
  total_steps: number
  /** Where this session began. */
  start: Progress
  /** Writes a checkpoint, and returns its name. */
  save: (progress: Progress) => Promise<string>
  stopping: () => boolean
}

const fixed = (value: number) => value.toPrecision(4)
const spelled = (values: Record<string, number>) => Object.entries(values).map(([name, value]) => `'${name}': ${fixed(value)}, `).join('')

export interface RunHost extends LoopHost {
  /** The last line of the log, which says that the run is at its end. */
  finish: (progress: Progress) => void
}

export function runHost({ report, total_steps, start, save, stopping }: HostParts): RunHost {
  const began = performance.now()
  const seconds = () => start.seconds + (performance.now() - began) / 1000
  /** When this session's first update was done: it compiles, and says nothing of the others. */
  let warm: { step: number; seconds: number } | null = null
  const secondsPerStep = (step: number) => {
    const from = warm && step > warm.step ? warm : start
    return step > from.step ? (seconds() - from.seconds) / (step - from.step) : 0
  }
  const moment = (progress: Progress): Moment => ({
    step: progress.step,
    total_steps,
    epoch: progress.epoch,
    seconds: seconds(),
    seconds_per_step: secondsPerStep(progress.step),
    tokens: progress.tokens,
  })
  const { state } = report
  return {
    seconds,
    stopping,
    phase(phase, step) {
      if (phase === 'training') warm ??= { step, seconds: seconds() }
      const changed = state.now.phase !== phase
      state.change(changed ? { phase, step } : { step })
    },
    log(progress: Progress, { loss, grad_norm, learning_rate, told }: Logged) {
      const accuracy = told['rewards/accuracies'] // LLaMA-Factory's own name for it in this file
      report.record(logRecord(moment(progress), { loss, ...(accuracy === undefined ? {} : { accuracy }), lr: learning_rate, grad_norm, ...told }))
      report.scalars(progress.step, { loss, grad_norm, learning_rate, ...told, epoch: progress.epoch })
      report.text(`{'loss': ${fixed(loss)}, 'grad_norm': ${fixed(grad_norm)}, 'learning_rate': ${learning_rate.toExponential(4)}, ${spelled(told)}'epoch': ${progress.epoch.toFixed(2)}}`)
    },
    evaluated(progress, metrics) {
      report.scalars(progress.step, { ...metrics, epoch: progress.epoch })
      report.record(logRecord(moment(progress), Object.fromEntries(Object.entries(metrics).filter(([name]) => !/_(runtime|per_second)$/.test(name)))))
      report.text(`{${Object.entries(metrics).map(([name, value]) => `'${name}': ${fixed(value)}`).join(', ')}}`)
    },
    async save(progress) {
      const checkpoint = await save(progress)
      state.change({ checkpoint, step: progress.step })
      report.text(`Checkpoint saved at step ${progress.step}: ${checkpoint}`)
    },
    warn: (line) => report.text(line, 'WARNING'),
    finish: (progress) => report.record(logRecord(moment(progress), {})),
  }
}
