/** The loop and its arithmetic against transformers' Trainer (`tests/fixtures/trainer_flow.json`), and resuming against not stopping. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { warmupSteps } from '@/lib/config/derived'
import { trainingSchema } from '@/lib/config/schema'
import { scheduleOf, type Schedule } from '@/lib/schedulers'
import { runLoop, type LoopHost, type LoopSettings } from '@/trainer/run/loop'
import { epochOrder, permutation } from '@/trainer/data/order'
import { atStart, type Progress } from '@/trainer/run/progress'
import { stageOf } from '@/trainer/stages/stage'
import type { EvaluatedBatch, StageData } from '@/trainer/stages/stage-data'
import { planSteps, updateAt } from '@/trainer/run/steps'
import { surplus } from '@/trainer/run/checkpoint-list'
import { batchOf, fakeEngine, type FakeEngine } from './fake-engine'

interface Case {
  settings: { n: number; bs: number; ga: number; epochs: number; max_steps?: number; logging_steps: number; save_steps?: number; save_strategy?: 'steps' | 'epoch'; save_total_limit?: number; eval_strategy?: 'steps' | 'epoch'; eval_steps?: number; warmup?: number; sched?: 'linear' | 'cosine'; lr?: number; seed?: number; logging_first_step?: boolean; load_best?: boolean }
  order: number[]
  max_steps: number
  num_train_epochs: number
  history: Record<string, number>[]
  checkpoints: string[]
  warmup: number
}
const cases: Case[] = JSON.parse(readFileSync('tests/fixtures/trainer_flow.json', 'utf8')).cases

const settingsOf = ({ settings: s }: Case): LoopSettings => ({
  per_device_train_batch_size: s.bs,
  gradient_accumulation_steps: s.ga,
  num_train_epochs: s.epochs,
  max_steps: s.max_steps ?? -1,
  logging_strategy: 'steps',
  logging_steps: s.logging_steps,
  logging_first_step: s.logging_first_step ?? false,
  eval_strategy: s.eval_strategy ?? 'no',
  eval_steps: s.eval_steps ?? null,
  save_strategy: s.save_strategy ?? 'steps',
  save_steps: s.save_steps ?? 500,
  eval_on_start: false,
  early_stopping_steps: null,
  metric_for_best_model: null,
  greater_is_better: null,
})

const scheduleFor = ({ settings: s, max_steps }: Case): Schedule =>
  scheduleOf({ lr_scheduler_type: s.sched ?? 'linear', lr_scheduler_kwargs: null, learning_rate: s.lr ?? 0.05, warmup_steps: s.warmup ?? 0, warmup_ratio: null }, max_steps)

function dataOf(settings: LoopSettings, n: number, seed: number): StageData {
  const plan = planSteps(n, settings)
  const update = (step: number) => {
    const { epoch, micro } = updateAt(step, n, plan, settings)
    const order = epochOrder(n, { seed, disable_shuffling: false }, epoch)
    return micro.map(([from, to]) => batchOf([...order.slice(from, to)], settings.per_device_train_batch_size))
  }
  const evals = [{ name: '', examples: 5, batches: () => [batchOf([0, 1]), batchOf([2, 3]), batchOf([4], 2)] }]
  return { examples: n, lengths: [1], packed: false, rows_per_example: 1, update, evals: settings.eval_strategy === 'no' ? [] : evals }
}

const metrics = (batches: readonly EvaluatedBatch[]) => ({ loss: batches.reduce((sum, b) => sum + (b.examples * b.loss_sum) / b.units, 0) / batches.reduce((sum, b) => sum + b.examples, 0) })

interface Memory extends LoopHost {
  saves: { progress: Progress; weights: Awaited<ReturnType<FakeEngine['readTrainable']>>; optimizer: Awaited<ReturnType<FakeEngine['readOptimizer']>> }[]
  losses: [number, number][]
}

function memory(engine: FakeEngine, stopAt: number | null = null): Memory {
  let step = 0
  const host: Memory = {
    saves: [],
    losses: [],
    phase: (_, at) => void (step = at),
    log: (progress, { loss }) => host.losses.push([progress.step, loss]),
    evaluated: () => undefined,
    save: async (progress) => void host.saves.push({ progress: structuredClone(progress), weights: await engine.readTrainable(), optimizer: await engine.readOptimizer() }),
    stopping: () => stopAt !== null && step >= stopAt,
    seconds: () => 1,
    warn: () => undefined,
  }
  return host
}

const parts = (c: Case, engine: FakeEngine, host: LoopHost) => {
  const settings = settingsOf(c)
  const { n, seed = 42 } = c.settings
  return { settings, plan: planSteps(n, settings), data: dataOf(settings, n, seed), metrics, engine, schedule: scheduleFor(c), flos_per_token: 6, host }
}

describe('a run, as transformers runs it', () => {
  it.each(cases.map((c) => [JSON.stringify(c.settings), c] as const))('%s', async (_, c) => {
    const engine = fakeEngine()
    const host = memory(engine)
    const { progress, end } = await runLoop(parts(c, engine, host), atStart)
    const plan = planSteps(c.settings.n, settingsOf(c))
    expect({ end, max_steps: plan.max_steps, epochs: plan.epochs }).toEqual({ end: 'done', max_steps: c.max_steps, epochs: c.num_train_epochs })
    expect(warmupSteps({ warmup_steps: c.settings.warmup ?? 0, warmup_ratio: null }, plan.max_steps)).toBe(c.warmup)
    expect(engine.seen.flat()).toEqual(c.order)
    const expected = c.history.filter((entry) => !('train_loss' in entry))
    expect(progress.history.map(({ step, epoch }) => [step, epoch])).toEqual(expected.map(({ step, epoch }) => [step, epoch]))
    progress.history.forEach((entry, i) => {
      for (const key of ['loss', 'eval_loss', 'learning_rate'].filter((k) => k in expected[i])) expect(entry[key], `${key} of step ${entry.step}`).toBeCloseTo(expected[i][key], 4)
    })
    expect(progress.loss_sum / progress.step).toBeCloseTo(c.history.at(-1)!.train_loss, 4)
    const limit = c.settings.save_total_limit ?? null
    const kept = host.saves.map((s) => s.progress.step).reduce<number[]>((steps, step) => {
      const all = [...steps, step]
      const gone = surplus(all, limit, c.settings.load_best ? (progress.best?.step ?? null) : null)
      return all.filter((s) => !gone.includes(s))
    }, [])
    expect(kept.map((step) => `checkpoint-${step}`).sort()).toEqual(c.checkpoints)
  })
})

describe('resuming', () => {
  const c: Case = { ...cases[3], settings: { ...cases[3].settings, save_steps: 7, logging_steps: 3 } }

  it.each([1, 5, 7, 14, 19])('from step %i gives the losses of an unbroken run, to the last digit', async (stop) => {
    const whole = fakeEngine()
    const wholeHost = memory(whole)
    const unbroken = await runLoop(parts(c, whole, wholeHost), atStart)

    const first = fakeEngine()
    const firstHost = memory(first, stop)
    const stopped = await runLoop(parts(c, first, firstHost), atStart)
    expect(stopped.end).toBe('stopped')
    const saved = firstHost.saves.at(-1)!
    expect(saved.progress.step).toBe(stop)

    const second = fakeEngine()
    await second.writeState(saved.weights, saved.optimizer)
    const secondHost = memory(second)
    const resumed = await runLoop(parts(c, second, secondHost), JSON.parse(JSON.stringify(saved.progress)))
    expect([...firstHost.losses, ...secondHost.losses]).toEqual(wholeHost.losses)
    expect(resumed.progress).toEqual(unbroken.progress)
    expect([...first.seen, ...second.seen]).toEqual(whole.seen)
  })
})

describe('the end of a run', () => {
  it('comes early after evaluations without gain', async () => {
    const engine = fakeEngine()
    const host = memory(engine)
    const stuck = parts({ ...cases[5], settings: { ...cases[5].settings, lr: 0.0001 } }, engine, host)
    const worse = { ...stuck, settings: { ...stuck.settings, early_stopping_steps: 2 }, metrics: () => ({ loss: 3 }) }
    const { end, progress } = await runLoop(worse, atStart)
    expect(end).toBe('early')
    expect(progress.best).toEqual({ metric: 3, step: 2 })
    expect(progress.step).toBe(6)
  })

  it('comes early by another metric, of which more is better unless it is a loss', async () => {
    const engine = fakeEngine()
    const run = (change: Partial<LoopSettings>, told: Record<string, number>[]) => {
      const host = memory(engine)
      const case5 = parts(cases[5], engine, host)
      let evaluation = 0
      return runLoop({ ...case5, settings: { ...case5.settings, early_stopping_steps: 2, ...change }, metrics: () => told[Math.min(evaluation++, told.length - 1)] }, atStart)
    }
    const falling = [{ loss: 3, 'rewards/accuracies': 0.9 }, { loss: 2, 'rewards/accuracies': 0.8 }, { loss: 1, 'rewards/accuracies': 0.7 }]
    expect((await run({ metric_for_best_model: 'eval_rewards/accuracies' }, falling)).progress).toMatchObject({ step: 6, best: { metric: 0.9, step: 2 } })
    expect((await run({ metric_for_best_model: 'rewards/accuracies', greater_is_better: false }, falling)).progress.best).toEqual({ metric: 0.7, step: 6 })
    await expect(run({ metric_for_best_model: 'bleu' }, falling)).rejects.toMatchObject({ fault: { code: 'metric_missing', values: { value: 'bleu', options: 'eval_loss, eval_rewards/accuracies' } } })
  })

  it('does not come from one loss that is not a number', async () => {
    const engine = fakeEngine()
    const train = engine.train.bind(engine)
    let calls = 0
    engine.train = async (micro, hyper) => ({ ...(await train(micro, hyper)), ...(++calls === 3 ? { loss: NaN } : {}) })
    const warnings: string[] = []
    const host = { ...memory(engine), warn: (line: string) => void warnings.push(line) }
    const { progress } = await runLoop(parts(cases[0], engine, host), atStart)
    expect(warnings).toEqual(['The loss of step 3 is NaN; the learning rate may be too high.'])
    expect(Number.isFinite(progress.loss_sum)).toBe(true)
  })
})

describe('the order of an epoch', () => {
  it('is torch.randperm of seed + epoch', () => {
    expect([...permutation(17, 42)]).toEqual([13, 4, 3, 15, 8, 16, 9, 11, 12, 10, 6, 2, 1, 7, 14, 0, 5])
    expect([...epochOrder(17, { seed: 42, disable_shuffling: false }, 1)]).toEqual([...permutation(17, 43)])
    expect([...epochOrder(3, { seed: 42, disable_shuffling: true }, 1)]).toEqual([0, 1, 2])
  })
})

describe('the supervised stage', () => {
  const sample = (length: number) => ({ ids: new Int32Array(length).fill(3), labels: new Int32Array(length).fill(3) })
  const settings = trainingSchema.parse({ per_device_train_batch_size: 2, per_device_eval_batch_size: 2 })

  it('lets the engine know the lengths of evaluations too', async () => {
    const data = { train: [sample(5), sample(8), sample(7)], evals: [{ name: '', samples: [sample(4), sample(30), sample(9)] }], skipped: [], truncated: 0, unlearnable: 0 }
    const { lengths, update, evals, examples } = stageOf({ stage: 'sft' }).collate(data, settings, 0)
    const seen = [...(await update(0)), ...(await update(1)), ...evals[0].batches()]
    expect(examples).toBe(3)
    expect(lengths).toEqual([8, 32])
    expect(seen.every(({ length, rows }) => lengths.includes(length) && rows === 2)).toBe(true)
  })

  it('weighs batches by their examples, as transformers does', () => {
    const batches = [{ examples: 2, loss_sum: 30, units: 10 }, { examples: 1, loss_sum: 10, units: 10 }]
    expect(stageOf({ stage: 'sft' }).metrics(batches).loss).toBeCloseTo((3 + 3 + 1) / 3, 12)
  })
})
