/** A run's data as its stage makes it ready for the engine. */
import type { Batch, EvalResult } from '@/trainer/engine/types'
import type { StreamPlace } from '@/trainer/run/progress'

export interface EvaluationSet {
  /** Prefix of its metrics: '' gives `eval_loss`, 'name' gives `eval_name_loss`. */
  name: string
  examples: number
  batches: () => Iterable<Batch>
}

/** The run's data, ready for the engine. */
export interface StageData {
  examples: number
  /** Lengths that batches come in, ascending. */
  lengths: number[]
  /** Whether rows hold several examples. */
  packed: boolean
  /** Rows of a batch that an example takes: one text, or two. */
  rows_per_example: 1 | 2
  /** Micro-batches of the update after `step` finished ones: a function of the step alone, or, of a stream, the next ones from its place on. */
  update: (step: number) => Batch[] | Promise<Batch[]>
  stream?: StreamControl
  evals: EvaluationSet[]
}

/** Streamed rows, of which a run must know where it stands. */
export interface StreamControl {
  /** Goes to where another session was; null: to the beginning. */
  seek: (place: StreamPlace | null) => Promise<void>
  place: () => StreamPlace
  /** What there is to tell since it was last asked: rows that are left out. */
  notes: () => string[]
  close: () => Promise<void>
}

export interface EvaluatedBatch extends EvalResult {
  /** Examples in the batch, filler rows not counted. */
  examples: number
}
