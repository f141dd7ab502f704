/**
 * The log-probability of each row's labels, which is what the objectives about whole answers are made of. Labels of several rows come packed together (the
 * vocabulary is met once), and a matrix of weights sums them by row, so that its gradient is a plain product.
 */
import { type Tensor1D, type Tensor2D, matMul, neg, reshape } from '@tensorflow/tfjs-core'
import { labelFeeds } from '@/trainer/engine/batch'
import type { BatchShape, Feeds, Given, ModelView } from '@/trainer/engine/objective'
import type { Batch } from '@/trainer/engine/types'
import type { InputSpec } from '@/trainer/graph/program'
import { tokenLosses } from '@/trainer/ops/cross-entropy'
import { gatherRows } from '@/trainer/ops/gather-rows'

/** Rows of a batch that are taken together; the name tells their inputs apart. */
export interface RowGroup {
  name: string
  from: number
  to: number
}

const room = ({ length, labels }: BatchShape, { from, to }: RowGroup) => Math.min(labels, (to - from) * length)

export function answerInputs(shape: BatchShape, group: RowGroup): Record<string, InputSpec> {
  const { name, from, to } = group
  const size = room(shape, group)
  return {
    [`${name}_places`]: { dtype: 'int32', shape: [size] },
    [`${name}_targets`]: { dtype: 'int32', shape: [size] },
    [`${name}_weights`]: { dtype: 'float32', shape: [size] },
    [`${name}_sums`]: { dtype: 'float32', shape: [to - from, size] },
  }
}

/** Also how many labels each row has. */
export function answerFeeds(batch: Batch, shape: BatchShape, group: RowGroup): { feeds: Feeds; lengths: Float32Array } {
  const { name, from, to } = group
  const { feeds, tokens } = labelFeeds(batch, room(shape, group), from, to)
  const sums = new Float32Array((to - from) * feeds.places.length)
  const lengths = new Float32Array(to - from)
  for (let i = 0; i < tokens; i++) {
    const row = Math.floor(feeds.places[i] / batch.length)
    sums[row * feeds.places.length + i] = 1
    lengths[row]++
  }
  return { feeds: { [`${name}_places`]: feeds.places, [`${name}_targets`]: feeds.targets, [`${name}_weights`]: feeds.weights, [`${name}_sums`]: sums }, lengths }
}

/** [to - from]; with `sums` of one's own a weighted sum. */
export function answerLogps(model: ModelView, side: 'policy' | 'reference', given: Given, { name, from, to }: RowGroup, sums = given[`${name}_sums`] as Tensor2D): Tensor1D {
  const hidden = gatherRows(model.hidden(side, from, to), given[`${name}_places`] as Tensor1D)
  const losses = tokenLosses(hidden, model.head(side), given[`${name}_targets`] as Tensor1D, given[`${name}_weights`] as Tensor1D, { softcap: model.softcap, train: side === 'policy' && model.trains_head })
  return neg(reshape(matMul(sums, reshape(losses, [-1, 1])), [-1])) as Tensor1D
}
