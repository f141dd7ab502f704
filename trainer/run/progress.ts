/**
 * Where a run stands: everything that the next update, the next log line and the final results depend on besides weights and optimiser.
 * A checkpoint holds it twice: exactly, in a file of our own, and as `trainer_state.json` for readers of transformers' format.
 */
import { z } from 'zod'

/** A row of transformers' `log_history`. */
export type HistoryEntry = Record<string, number>

/** Where a run stands in streamed rows: the pass over them, its rows before the portion that is in use, and the samples of that portion that were used. */
export const streamPlaceSchema = z.strictObject({
  pass: z.number().int().min(0),
  row: z.number().int().min(0),
  sample: z.number().int().min(0),
  /** Rows of a pass, when it was noted. */
  rows: z.number().int(),
})
export type StreamPlace = z.infer<typeof streamPlaceSchema>

export const progressSchema = z.strictObject({
  step: z.number().int().min(0),
  epoch: z.number(),
  /** Losses since the last log line, and how many: their mean is what the next line says. */
  window: z.strictObject({ sum: z.number(), steps: z.number().int(), means: z.record(z.string(), z.strictObject({ sum: z.number(), count: z.number() })).optional() }),
  /** Sum of the losses of all updates so far. */
  loss_sum: z.number(),
  tokens: z.number(),
  flos: z.number(),
  /** Seconds of training before this session. */
  seconds: z.number(),
  best: z.strictObject({ metric: z.number(), step: z.number().int() }).nullable(),
  /** Evaluations in a row without a better one. */
  evaluations_without_gain: z.number().int(),
  /** What a schedule that follows the loss remembers; null for those that are functions of the step. */
  schedule: z.record(z.string(), z.number()).nullable(),
  /** Null where rows are not streamed. */
  place: streamPlaceSchema.nullable().default(null),
  history: z.array(z.record(z.string(), z.number())),
})
export type Progress = z.infer<typeof progressSchema>

export const atStart: Progress = {
  step: 0,
  epoch: 0,
  window: { sum: 0, steps: 0 },
  loss_sum: 0,
  tokens: 0,
  flos: 0,
  seconds: 0,
  best: null,
  evaluations_without_gain: 0,
  schedule: null,
  place: null,
  history: [],
}

export interface TrainerStateSettings {
  max_steps: number
  num_train_epochs: number
  logging_steps: number
  eval_steps: number
  save_steps: number
  per_device_train_batch_size: number
  best_checkpoint: string | null
}

/** transformers' `TrainerState`, keys sorted as it sorts them. */
export function trainerState(progress: Progress, settings: TrainerStateSettings): string {
  const state = {
    best_global_step: progress.best?.step ?? null,
    best_metric: progress.best?.metric ?? null,
    best_model_checkpoint: settings.best_checkpoint,
    epoch: progress.epoch,
    eval_steps: settings.eval_steps,
    global_step: progress.step,
    is_hyper_param_search: false,
    is_local_process_zero: true,
    is_world_process_zero: true,
    log_history: progress.history,
    logging_steps: settings.logging_steps,
    max_steps: settings.max_steps,
    num_input_tokens_seen: progress.tokens,
    num_train_epochs: settings.num_train_epochs,
    save_steps: settings.save_steps,
    stateful_callbacks: {},
    total_flos: progress.flos,
    train_batch_size: settings.per_device_train_batch_size,
    trial_name: null,
    trial_params: null,
  }
  return JSON.stringify(state, null, 2) + '\n'
}
