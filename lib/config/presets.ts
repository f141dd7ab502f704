/**
 * Three ways to begin: a trial of minutes, a sound run, a careful one. Rank, lengths and batches follow from what of the model fits into this machine's memory,
 * the learning rate from its size. They set the same settings each, so that one can be taken after another.
 */
import type { Key } from '@/lib/config/fields'

export const presetNames = ['quick', 'balanced', 'thorough'] as const
export type PresetName = (typeof presetNames)[number]

/** What a preset knows of model and machine. */
export interface Room {
  /** Weights of the model; null while none is chosen. */
  parameters: number | null
  /** Whether this machine's runtime computes in bfloat16. */
  bf16: boolean
  /** By length in tokens, ascending: how many rows fit at once. */
  fits: readonly { length: number; rows: number }[]
}

interface Preset {
  longest: number
  /** Rows of one update. */
  batch: number
  /** Factor of the learning rate. */
  pace: number
  args: Partial<Record<Key, unknown>>
}

const presets: Readonly<Record<PresetName, Preset>> = {
  quick: {
    longest: 512,
    batch: 8,
    pace: 1,
    args: {
      max_samples: 200, num_train_epochs: 1, lora_rank: 8, lora_alpha: 16, lora_dropout: 0, lr_scheduler_type: 'cosine', warmup_steps: 0, warmup_ratio: null, val_size: 0, eval_strategy: 'no', eval_steps: null,
      logging_steps: 1, save_steps: 500, save_total_limit: null, load_best_model_at_end: false, early_stopping_steps: null,
    },
  },
  balanced: {
    longest: 2048,
    batch: 16,
    pace: 1,
    args: {
      max_samples: 100000, num_train_epochs: 3, lora_rank: 16, lora_alpha: 32, lora_dropout: 0, lr_scheduler_type: 'cosine', warmup_steps: 0, warmup_ratio: 0.05, val_size: 0.05, eval_strategy: 'steps', eval_steps: 0.1,
      logging_steps: 5, save_steps: 0.1, save_total_limit: 3, load_best_model_at_end: false, early_stopping_steps: null,
    },
  },
  thorough: {
    longest: 4096,
    batch: 32,
    pace: 0.5,
    args: {
      max_samples: null, num_train_epochs: 5, lora_rank: 32, lora_alpha: 64, lora_dropout: 0.05, lr_scheduler_type: 'cosine', warmup_steps: 0, warmup_ratio: 0.05, val_size: 0.1, eval_strategy: 'steps', eval_steps: 0.05,
      logging_steps: 5, save_steps: 0.05, save_total_limit: 3, load_best_model_at_end: true, early_stopping_steps: 4,
    },
  },
}

/** LoRA's learning rate falls with the size of the model; the steps are those at which published recipes change theirs. */
const rates: readonly { below: number; rate: number }[] = [
  { below: 5e7, rate: 2e-3 },
  { below: 1e9, rate: 5e-4 },
  { below: 1e10, rate: 2e-4 },
  { below: Infinity, rate: 1e-4 },
]

/** What a model's own weights take of it. */
const WHOLE_PACE = 0.1

/** Most rows that are computed at once, however much fits: more is no faster. */
const MOST_ROWS = 8

/** The settings of a preset; with data of its own to evaluate on, none of the training's rows are set aside. `whole`: the model's own weights are trained. */
export function presetArgs(name: PresetName, { parameters, bf16, fits }: Room, hasEvalData: boolean, whole = false): Partial<Record<Key, unknown>> {
  const { longest, batch, pace, args } = presets[name]
  const rate = rates.find(({ below }) => (parameters ?? 1e9) < below)?.rate ?? 1e-4
  const possible = fits.filter(({ length, rows }) => length <= longest && rows > 0)
  const length = possible.at(-1)?.length ?? Math.min(longest, fits[0]?.length ?? longest)
  const rows = Math.min(possible.at(-1)?.rows ?? (fits.length > 0 ? 1 : 2), MOST_ROWS, batch)
  return {
    ...args,
    ...(hasEvalData ? { val_size: 0 } : {}),
    learning_rate: Number((rate * pace * (whole ? WHOLE_PACE : 1)).toPrecision(6)),
    cutoff_len: length,
    per_device_train_batch_size: rows,
    per_device_eval_batch_size: rows,
    gradient_accumulation_steps: batch / rows,
    bf16,
  }
}
