/** log σ(x), exact for large numbers of either sign, with its own gradient σ(-x). */
import { type Tensor1D, abs, exp, log1p, minimum, mul, neg, sigmoid, sub } from '@tensorflow/tfjs-core'
import { withGradient } from '@/trainer/ops/gradient'

export function logSigmoid(x: Tensor1D): Tensor1D {
  return withGradient([x], () => ({
    value: sub(minimum(x, 0), log1p(exp(neg(abs(x))))) as Tensor1D,
    saved: [x],
    gradient: (dy, [x]) => [mul(dy, sigmoid(neg(x)))],
  }))
}
