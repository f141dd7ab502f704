/**
 * What an engine minimises: numbers that a batch is fed, and a loss made of the model's hidden states, as TF.js code that is recorded or run eagerly.
 * An engine takes one and never asks which; the objectives are in `trainer/objectives`, and a stage chooses.
 */
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core'
import type { Batch, NamedTensor } from '@/trainer/engine/types'
import type { InputSpec } from '@/trainer/graph/program'

/** Everything static about a batch. */
export interface BatchShape {
  rows: number
  length: number
  /** Room for labels: all positions in a recorded program, as many as there are in an eager one. */
  labels: number
  /** Nothing is learnt from it: what is only measured may be computed, too. */
  evaluates: boolean
}

export type Side = 'policy' | 'reference'

/** The model, for one batch. */
export interface ModelView {
  /**
   * Hidden states after the final norm of the rows from `from` up to `to`, [(to - from) * length, hidden] in the storage type. The policy is what is trained; the
   * reference is what it began as: the same base with the adapter off, which costs no second copy of the weights, or a second copy of those that are trained.
   */
  hidden: (side: Side, from: number, to: number) => Tensor2D
  /** [vocab, hidden] */
  head: (side?: Side) => Tensor2D
  softcap: number | null
  /** Whether the policy's head is trained. */
  trains_head: boolean
  /** A tensor that the objective itself has brought along to be trained. */
  own: (name: string) => Tensor
}

export type Feeds = Record<string, Int32Array | Float32Array>
export type Given = Record<string, Tensor>

/** A mean that is still to be taken, over several batches. */
export type Mean = { sum: number; count: number }
export type Means = Record<string, Mean>

/** Numbers per row, pair or token that a loss was made of, by name. */
export type Told = Record<string, ArrayLike<number>>

export interface Objective {
  inputs: (shape: BatchShape) => Record<string, InputSpec>
  /** The arrays of those inputs, and how many units (tokens, pairs, answers) the batch's loss is the sum over. */
  feed: (batch: Batch, shape: BatchShape) => { feeds: Feeds; units: number }
  /** What the loss needs and has no gradient; given to it beside the inputs. */
  before?: (model: ModelView, given: Given, shape: BatchShape) => Given
  /** The sum over the units, and what people are told of them. */
  loss: (model: ModelView, given: Given, shape: BatchShape) => { sum: Scalar; told?: Record<string, Tensor1D> }
  /** What a log says beside the loss, under LLaMA-Factory's names. */
  metrics?: (told: Told, batch: Batch) => Means
  /** Whether the adapter's dropout is on while training. */
  dropout: boolean
  /** Tensors trained beside the model's, with their first values. */
  own?: NamedTensor[]
  /** Whether the loss asks for the reference. */
  reference?: boolean
}

/** Adds `more` to `means`. */
export function addMeans(means: Means, more: Means): Means {
  const names = new Set([...Object.keys(means), ...Object.keys(more)])
  return Object.fromEntries([...names].map((name) => [name, { sum: (means[name]?.sum ?? 0) + (more[name]?.sum ?? 0), count: (means[name]?.count ?? 0) + (more[name]?.count ?? 0) }]))
}

/** The means themselves; one of nothing is left out. */
export const meanValues = (means: Means): Record<string, number> =>
  Object.fromEntries(Object.entries(means).flatMap(([name, { sum, count }]) => (count > 0 ? [[name, sum / count]] : [])))
