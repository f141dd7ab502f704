/**
 * DoRA (arXiv 2402.09353): a linear with a low-rank update whose output columns are rescaled, so that their length is trained apart from their direction. As in PEFT, the
 * length that is divided by gets no gradient, and the bias stands outside.
 */
import { type Tensor, type Tensor1D, type Tensor2D, add, div, matMul, mul, sqrt, square, sub, sum, transpose } from '@tensorflow/tfjs-core'
import { withGradient } from '@/trainer/ops/gradient'
import { type LinearWeights, type LoraOptions, type LoraWeights, linear, loraLinear } from '@/trainer/ops/linear'
import { asFloat, asStorage } from '@/trainer/ops/precision'

/** The update of one linear with the lengths of its columns, [out]: trained, or as the factors that follow from them. */
export type DoraWeights = LoraWeights & ({ magnitude: Tensor1D } | { gain: Tensor1D })

/**
 * gain · (x · weight + scale · x · Aᵀ · Bᵀ) + bias. With dropout only what the update adds to the plain product sees the thinned input.
 * @param x [n, in] in the storage type
 * @returns [n, out] in the storage type
 */
export function doraLinear(x: Tensor2D, { weight, bias }: LinearWeights, update: DoraWeights, { scale, mask }: LoraOptions): Tensor2D {
  const bare = { weight, bias: null }
  const gain = 'gain' in update ? update.gain : gainOf(update.magnitude, weight, update, scale)
  const scaled = (input: Tensor2D): Tensor2D => mul(asFloat(loraLinear(input, bare, update, { scale, mask: null })), gain)
  if (mask === null) {
    const y = asStorage(scaled(x))
    return bias === null ? y : add(y, asStorage(bias))
  }
  const thinned = asStorage(mul(asFloat(x), mask)) as Tensor2D
  return add(linear(x, { weight, bias }), asStorage(sub(scaled(thinned), asFloat(linear(thinned, bare))))) as Tensor2D
}

/** magnitude / ‖W + scale · B · A‖ of each output. The sum is not made: ‖W‖² + 2 · scale · W·(B·A) + scale² · ‖B·A‖², all of them small products. */
function gainOf(magnitude: Tensor1D, weight: Tensor2D, { a, b }: LoraWeights, scale: number): Tensor1D {
  return withGradient([magnitude], () => {
    const across = asFloat(matMul(asStorage(a), weight)) // [rank, out]
    const cross = sum(mul(transpose(b), across), 0)
    const own = sum(mul(matMul(b, matMul(a, a, false, true)), b), 1)
    const norm = sqrt(add(sum(square(asFloat(weight)), 0), add(mul(cross, 2 * scale), mul(own, scale * scale))))
    return { value: div(magnitude, norm) as Tensor1D, saved: [norm], gradient: (dy: Tensor1D, [norm]: Tensor[]) => [div(dy, norm)] }
  })
}
