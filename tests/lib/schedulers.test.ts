/** Learning rates: formulas at hand-computed points, faults of their settings, schedules that follow the loss, and the golden file. */
import { describe, expect, it } from 'vitest'
import { check } from '@/conform/schedulers'
import { UserError } from '@/lib/errors'
import { createSchedule, scheduleOf, schedulers, type SchedulerName } from '@/lib/schedulers'
import { schedulerNames } from '@/lib/config/fields/training'
import { goldenDir } from '@/tests/golden'

const course = { rate: 1, warmup: 10, total: 110 }
const at = (name: SchedulerName, step: number, settings = {}, where = course) => createSchedule(name, where, settings).rate(step, null)

describe('schedulers that are functions of the step', () => {
  it('are the options of lr_scheduler_type', () => {
    expect(Object.keys(schedulers).sort()).toEqual([...schedulerNames].sort())
  })

  it.each<[SchedulerName, number, number, object]>([
    ['linear', 0, 0, {}],
    ['linear', 5, 0.5, {}],
    ['linear', 60, 0.5, {}],
    ['linear', 110, 0, {}],
    ['cosine', 60, 0.5, {}],
    ['cosine', 10, 1, {}],
    ['cosine', 110, 0, { num_cycles: 0.5 }],
    ['cosine', 110, 1, { num_cycles: 1 }],
    ['cosine_with_restarts', 60, 1, { num_cycles: 2 }],
    ['cosine_with_restarts', 110, 0, { num_cycles: 2 }],
    ['polynomial', 60, 0.25, { power: 2, lr_end: 0 }],
    ['polynomial', 200, 0.1, { lr_end: 0.1 }],
    ['constant', 0, 1, {}],
    ['constant_with_warmup', 3, 0.3, {}],
    ['constant_with_warmup', 90, 1, {}],
    ['inverse_sqrt', 40, 0.5, {}],
    ['inverse_sqrt', 10, 1, { timescale: 7 }],
    ['cosine_with_min_lr', 110, 0.2, { min_lr: 0.2 }],
    ['cosine_with_min_lr', 60, 0.6, { min_lr_rate: 0.2 }],
    ['cosine_warmup_with_min_lr', 0, 0.1, { min_lr_rate: 0.2 }],
    ['cosine_warmup_with_min_lr', 0, 0.05, { min_lr_rate: 0.2, warmup_lr_rate: 0.05 }],
    ['cosine_warmup_with_min_lr', 109, 0.2, { min_lr_rate: 0.2 }],
    ['warmup_stable_decay', 90, 1, { num_decay_steps: 20 }],
    ['warmup_stable_decay', 100, 0.5, { num_decay_steps: 20 }],
    ['warmup_stable_decay', 100, 0.5, { num_decay_steps: 20, decay_type: 'linear' }],
    ['warmup_stable_decay', 95, 0.5, { num_decay_steps: 20, decay_type: '1-sqrt' }],
    ['warmup_stable_decay', 5, 0.5, { num_decay_steps: 20, warmup_type: 'cosine' }],
    ['warmup_stable_decay', 110, 0.1, { num_decay_steps: 20, min_lr_ratio: 0.1 }],
  ])('%s at step %d is %d with %j', (name, step, expected, settings) => {
    expect(at(name, step, settings)).toBeCloseTo(expected, 12)
  })

  it('scale with the base rate', () => {
    expect(at('cosine', 60, {}, { ...course, rate: 5e-5 })).toBeCloseTo(2.5e-5, 15)
  })

  it('give a rate at every step of a run that is all warmup', () => {
    const short = { rate: 1, warmup: 5, total: 5 }
    for (const name of ['linear', 'cosine', 'polynomial', 'cosine_with_restarts'] as const) {
      for (let step = 0; step <= 6; step++) expect(at(name, step, {}, short)).not.toBeNaN()
    }
  })
})

