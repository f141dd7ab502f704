/**
 * Parts of a program that wait for one another, though none needs the other's numbers: TensorFlow begins whatever it can, and then everything that is large is there at
 * once. An eager backend does one after the other anyway.
 */
import { type KernelFunc, type Tensor, engine, getKernel, registerKernel } from '@tensorflow/tfjs-core'

export const IN_TURN = 'InTurn'

/** The same tensor, but what is made of it begins when `earlier` is there. Has no gradient: it belongs inside ops that have their own. */
export function inTurn<T extends Tensor>(x: T, earlier: Tensor): T {
  return engine().runKernel(IN_TURN, { x, earlier }) as T
}

for (const backendName of ['cpu', 'wasm', 'tensorflow']) {
  const kernelFunc: KernelFunc = args => {
    const kernel = getKernel('Identity', backendName)
    if (!kernel) throw new Error(`in-turn: the backend ${backendName} has no Identity kernel`)
    return kernel.kernelFunc(args)
  }
  registerKernel({ kernelName: IN_TURN, backendName, kernelFunc })
}
