/**
 * From aligned examples to batches: supervised labels and cut-off, the order of an epoch, length buckets, collation.
 */
import type { Batch } from '@/trainer/engine/types'

/** One encoded example; labels are -100 where the token is not learned. */
export interface Sample {
  ids: Int32Array
  labels: Int32Array
}

export interface PlanOptions {
  per_device_train_batch_size: number
  gradient_accumulation_steps: number
  cutoff_len: number
  seed: number
  pad_id: number
}

/** Which samples each update sees: a pure function of samples, options and the update's number, so that resuming needs no state. */
export interface BatchPlan {
  /** Sequence lengths that batches come in, ascending, at most 4. */
  readonly buckets: number[]
  readonly updatesPerEpoch: number
  /** Micro-batches of update `step`, counted from 0 over all epochs. The last update of an epoch may have fewer; a last short batch is filled with empty rows. */
  update(step: number): Batch[]
}

export declare function planBatches(samples: readonly Sample[], options: PlanOptions): BatchPlan
/** Batches of an evaluation set in its own order. */
export declare function evalBatches(samples: readonly Sample[], options: { rows: number; buckets: readonly number[]; pad_id: number }): Generator<Batch>
/** At most `max` multiples of 8 that cover all lengths with the fewest padded tokens. */
export declare function chooseBuckets(lengths: readonly number[], max?: number): number[]
