/** Which positions see which: causal, inside a sliding window, inside a segment. Additive masks, made once per call and shared by all layers. */
import {
  type Tensor1D, type Tensor4D, add, cast, equal, greaterEqual, less, logicalAnd, mul, range, reshape, sub, tensor,
} from '@tensorflow/tfjs-core'

/** What no position may see gets this; finite, so that a row with nothing to see still has a softmax. */
const HIDDEN = -1e30

export interface AttentionMask {
  /** [1 or rows, 1, length, length] float32: 0 = seen, very negative = hidden. */
  bias: Tensor4D
  /** The same fact for kernels that skip what is hidden: [rows * length] int32, or null where every position of a row is one segment. */
  segments: Tensor1D | null
  /** How many positions back, itself included, a position sees; null = all. */
  window: number | null
}

/**
 * The mask of whole rows: position t sees s ≤ t, t - s < window, and only its own segment. Padding on the right needs no segments, since no
 * real position looks at it.
 */
export function causalMask(rows: number, length: number, window: number | null, segments: Tensor1D | null): AttentionMask {
  const values = new Float32Array(length * length)
  for (let t = 0; t < length; t++) {
    for (let s = 0; s < length; s++) values[t * length + s] = s <= t && (window === null || t - s < window) ? 0 : HIDDEN
  }
  const causal = tensor(values, [1, 1, length, length]) as Tensor4D
  if (segments === null) return { bias: causal, segments, window }
  const own = reshape(segments, [rows, 1, length, 1])
  const same = cast(equal(own, reshape(segments, [rows, 1, 1, length])), 'float32')
  return { bias: add(causal, mul(sub(1, same), HIDDEN)) as Tensor4D, segments, window }
}

/**
 * The mask of new positions against caches of `capacity` places, where place s holds position s. Places not yet written are later than
 * every position, hence hidden.
 * @param positions int32 [rows * length]
 * @returns [rows, 1, length, capacity]
 */
export function cacheBias(positions: Tensor1D, capacity: number, window: number | null, rows = 1): Tensor4D {
  const own = cast(reshape(positions, [rows, 1, positions.shape[0] / rows, 1]), 'float32')
  const place = reshape(range(0, capacity, 1, 'float32'), [1, 1, 1, capacity])
  const age = sub(own, place)
  const causal = greaterEqual(age, 0)
  const seen = window === null ? causal : logicalAnd(causal, less(age, window))
  return mul(sub(1, cast(seen, 'float32')), HIDDEN) as Tensor4D
}
