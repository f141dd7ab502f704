/** Matrix products with a frozen weight, with and without a low-rank update beside it (LoRA, arXiv 2106.09685). */
import { type Tensor, type Tensor1D, type Tensor2D, add, matMul, mul } from '@tensorflow/tfjs-core'
import { fused, hasFusedKernels, hasTileProducts } from '@/trainer/ops/fused'
import { withGradient } from '@/trainer/ops/gradient'
import { asFloat, asStorage } from '@/trainer/ops/precision'

/** A weight and its bias. `weight` is [in, out], the transpose of Hugging Face's layout, in the storage type. */
export interface LinearWeights {
  weight: Tensor2D
  bias: Tensor1D | null
}

/** The update s · B · A of one linear, in PEFT's layout. */
export interface LoraWeights {
  /** [rank, in] float32 */
  a: Tensor2D
  /** [out, rank] float32 */
  b: Tensor2D
}

export interface LoraOptions {
  /** alpha / rank, or alpha / √rank for rank-stabilised LoRA (arXiv 2312.03732). */
  scale: number
  /** [n, in] of 0 and 1 / (1 - p): dropout on the update's input only, as PEFT does; null = none. */
  mask: Tensor2D | null
}

/**
 * x · weight + bias; plain ops, so a weight that is trained (then kept in float32) gets its gradient from autodiff.
 * @param x [n, in]
 * @returns [n, out] in the storage type
 */
export function linear(x: Tensor2D, { weight, bias }: LinearWeights): Tensor2D {
  const y = matMul(asStorage(x), asStorage(weight)) as Tensor2D
  return bias === null ? y : add(y, asStorage(bias))
}

/**
 * x · weight + bias + scale · (x · mask) · Aᵀ · Bᵀ, with gradients for x, A and B. Products are taken in the storage type, A and B and their
 * gradients are float32.
 * @param x [n, in] in the storage type
 * @returns [n, out] in the storage type
 */
export function loraLinear(x: Tensor2D, frozen: LinearWeights, { a, b }: LoraWeights, { scale, mask }: LoraOptions): Tensor2D {
  if (mask === null && hasTileProducts(x.shape[0])) {
    return withGradient([x, a, b], () => {
      const { weight: w, bias } = frozen
      const [y, low] = fused<Tensor2D[]>('FusedLoraLinear', { x, w, a, b }, { scale })
      const gradient = (dy: Tensor2D, [x, low, a, b]: Tensor[]) => fused<Tensor2D[]>('FusedLoraLinearGrad', { dy, x, w, low, a, b }, { scale })
      return { value: bias === null ? y : add(y, asStorage(bias)), saved: [x, low, a, b], gradient }
    })
  }
  if (mask === null && hasFusedKernels()) {
    return withGradient([x, a, b], () => {
      const [value, low] = fused<Tensor2D[]>('FusedLora', { y: linear(x, frozen), x, a, b }, { scale })
      const gradient = (dy: Tensor2D, [x, low, a, b]: Tensor[]) =>
        fused<Tensor2D[]>('FusedLoraGrad', { dx: matMul(dy, frozen.weight, false, true), dy, x, low, a, b }, { scale })
      return { value, saved: [x, low, a, b], gradient }
    })
  }
  const drop = (x: Tensor2D, mask: Tensor | null): Tensor2D => (mask === null ? x : asStorage(mul(asFloat(x), mask)))
  return withGradient([x, a, b], () => {
    const dropped = drop(x, mask)
    const low = asStorage(mul(matMul(dropped, asStorage(a), false, true), scale)) as Tensor2D // [n, rank], scaled
    const value = add(linear(x, frozen), matMul(low, asStorage(b), false, true)) as Tensor2D
    const gradient = (dy: Tensor2D, [dropped, low, a, b, mask]: Tensor[]) => {
      const dLow = asStorage(mul(matMul(dy, asStorage(b as Tensor2D)), scale)) as Tensor2D // [n, rank]
      const dDropped = drop(matMul(dLow, asStorage(a as Tensor2D)), mask ?? null)
      const dx = add(matMul(dy, frozen.weight, false, true), dDropped)
      return [dx, asFloat(matMul(dLow, dropped as Tensor2D, true)), asFloat(matMul(dy, low as Tensor2D, true))]
    }
    return { value, saved: mask === null ? [dropped, low, a, b] : [dropped, low, a, b, mask], gradient }
  })
}
