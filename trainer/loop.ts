/**
 * THE loop: updates, log lines, evaluations and checkpoints in transformers' order, until the last step or a request to stop. It names no
 * stage, no file and no clock: a stage gives it batches and metrics, a host takes what it says. Losses in a resumed run equal those of an
 * unbroken one, because all that an update depends on is in `Progress`, the engine's state, and functions of the step.
 */
import type { Schedule } from '@/lib/schedulers'
import type { EvaluatedBatch, EvaluationSet, StageData } from '@/trainer/stage'
import type { Batch, Engine } from '@/trainer/engine/types'
import type { HistoryEntry, Progress } from '@/trainer/progress'
import { dueAfter, updateAt, type DueSettings, type StepPlan, type StepSettings } from '@/trainer/steps'

export interface LoopSettings extends StepSettings, DueSettings {
  eval_on_start: boolean
  /** Evaluations without gain after which the run ends; null = never. */
  early_stopping_steps: number | null
}

export interface Logged {
  loss: number
  grad_norm: number
  learning_rate: number
}

/** Who is told. Every call is finished before the loop goes on. */
export interface LoopHost {
  phase: (phase: 'compiling' | 'training' | 'evaluating' | 'saving', step: number) => void
  log: (progress: Progress, logged: Logged) => void
  evaluated: (progress: Progress, metrics: Record<string, number>) => void
  save: (progress: Progress) => Promise<void>
  stopping: () => boolean
  /** Seconds of training so far, earlier sessions included. */
  seconds: () => number
  warn: (line: string) => void
}

export interface LoopParts {
  settings: LoopSettings
  plan: StepPlan
  data: StageData
  metrics: (batches: readonly EvaluatedBatch[]) => Record<string, number>
  engine: Engine
  schedule: Schedule
  /** Floating-point operations per token of a training step, for `total_flos`. */
  flos_per_token: number
  host: LoopHost
}

export interface Outcome {
  end: 'done' | 'stopped' | 'early'
  progress: Progress
}

/** Tokens of a batch that are not padding. */
export function realTokens(batch: Batch): number {
  return batch.segments === null ? batch.ids.length : batch.segments.reduce((sum, segment) => sum + (segment > 0 ? 1 : 0), 0)
}

/** Examples in a batch: its rows less those that only fill it up. */
function examplesIn({ rows, length, segments }: Batch): number {
  return segments === null ? rows : Array.from({ length: rows }, (_, row) => segments[row * length]).filter((segment) => segment > 0).length
}

/** Metrics of all evaluation sets, as transformers names them, with speeds. */
export async function evaluate(sets: readonly EvaluationSet[], engine: Engine, metricsOf: LoopParts['metrics'], seconds: () => number): Promise<Record<string, number>> {
  const all: Record<string, number> = {}
  for (const set of sets) {
    const started = seconds()
    const batches: EvaluatedBatch[] = []
    for (const batch of set.batches()) {
      batches.push({ ...(await engine.evaluate(batch)), examples: examplesIn(batch) })
      await breathe()
    }
    const runtime = seconds() - started
    const prefix = set.name === '' ? 'eval_' : `eval_${set.name}_`
    for (const [name, value] of Object.entries(metricsOf(batches))) all[prefix + name] = value
    all[`${prefix}runtime`] = Number(runtime.toFixed(4))
    if (runtime > 0) {
      all[`${prefix}samples_per_second`] = Number((set.examples / runtime).toFixed(3))
      all[`${prefix}steps_per_second`] = Number((batches.length / runtime).toFixed(3))
    }
  }
  return all
}

/** Lets signals in: the engine's calls may hold the thread, and a resolved promise does not turn the event loop. */
const breathe = () => new Promise<void>((resolve) => setImmediate(resolve))

/** The number that decides which evaluation is better: eval_loss, or the mean over the sets where each has its own. */
function decisive(metrics: Record<string, number>): number | null {
  const losses = Object.entries(metrics).filter(([name]) => name.startsWith('eval_') && name.endsWith('_loss'))
  return losses.length === 0 ? null : losses.reduce((sum, [, value]) => sum + value, 0) / losses.length
}

