/**
 * Markers for where a number is kept in the storage type (bfloat16 in a recorded graph that asks for it) and where in float32. TF.js has
 * no bfloat16, so an eager backend passes values through; the recorder registers both kernels for itself and emits casts.
 */
import { type GradConfig, type KernelFunc, type Tensor, engine, getKernel, registerGradient, registerKernel } from '@tensorflow/tfjs-core'

export const TO_STORAGE = 'ToStorage'
export const TO_FLOAT = 'ToFloat'

/** The same tensor, kept in the storage type from here on. */
export function asStorage<T extends Tensor>(x: T): T {
  return engine().runKernel(TO_STORAGE, { x }) as T
}

/** The same tensor in float32. */
export function asFloat<T extends Tensor>(x: T): T {
  return engine().runKernel(TO_FLOAT, { x }) as T
}

for (const backendName of ['cpu', 'wasm', 'tensorflow']) {
  const kernelFunc: KernelFunc = args => {
    const identity = getKernel('Identity', backendName)
    if (!identity) throw new Error(`precision: the backend ${backendName} has no Identity kernel`)
    return identity.kernelFunc(args)
  }
  for (const kernelName of [TO_STORAGE, TO_FLOAT]) registerKernel({ kernelName, backendName, kernelFunc })
}

const oppositeOf = (opposite: <T extends Tensor>(x: T) => T): GradConfig['gradFunc'] => dy => ({ x: () => opposite(dy as Tensor) })
registerGradient({ kernelName: TO_STORAGE, gradFunc: oppositeOf(asFloat) })
registerGradient({ kernelName: TO_FLOAT, gradFunc: oppositeOf(asStorage) })
