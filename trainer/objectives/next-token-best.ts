/** The next token's cross-entropy; of what is evaluated, also how often the label is what the model would have named first. */
import type { Tensor1D } from '@tensorflow/tfjs-core'
import { labelFeeds } from '@/trainer/engine/batch'
import type { Means, Objective } from '@/trainer/engine/objective'
import { nextToken } from '@/trainer/objectives/next-token'
import { bestTokens } from '@/trainer/ops/best-tokens'
import { crossEntropy } from '@/trainer/ops/cross-entropy'
import { gatherRows } from '@/trainer/ops/gather-rows'

export const nextTokenBest: Objective = {
  ...nextToken,
  loss(model, given, { rows, evaluates }) {
    const { places, targets, weights } = given as Record<string, Tensor1D>
    const hidden = gatherRows(model.hidden('policy', 0, rows), places)
    const sum = crossEntropy(hidden, model.head(), targets, weights, { softcap: model.softcap, train: model.trains_head })
    return evaluates ? { sum, told: { best: bestTokens(hidden, model.head(), weights) } } : { sum }
  },
  /** A mean over the rows of each one's share. */
  metrics({ best }, batch): Means {
    if (best === undefined) return {}
    const { feeds: { places, targets }, tokens } = labelFeeds(batch, batch.rows * batch.length)
    const rows = new Map<number, { hits: number; labels: number }>()
    for (let i = 0; i < tokens; i++) {
      const row = Math.floor(places[i] / batch.length)
      const { hits, labels } = rows.get(row) ?? { hits: 0, labels: 0 }
      rows.set(row, { hits: hits + Number(best[i] === targets[i]), labels: labels + 1 })
    }
    return { accuracy: { sum: [...rows.values()].reduce((sum, { hits, labels }) => sum + hits / labels, 0), count: rows.size } }
  },
}
