/**
 * Dropout masks and noise that depend on a seed alone, so that a resumed run draws what an unbroken one would have drawn. The numbers are Philox
 * (Salmon et al. 2011): TensorFlow's StatelessRandomUniform in a graph, `uniforms` of random.ts on eager backends (other numbers, same rule).
 */
import {
  type KernelBackend, type KernelFunc, type Tensor1D, type Tensor2D, type TensorInfo, add, cast, engine, greaterEqual, mul, registerKernel, sub, tensor1d, tensor2d,
} from '@tensorflow/tfjs-core'
import { uniforms } from '@/trainer/random'

export const STATELESS_UNIFORM = 'StatelessUniform'

/**
 * 0 with probability `p`, else 1 / (1 - p).
 * @param seed int32 [2]
 * @param salt makes masks that share a seed differ
 */
export function dropoutMask(seed: Tensor1D, salt: number, shape: [number, number], p: number): Tensor2D {
  return mul(cast(greaterEqual(uniform(seed, salt, shape), p), 'float32'), 1 / (1 - p))
}

/**
 * Uniform numbers in ±`magnitude`, by the same rule.
 * @param seed int32 [2]
 */
export function uniformNoise(seed: Tensor1D, salt: number, shape: [number, number], magnitude: number): Tensor2D {
  return mul(sub(uniform(seed, salt, shape), 0.5), 2 * magnitude)
}

const uniform = (seed: Tensor1D, salt: number, shape: [number, number]): Tensor2D =>
  engine().runKernel(STATELESS_UNIFORM, { seed: add(seed, tensor1d([0, salt], 'int32')) }, { shape }) as Tensor2D

const eager: KernelFunc = ({ inputs, attrs, backend }) => {
  const { shape } = attrs as unknown as { shape: [number, number] }
  const [seed, salt] = (backend as KernelBackend).readSync((inputs.seed as TensorInfo).dataId) as Int32Array
  return tensor2d(uniforms(seed >>> 0, salt >>> 0, shape[0] * shape[1]), shape)
}
for (const backendName of ['cpu', 'wasm', 'tensorflow']) registerKernel({ kernelName: STATELESS_UNIFORM, backendName, kernelFunc: eager })
