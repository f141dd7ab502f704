/** Gated linear units (arXiv 2002.05202): the activation of the gate, times the other branch. Recomputed in the gradient from its two inputs. */
import { type Tensor, type Tensor2D, add, mul, sigmoid, square, sub, tanh } from '@tensorflow/tfjs-core'
import { fused, hasFusedKernels } from '@/trainer/ops/fused'
import { withGradient } from '@/trainer/ops/gradient'
import { asFloat, asStorage } from '@/trainer/ops/precision'

export type Activation = 'silu' | 'gelu_tanh'

/** A function of the gate and its derivative, sharing what both need. */
interface Curve {
  value: (x: Tensor2D) => Tensor2D
  both: (x: Tensor2D) => { value: Tensor2D; slope: Tensor2D }
}

const silu: Curve = {
  value: x => mul(x, sigmoid(x)),
  both: x => {
    const s = sigmoid(x)
    const value = mul(x, s) as Tensor2D
    return { value, slope: add(s, mul(value, sub(1, s))) } // s + x s (1 - s)
  },
}

/** 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))), from arXiv 1606.08415. */
const ROOT = Math.sqrt(2 / Math.PI)
const CUBIC = 0.044715
const geluTanh: Curve = {
  value: x => mul(mul(x, 0.5), add(tanh(mul(x, add(mul(square(x), ROOT * CUBIC), ROOT))), 1)),
  both: x => {
    const x2 = square(x)
    const t = tanh(mul(x, add(mul(x2, ROOT * CUBIC), ROOT)))
    const share = mul(add(t, 1), 0.5)
    const bend = mul(mul(mul(x, 0.5), sub(1, square(t))), add(mul(x2, 3 * ROOT * CUBIC), ROOT))
    return { value: mul(x, share) as Tensor2D, slope: add(share, bend) as Tensor2D }
  },
}

const curves = { silu, gelu_tanh: geluTanh } satisfies Record<Activation, Curve>

/**
 * activation(gate) * up.
 * @param gate [n, d] in the storage type
 * @param up [n, d] in the storage type
 * @returns [n, d] in the storage type
 */
export function glu(gate: Tensor2D, up: Tensor2D, activation: Activation): Tensor2D {
  if (hasFusedKernels()) {
    return withGradient([gate, up], () => ({
      value: fused<Tensor2D[]>('FusedGlu', { gate, up }, { activation })[0],
      saved: [gate, up],
      gradient: (dy, [gate, up]: Tensor[]) => fused<Tensor2D[]>('FusedGluGrad', { dy, gate, up }, { activation }),
    }))
  }
  const { value, both } = curves[activation]
  return withGradient([gate, up], () => ({
    value: asStorage(mul(value(asFloat(gate)), asFloat(up))),
    saved: [gate, up],
    gradient: (dy, [gate, up]: Tensor[]) => {
      const dyFloat = asFloat(dy)
      const act = both(asFloat(gate as Tensor2D))
      return [asStorage(mul(mul(dyFloat, asFloat(up)), act.slope)), asStorage(mul(dyFloat, act.value))]
    },
  }))
}
