/** What a training is fed: as chosen and judged rows, and as samples. */
import type { Example } from '@/lib/datasets/example'
import type { Choice } from '@/trainer/data/choice'
import type { Samples } from '@/trainer/data/samples'
import type { LookedStream } from '@/trainer/data/stream-batches'
import type { Judged, RowFault } from '@/trainer/tokens/encoding'

export interface TrainingData {
  /** Empty where rows are streamed. */
  train: Samples
  stream?: LookedStream | null
  /** Validation sets; the name is empty for `val_size` and for a merged `eval_dataset`. */
  evals: { name: string; samples: Samples }[]
  /** Rows that are left out: broken ones, and those without an answer. */
  skipped: RowFault[]
  /** Samples cut at `cutoff_len`. */
  truncated: number
  /** Samples without a single token to learn; they are left out. */
  unlearnable: number
}

/** Rows chosen by the arguments, before any token is made, with what a look at them has shown. */
export interface Chosen extends Choice {
  survey: DataSurvey
  /** The rows that were looked at: all of a small dataset. */
  judged: Judged
}

/** What a training would be fed, known without making tokens. */
export interface DataSurvey {
  /** Examples to train on, less the rows that are known to be left out. */
  examples: number
  eval_examples: number
  /** Examples taken evenly over those to train on. */
  sample: Example[]
  /** Of a large dataset, those among the rows that were looked at. */
  skipped: RowFault[]
}