const finite = (entry: HistoryEntry): HistoryEntry => Object.fromEntries(Object.entries(entry).filter(([, value]) => Number.isFinite(value)))

/** Runs from `start` to the end or to a stop. At a stop, a checkpoint of the last finished update has been saved. */
export async function runLoop(parts: LoopParts, start: Progress): Promise<Outcome> {
  const { settings, plan, data, engine, schedule, host } = parts
  /** A copy of our own, changed in place. */
  const progress: Progress = structuredClone({ ...start, schedule: start.schedule ?? schedule.initial })
  let savedAt = start.step

  const save = async () => {
    host.phase('saving', progress.step)
    progress.seconds = host.seconds()
    await host.save(progress)
    savedAt = progress.step
  }

  const runEvaluation = async (): Promise<boolean> => {
    host.phase('evaluating', progress.step)
    const metrics = await evaluate(data.evals, engine, parts.metrics, host.seconds)
    const value = decisive(metrics)
    const better = value !== null && (progress.best === null || value < progress.best.metric)
    progress.history.push(finite({ ...metrics, epoch: progress.epoch, step: progress.step }))
    progress.evaluations_without_gain = better ? 0 : progress.evaluations_without_gain + 1
    if (better) progress.best = { metric: value, step: progress.step }
    if (value !== null && schedule.observe && progress.schedule) progress.schedule = schedule.observe(progress.schedule, value)
    host.evaluated(progress, metrics)
    return better
  }

  const update = async () => {
    const { epoch_after, ends_epoch } = updateAt(progress.step, data.examples, plan, settings)
    const lr = schedule.rate(progress.step, progress.schedule)
    const micro = data.update(progress.step)
    const result = await engine.train(micro, { lr, step: progress.step })
    const tokens = micro.reduce((sum, batch) => sum + realTokens(batch), 0)
    const loss = countedLoss(result.loss, progress, host)
    progress.step += 1
    progress.epoch = epoch_after
    progress.window.sum += loss
    progress.window.steps += 1
    progress.loss_sum += loss
    progress.tokens += tokens
    progress.flos += tokens * parts.flos_per_token
    return { lr, grad_norm: result.grad_norm, ends_epoch }
  }

  const log = (grad_norm: number, learning_rate: number) => {
    const logged = { loss: progress.window.sum / progress.window.steps, grad_norm, learning_rate }
    progress.history.push(finite({ ...logged, epoch: progress.epoch, step: progress.step }))
    progress.window = { sum: 0, steps: 0 }
    host.log(progress, logged)
  }

  host.phase('compiling', progress.step)
  if (settings.eval_on_start && progress.step === 0 && data.evals.length > 0) await runEvaluation()
  while (progress.step < plan.max_steps) {
    if (host.stopping()) {
      if (progress.step > savedAt) await save()
      return { end: 'stopped', progress }
    }
    const { lr, grad_norm, ends_epoch } = await update()
    const due = dueAfter(progress.step, ends_epoch, plan.max_steps, settings)
    if (due.log) log(grad_norm, lr)
    const better = due.evaluate && data.evals.length > 0 && (await runEvaluation())
    if (due.save || (better && settings.save_strategy === 'best')) await save()
    if (settings.early_stopping_steps !== null && progress.evaluations_without_gain >= settings.early_stopping_steps) return { end: 'early', progress: { ...progress, seconds: host.seconds() } }
    host.phase('training', progress.step)
    await breathe()
  }
  return { end: 'done', progress: { ...progress, seconds: host.seconds() } }
}

/** A loss that is not a number counts as the mean of those since the last log line (transformers' logging_nan_inf_filter), and is told. */
function countedLoss(loss: number, progress: Progress, host: LoopHost): number {
  if (Number.isFinite(loss)) return loss
  host.warn(`The loss of step ${progress.step + 1} is ${loss}; the learning rate may be too high.`)
  return progress.window.steps === 0 ? 0 : progress.window.sum / progress.window.steps
}
