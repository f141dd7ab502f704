/**
 * THE loop: updates, log lines, evaluations and checkpoints in transformers' order, until the last step or a request to stop. It names no
 * stage, no file and no clock: a stage gives it batches and metrics, a host takes what it says. Losses in a resumed run equal those of an
 * unbroken one, because all that an update depends on is in `Progress`, the engine's state, and functions of the step.
 */
import type { Schedule } from '@/lib/schedulers'
import { decisive, isBetter, type BestSettings } from '@/trainer/run/best'
import type { EvaluatedBatch, EvaluationSet, StageData } from '@/trainer/stages/stage-data'
import { addMeans, type Means, meanValues } from '@/trainer/engine/objective'
import type { Batch, Engine } from '@/trainer/engine/types'
import type { HistoryEntry, Progress } from '@/trainer/run/progress'
import { dueAfter, updateAt, type DueSettings, type StepPlan, type StepSettings } from '@/trainer/run/steps'

export interface LoopSettings extends StepSettings, DueSettings, BestSettings {
  eval_on_start: boolean
  /** Evaluations without gain after which the run ends; null = never. */
  early_stopping_steps: number | null
}

export interface Logged {
  loss: number
  grad_norm: number
  learning_rate: number
  /** What the stage tells beside, under the names of its reference. */
  told: Record<string, number>
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
  /** What a log line says of the objective's means. */
  told?: (means: Means) => Record<string, number>
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
export function examplesIn({ rows, length, segments }: Batch): number {
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

const finite = (entry: HistoryEntry): HistoryEntry => Object.fromEntries(Object.entries(entry).filter(([, value]) => Number.isFinite(value)))

/** Runs from `start` to the end or to a stop. At a stop, a checkpoint of the last finished update has been saved. */
export async function runLoop(parts: LoopParts, start: Progress): Promise<Outcome> {
  const run = new LoopRun(parts, start)
  const end = await run.toEnd()
  return { end, progress: { ...run.progress, seconds: parts.host.seconds() } }
}

/** One run of the loop: its progress, changed in place, and the four things that it does with it. */
class LoopRun {
  readonly progress: Progress
  private savedAt: number

  constructor(private readonly parts: LoopParts, start: Progress) {
    this.progress = structuredClone({ ...start, schedule: start.schedule ?? parts.schedule.initial })
    this.savedAt = start.step
  }

  async toEnd(): Promise<Outcome['end']> {
    const { progress, parts: { settings, plan, data, host } } = this
    await data.stream?.seek(progress.place)
    host.phase('compiling', progress.step)
    if (settings.eval_on_start && progress.step === 0 && data.evals.length > 0) await this.evaluate()
    while (progress.step < plan.max_steps) {
      if (host.stopping()) {
        if (progress.step > this.savedAt) await this.save()
        return 'stopped'
      }
      const { ends_epoch, ...done } = await this.update()
      const due = dueAfter(progress.step, ends_epoch, plan.max_steps, settings)
      if (due.log) this.log(done)
      const better = due.evaluate && data.evals.length > 0 && (await this.evaluate())
      if (due.save || (better && settings.save_strategy === 'best')) await this.save()
      if (settings.early_stopping_steps !== null && progress.evaluations_without_gain >= settings.early_stopping_steps) return 'early'
      host.phase('training', progress.step)
      await breathe()
    }
    return 'done'
  }

  private async update(): Promise<{ learning_rate: number; grad_norm: number; ends_epoch: boolean }> {
    const { progress, parts: { settings, plan, data, engine, schedule, host, flos_per_token } } = this
    const { epoch_after, ends_epoch } = updateAt(progress.step, data.examples, plan, settings)
    const learning_rate = schedule.rate(progress.step, progress.schedule)
    const micro = await data.update(progress.step)
    for (const note of data.stream?.notes() ?? []) host.warn(note)
    const result = await engine.train(micro, { lr: learning_rate, step: progress.step })
    const loss = countedLoss(result.loss, progress, host)
    const tokens = micro.reduce((sum, batch) => sum + realTokens(batch), 0)
    progress.step += 1
    progress.place = data.stream?.place() ?? null
    progress.epoch = epoch_after
    progress.window.sum += loss
    progress.window.steps += 1
    if (result.means) progress.window.means = addMeans(progress.window.means ?? {}, result.means)
    progress.loss_sum += loss
    progress.tokens += tokens
    progress.flos += tokens * flos_per_token
    return { learning_rate, grad_norm: result.grad_norm, ends_epoch }
  }

  private log(done: { learning_rate: number; grad_norm: number }): void {
    const { progress, parts: { host, told: toldOf } } = this
    const told = (toldOf ?? meanValues)(progress.window.means ?? {})
    const logged = { loss: progress.window.sum / progress.window.steps, ...done, told }
    progress.history.push(finite({ loss: logged.loss, ...done, ...told, epoch: progress.epoch, step: progress.step }))
    progress.window = { sum: 0, steps: 0 }
    host.log(progress, logged)
  }

  /** Whether it is the best evaluation so far. */
  private async evaluate(): Promise<boolean> {
    const { progress, parts: { settings, data, engine, schedule, metrics: metricsOf, host } } = this
    host.phase('evaluating', progress.step)
    const metrics = await evaluate(data.evals, engine, metricsOf, host.seconds)
    const value = decisive(metrics, settings)
    const better = value !== null && (progress.best === null || isBetter(value, progress.best.metric, settings))
    progress.history.push(finite({ ...metrics, epoch: progress.epoch, step: progress.step }))
    progress.evaluations_without_gain = better ? 0 : progress.evaluations_without_gain + 1
    if (better) progress.best = { metric: value, step: progress.step }
    if (value !== null && schedule.observe && progress.schedule) progress.schedule = schedule.observe(progress.schedule, value)
    host.evaluated(progress, metrics)
    return better
  }

  private async save(): Promise<void> {
    const { progress, parts: { host } } = this
    host.phase('saving', progress.step)
    progress.seconds = host.seconds()
    await host.save(progress)
    this.savedAt = progress.step
  }
}

/** A loss that is not a number counts as the mean of those since the last log line (transformers' logging_nan_inf_filter), and is told. */
function countedLoss(loss: number, progress: Progress, host: LoopHost): number {
  if (Number.isFinite(loss)) return loss
  host.warn(`The loss of step ${progress.step + 1} is ${loss}; the learning rate may be too high.`)
  return progress.window.steps === 0 ? 0 : progress.window.sum / progress.window.steps
}
