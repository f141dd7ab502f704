/** Cross-entropy of the next token, summed over the labels: pre-training and supervised fine-tuning. */
import type { Tensor1D } from '@tensorflow/tfjs-core'
import { labelFeeds } from '@/trainer/engine/batch'
import type { Objective } from '@/trainer/engine/objective'
import { crossEntropy } from '@/trainer/ops/cross-entropy'
import { gatherRows } from '@/trainer/ops/gather-rows'

export const nextToken: Objective = {
  dropout: true,
  inputs: ({ labels }) => ({ places: { dtype: 'int32', shape: [labels] }, targets: { dtype: 'int32', shape: [labels] }, weights: { dtype: 'float32', shape: [labels] } }),
  feed(batch, { labels }) {
    const { feeds, tokens } = labelFeeds(batch, labels)
    return { feeds, units: tokens }
  },
  loss(model, given, { rows }) {
    const { places, targets, weights } = given as Record<string, Tensor1D>
    const hidden = gatherRows(model.hidden('policy', 0, rows), places)
    return { sum: crossEntropy(hidden, model.head(), targets, weights, { softcap: model.softcap, train: model.trains_head }) }
  },
}
