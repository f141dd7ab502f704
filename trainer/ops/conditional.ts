/**
 * A part of a program that runs only where a condition holds. Shapes stay static, the work does not: in a recorded graph the part is not
 * executed at all. An eager backend runs it always, which must give the same numbers.
 */
import { type KernelFunc, type Tensor, engine, getKernel, registerKernel } from '@tensorflow/tfjs-core'

export const ONLY_IF = 'OnlyIf'
export const OR_ZEROS = 'OrZeros'

/**
 * @param condition bool scalar
 * @param inputs what the part needs and nothing else does: every op of the part must depend on one of them
 * @param part gives the results when the condition holds; when it does not, they are zeros of the same shapes
 */
export function onlyIf(condition: Tensor, inputs: Tensor[], part: (inputs: Tensor[]) => Tensor[]): Tensor[] {
  const results = part(inputs.map(x => engine().runKernel(ONLY_IF, { x, condition }) as Tensor))
  return results.map(x => engine().runKernel(OR_ZEROS, { x, condition }) as Tensor)
}

const identity = (backendName: string): KernelFunc => args => {
  const kernel = getKernel('Identity', backendName)
  if (!kernel) throw new Error(`conditional: the backend ${backendName} has no Identity kernel`)
  return kernel.kernelFunc(args)
}
for (const backendName of ['cpu', 'wasm', 'tensorflow']) {
  for (const kernelName of [ONLY_IF, OR_ZEROS]) registerKernel({ kernelName, backendName, kernelFunc: identity(backendName) })
}