describe('settings of schedulers', () => {
  const faultOf = (name: SchedulerName, settings: object) => {
    try {
      createSchedule(name, course, settings as Record<string, unknown>)
    } catch (error) {
      if (error instanceof UserError) return error.fault
      throw error
    }
    return null
  }

  it.each<[SchedulerName, object, string]>([
    ['cosine', { num_cycle: 1 }, 'scheduler_setting_unknown'],
    ['cosine', { num_cycles: 'two' }, 'scheduler_setting_invalid'],
    ['linear', { num_cycles: 1 }, 'scheduler_takes_none'],
    ['cosine_with_min_lr', {}, 'scheduler_setting_missing'],
    ['cosine_with_min_lr', { min_lr: 0.1, min_lr_rate: 0.1 }, 'exactly_one'],
    ['warmup_stable_decay', {}, 'scheduler_setting_missing'],
    ['warmup_stable_decay', { num_decay_steps: 3, decay_type: 'exp' }, 'scheduler_setting_invalid'],
    ['polynomial', { lr_end: 2 }, 'not_less'],
    ['reduce_lr_on_plateau', { patience: -1 }, 'scheduler_setting_invalid'],
  ])('%s with %j is %s', (name, settings, code) => {
    expect(faultOf(name, settings)).toMatchObject({ code, field: 'lr_scheduler_kwargs' })
  })

  it('of warmup_stable_decay default to a third of stable steps in a run, as in LLaMA-Factory', () => {
    const args = { lr_scheduler_type: 'warmup_stable_decay', lr_scheduler_kwargs: null, learning_rate: 1, warmup_steps: 0.1, warmup_ratio: null } as const
    const { rate } = scheduleOf(args, 100)
    expect([rate(9, null), rate(10, null), rate(39, null), rate(40, null), rate(70, null), rate(100, null)].map((value) => Number(value.toFixed(12)))).toEqual([0.9, 1, 1, 1, 0.5, 0])
  })
})

describe('schedulers that follow the loss', () => {
  const run = (name: SchedulerName, losses: number[], settings: Record<string, unknown>, rate = 1) => {
    const schedule = createSchedule(name, { rate, warmup: 5, total: 50 }, settings)
    let state = schedule.initial
    return losses.map((loss) => {
      state = JSON.parse(JSON.stringify(schedule.observe!(state!, loss))) as typeof state
      return schedule.rate(0, state)
    })
  }

  it('reduce_lr_on_plateau divides after more than `patience` evaluations without gain, then waits', () => {
    expect(run('reduce_lr_on_plateau', [3, 3, 3, 3, 3, 3, 3], { patience: 1, factor: 0.5, cooldown: 2 })).toEqual([1, 1, 0.5, 0.5, 0.5, 0.5, 0.25])
    expect(run('reduce_lr_on_plateau', [3, 2, 1, 0.5], { patience: 0 })).toEqual([1, 1, 1, 1])
    expect(run('reduce_lr_on_plateau', [3, 3, 3], { patience: 0, factor: 0.5, min_lr: 0.4 })).toEqual([1, 0.5, 0.4])
    expect(run('reduce_lr_on_plateau', [Number.NaN, 3], { patience: 0, factor: 0.5 })).toEqual([0.5, 0.5])
  })

  it('greedy speeds up while the loss falls and slows down when it does not', () => {
    expect(run('greedy', [5, 4, 3, 3, 3], { patience: 0, factor: 0.5, min_lr: 0.1, max_lr: 3 })).toEqual([2, 3, 3, 1.5, 0.75])
  })

  it('greedy returns to its first rate after `reset_start` reductions at the lowest rate', () => {
    expect(run('greedy', [1, 1, 1, 1, 1], { patience: 0, factor: 0.5, min_lr: 0.5, max_lr: 1, reset_start: 2 })).toEqual([1, 0.5, 1, 1, 0.5])
  })

  it('greedy smooths the losses over a window', () => {
    const settings = { patience: 0, factor: 0.5, min_lr: 0.01, max_lr: 8 }
    expect(run('greedy', [4, 2, 4], { ...settings, smooth: true, window_size: 2 })).toEqual([2, 4, 2])
    expect(run('greedy', [4, 2, 2], settings)).toEqual([2, 4, 2])
  })
})

const dir = goldenDir()
describe.skipIf(dir === null)('golden schedulers', () => {
  it('agree to 1e-9', async () => {
    const results = []
    for await (const result of check(dir!)) results.push(result)
    expect(results.length).toBeGreaterThan(20)
    expect(results.filter(({ ok }) => !ok)).toEqual([])
  })
})
