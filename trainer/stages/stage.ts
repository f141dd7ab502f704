/**
 * What makes a training stage: how rows become batches, what is minimised, and what a log and an evaluation report. Stages are rows of a table; the loop
 * takes one and never asks which.
 */
import type { TrainingArgs } from '@/lib/config/fields'
import type { Template } from '@/lib/templates/template'
import type { Chosen, TrainingData, Watch } from '@/trainer/data/data'
import type { Ground } from '@/trainer/run/check'
import type { Means, Objective } from '@/trainer/engine/objective'
import type { Batch, EvalResult } from '@/trainer/engine/types'
import type { StreamPlace } from '@/trainer/run/progress'
import { dpo } from '@/trainer/stages/dpo'
import { kto } from '@/trainer/stages/kto'
import { pt } from '@/trainer/stages/pt'
import { rm } from '@/trainer/stages/rm'
import { sft } from '@/trainer/stages/sft'

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

export interface Stage {
  /** The rows, judged; all that is wrong with files and rows is thrown here, before the run has written anything. */
  read: (args: TrainingArgs) => Promise<Chosen>
  /** The rows as samples. */
  encode: (rows: Chosen, args: TrainingArgs, template: Template, watch: Watch) => Promise<TrainingData>
  collate: (data: TrainingData, args: TrainingArgs, pad_id: number) => StageData
  /** What is minimised, of this model or from this adapter on. */
  objective: (args: TrainingArgs, ground: Pick<Ground, 'config' | 'adapter' | 'merged'>) => Objective
  /** Metrics of an evaluation, without prefix. */
  metrics: (batches: readonly EvaluatedBatch[]) => Record<string, number>
  /** What a log line says beside the loss; by default the objective's means. */
  told?: (means: Means) => Record<string, number>
}

/** The stages of this version, by LLaMA-Factory's names. */
const stages: Partial<Record<TrainingArgs['stage'], Stage>> = { pt, sft, rm, dpo, kto }

/** The configuration refuses stages of later versions before this is asked. */
export function stageOf({ stage }: Pick<TrainingArgs, 'stage'>): Stage {
  const found = stages[stage]
  if (!found) throw new Error(`there is no stage ${stage}`)
  return found
}
