/**
 * The arithmetic of a run: how many updates, which examples belong to which, and what falls due after each. All rules are those of
 * transformers' Trainer 5 (`set_initial_training_values`, `_run_epoch`, `DefaultFlowCallback`). Pure; it reads no clock and no file.
 */
import { stepsOf } from '@/lib/config/derived'

export interface StepSettings {
  per_device_train_batch_size: number
  gradient_accumulation_steps: number
  num_train_epochs: number
  /** Over num_train_epochs when positive. */
  max_steps: number
}

export interface StepPlan {
  /** Micro-batches of an epoch; the last may be short. */
  batches_per_epoch: number
  updates_per_epoch: number
  /** Epochs begun, a whole number. */
  epochs: number
  /** Updates of the whole run. */
  max_steps: number
  /** Examples that the run sees, as the Trainer counts them for its samples per second. */
  samples: number
}

/** How long a run over `examples` (≥ 1) is. */
export function planSteps(examples: number, settings: StepSettings): StepPlan {
  const { per_device_train_batch_size: rows, gradient_accumulation_steps: accumulation, num_train_epochs, max_steps } = settings
  const batches_per_epoch = Math.ceil(examples / rows)
  const updates_per_epoch = Math.max(Math.ceil(batches_per_epoch / accumulation), 1)
  if (max_steps > 0) {
    const epochs = Math.ceil(max_steps / updates_per_epoch)
    return { batches_per_epoch, updates_per_epoch, epochs, max_steps, samples: max_steps * rows * accumulation }
  }
  return {
    batches_per_epoch,
    updates_per_epoch,
    epochs: Math.ceil(num_train_epochs),
    max_steps: Math.ceil(num_train_epochs * updates_per_epoch),
    samples: examples * num_train_epochs,
  }
}

export interface Update {
  epoch: number
  /** Places in the epoch's order: one [from, to) per micro-batch. */
  micro: [number, number][]
  /** Epoch as logged after this update. */
  epoch_after: number
  ends_epoch: boolean
}

/** What the update after `step` finished ones consists of; the last window of an epoch is shorter where the batches do not divide. */
export function updateAt(step: number, examples: number, plan: StepPlan, settings: StepSettings): Update {
  const { per_device_train_batch_size: rows, gradient_accumulation_steps: accumulation } = settings
  const epoch = Math.floor(step / plan.updates_per_epoch)
  const first = (step % plan.updates_per_epoch) * accumulation
  const end = Math.min(first + accumulation, plan.batches_per_epoch)
  const micro: [number, number][] = []
  for (let batch = first; batch < end; batch++) micro.push([batch * rows, Math.min((batch + 1) * rows, examples)])
  return { epoch, micro, epoch_after: epoch + end / plan.batches_per_epoch, ends_epoch: end === plan.batches_per_epoch }
}

type Strategy = 'no' | 'steps' | 'epoch'

export interface DueSettings {
  logging_strategy: Strategy
  logging_steps: number
  logging_first_step: boolean
  eval_strategy: Strategy
  /** Null: as often as a log line. */
  eval_steps: number | null
  /** `best` saves at each better evaluation, which the loop decides. */
  save_strategy: Strategy | 'best'
  save_steps: number
}

export interface Due {
  log: boolean
  evaluate: boolean
  save: boolean
}

/** What falls due when `step` updates are done; at the end of the run an evaluation and a checkpoint are never left out. */
export function dueAfter(step: number, ends_epoch: boolean, max_steps: number, settings: DueSettings): Due {
  const last = step >= max_steps
  const every = (strategy: DueSettings['save_strategy'], steps: number) => strategy === 'steps' && step % stepsOf(steps, max_steps) === 0
  const epoch = ends_epoch || last
  return {
    log: (step === 1 && settings.logging_first_step) || every(settings.logging_strategy, settings.logging_steps) || (settings.logging_strategy === 'epoch' && epoch),
    evaluate: every(settings.eval_strategy, settings.eval_steps ?? settings.logging_steps) || (settings.eval_strategy === 'steps' && last) || (settings.eval_strategy === 'epoch' && epoch),
    save: every(settings.save_strategy, settings.save_steps) || (settings.save_strategy === 'steps' && last) || (settings.save_strategy === 'epoch' && epoch),
  }
}
