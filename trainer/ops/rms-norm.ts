/** Root-mean-square normalisation over the last dimension (arXiv 1910.07467), statistics in float32. */
import { type Tensor, type Tensor1D, type Tensor2D, add, mean, mul, rsqrt, square, sub, sum } from '@tensorflow/tfjs-core'
import { fused, hasFusedKernels } from '@/trainer/ops/fused'
import { withGradient } from '@/trainer/ops/gradient'
import { asFloat, asStorage } from '@/trainer/ops/precision'

export interface RmsNormOptions {
  eps: number
  /** Added to the weight: 1 where a family stores weights around 0 (Gemma). */
  offset: number
  /** Whether the weight is trained; a frozen one gets no gradient. */
  train?: boolean
}

/**
 * x / sqrt(mean(x²) + eps) * (weight + offset).
 * @param x [n, d] float32
 * @param weight [d] float32
 * @returns [n, d] in the storage type
 */
export function rmsNorm(x: Tensor2D, weight: Tensor1D, { eps, offset, train = false }: RmsNormOptions): Tensor2D {
  if (!train && hasFusedKernels()) {
    const attrs = { eps, offset }
    return withGradient([x], () => ({
      value: fused<Tensor2D[]>('FusedRmsNorm', { x, weight }, attrs)[0],
      saved: [x, weight],
      gradient: (dy, [x, weight]: Tensor[]) => fused<Tensor2D[]>('FusedRmsNormGrad', { dy, x, weight }, attrs),
    }))
  }
  const gain = (w: Tensor1D): Tensor1D => (offset === 0 ? w : add(w, offset))
  return withGradient(train ? [x, weight] : [x], () => {
    const inverse = rsqrt(add(mean(square(x), 1, true), eps)) as Tensor2D // [n, 1]
    const gradient = (dy: Tensor2D, [x, inverse, weight]: Tensor[]) => {
      const dyFloat = asFloat(dy)
      const unit = mul(x, inverse)
      const dUnit = mul(dyFloat, gain(weight as Tensor1D))
      const dx = mul(inverse, sub(dUnit, mul(unit, mean(mul(dUnit, unit), 1, true))))
      return train ? [dx, sum(mul(dyFloat, unit), 0)] : [dx]
    }
    return { value: asStorage(mul(mul(x, inverse), gain(weight))), saved: [x, inverse, weight], gradient }
  })
}
