/**
 * NEFTune (arXiv 2310.05914): uniform noise on the embeddings while training, its size alpha over the root of a row's numbers, as transformers' hook adds it
 * (`neftune_post_forward_hook`); stateless, so that a resumed run adds the same.
 */
import type { Tensor1D } from '@tensorflow/tfjs-core'
import type { ForwardOptions } from '@/trainer/model/transformer'
import { uniformNoise } from '@/trainer/ops/dropout'
import { streamOf } from '@/trainer/random'

const salt = streamOf('neftune') | 0

/** @param seed of the micro-batch; absent while nothing is trained */
export function embeddingNoise(alpha: number | undefined, seed: Tensor1D | undefined, length: number): ForwardOptions['noise'] {
  if (alpha === undefined || seed === undefined) return undefined
  return (shape) => uniformNoise(seed, salt, shape, alpha / Math.sqrt(length * shape[1]))
}
