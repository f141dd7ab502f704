/**
 * Learning-rate schedulers by name: the table that the configuration's options come from, and what the loop asks. Leaves out transformers'
 * per-layer optimisers, which have a scheduler for each weight.
 */
import type { TrainingArgs } from '@/lib/config/fields'
import { warmupSteps } from '@/lib/config/derived'
import { lossSchedulers, type LossScheduler, type LossState } from '@/lib/schedulers/by-loss'
import { stepSchedulers, type Course, type StepScheduler } from '@/lib/schedulers/by-step'
import { checkSettings, type Settings } from '@/lib/schedulers/settings'

export type SchedulerName = TrainingArgs['lr_scheduler_type']

/** Every option of `lr_scheduler_type`; a missing or an extra row is a compile error. */
export const schedulers = { ...stepSchedulers, ...lossSchedulers } as const satisfies Record<SchedulerName, StepScheduler | LossScheduler>

/** The learning rate of a run. Those that follow the loss hold a state; for the others it is null. */
export interface Schedule {
  initial: LossState | null
  /** Learning rate of the update after `step` finished ones. */
  rate: (step: number, state: LossState | null) => number
  /** The state after an evaluation; null for those that do not look at it. */
  observe: ((state: LossState, evalLoss: number) => LossState) | null
}

/** Whether a scheduler needs evaluations during the training. */
export const followsLoss = (name: SchedulerName): boolean => Object.hasOwn(lossSchedulers, name)

/**
 * A scheduler as transformers' `get_scheduler` makes it.
 * @throws UserError when a setting is unknown, does not fit, or is missing.
 */
export function createSchedule(name: SchedulerName, course: Course, settings: Settings): Schedule {
  const row: StepScheduler | LossScheduler = schedulers[name]
  checkSettings(name, settings, row.settings)
  if ('observe' in row) {
    const initial = row.initial(course.rate, settings)
    return { initial, rate: (_, state) => (state ?? initial).rate, observe: (state, loss) => row.observe(state, loss, settings) }
  }
  const factor = row.factor(course, settings)
  return { initial: null, rate: (step) => course.rate * factor(step), observe: null }
}

/** LLaMA-Factory's defaults for `warmup_stable_decay`: a third of what follows the warmup stays stable (`create_custom_scheduler`). */
function withDefaults(name: SchedulerName, settings: Settings, { warmup, total }: Course): Settings {
  if (name !== 'warmup_stable_decay') return settings
  const rest = total - warmup
  const stable = Math.floor(rest / 3)
  return { num_stable_steps: stable, num_decay_steps: rest - stable, ...settings }
}

type Scheduled = Pick<TrainingArgs, 'lr_scheduler_type' | 'lr_scheduler_kwargs' | 'learning_rate' | 'warmup_steps' | 'warmup_ratio'>

/**
 * The learning rates of a run of `total` updates.
 * @throws UserError when `lr_scheduler_kwargs` does not fit the scheduler.
 */
export function scheduleOf(args: Scheduled, total: number): Schedule {
  const course = { rate: args.learning_rate, warmup: warmupSteps(args, total), total }
  return createSchedule(args.lr_scheduler_type, course, withDefaults(args.lr_scheduler_type, args.lr_scheduler_kwargs ?? {}, course))
}
