/** The most likely token of each hidden state, in chunks of rows, so that [rows, vocab] never exists whole. No gradient. */
import { type Tensor1D, type Tensor2D, any, argMax, concat, greater, matMul, slice } from '@tensorflow/tfjs-core'
import { onlyIf } from '@/trainer/ops/conditional'
import { chunkRows } from '@/trainer/ops/cross-entropy'
import { asFloat, asStorage } from '@/trainer/ops/precision'

/**
 * A soft-cap does not change which logit is largest, so none is asked for.
 * @param hidden [n, d] in the storage type
 * @param head [vocab, d]
 * @param weights float32 [n]; chunks of rows with weight 0 are left out
 * @returns int32 [n]
 */
export function bestTokens(hidden: Tensor2D, head: Tensor2D, weights: Tensor1D): Tensor1D {
  const [n, d] = hidden.shape
  const parts = chunkRows(n, head.shape[0]).map(([from, size]) => {
    const [best] = onlyIf(any(greater(slice(weights, from, size), 0)), [slice(hidden, [from, 0], [size, d])], ([rows]) => [argMax(asFloat(matMul(rows as Tensor2D, asStorage(head), false, true)), 1)])
    return best as Tensor1D
  })
  return concat(parts)
}
