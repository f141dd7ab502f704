/** How an op of this folder declares its own gradient: `tf.customGrad` with types, and without the arguments that need none. */
import { type Tensor, customGrad } from '@tensorflow/tfjs-core'

export interface WithGradient<T extends Tensor> {
  value: T
  /** Kept for the gradient, and given to it. Anything else that it needs must be a constant or an argument kept by the caller. */
  saved: Tensor[]
  /** Gradients for `inputs`, in their order, each of its input's shape and precision. */
  gradient: (dy: T, saved: Tensor[]) => Tensor[]
}

/**
 * Runs `forward`, whose inner operations stay off the tape; what autodiff sees is one op of `inputs`. Whatever else `forward` closes over
 * (frozen weights, masks, tables) gets no gradient.
 */
export function withGradient<T extends Tensor>(inputs: Tensor[], forward: () => WithGradient<T>): T {
  const op = customGrad<T>((...args) => {
    const save = args[args.length - 1] as (tensors: Tensor[]) => void
    const { value, saved, gradient } = forward()
    save(saved)
    return { value, gradFunc: gradient }
  })
  return op(...inputs)
}
