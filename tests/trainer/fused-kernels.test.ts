/** Each kernel of our own against its composition of plain ops, recorded from the same lines: values and gradients, in both storage types. */
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, describe, expect, it } from 'vitest'
import { loadNative } from '@/trainer/graph/native'
import { Program, type Scope } from '@/trainer/graph/program'
import { Session } from '@/trainer/graph/session'
import { attention } from '@/trainer/ops/attention'
import { causalMask } from '@/trainer/ops/attention-mask'
import { crossEntropy } from '@/trainer/ops/cross-entropy'
import { hasOwnKernels, setFusedKernels } from '@/trainer/ops/fused'
import { glu } from '@/trainer/ops/glu'
import { loraLinear } from '@/trainer/ops/linear'
import { asFloat, asStorage } from '@/trainer/ops/precision'
import { rmsNorm } from '@/trainer/ops/rms-norm'
import { rope } from '@/trainer/ops/rope'
import { normals } from '@/trainer/random'

loadNative()
const compiled = hasOwnKernels()
afterAll(() => setFusedKernels(compiled))

const random = (name: number, shape: number[]): tf.Tensor => tf.tensor(normals(3, name, shape.reduce((a, b) => a * b, 1)).slice(), shape)
const matrix = (name: number, rows: number, columns: number) => random(name, [rows, columns]) as tf.Tensor2D

let recording: Scope | null = null
/** A matrix of bfloat16 numbers, widened: what a weight of a bfloat16 checkpoint is under float32 arithmetic. */
const widened = (x: tf.Tensor): tf.Tensor2D => {
  if (!recording) throw new Error('nothing is being recorded')
  const { b } = recording
  return recording.tensor<tf.Tensor2D>(b.cast(b.cast(recording.sym(x), 'bfloat16'), 'float32'))
}

/** Shapes of the differentiable inputs, and what is made of them. */
interface Case {
  inputs: [number, number][]
  run: (...x: tf.Tensor2D[]) => tf.Tensor
}

const angles = () => {
  const angle = random(50, [1, 40, 1, 4]) as tf.Tensor4D
  return { cos: tf.cos(angle), sin: tf.sin(angle), rest: 0.5 }
}
interface Attend {
  window?: number
  softcap?: number
  packed?: boolean
  length?: number
  headDim?: number
}
/** Three segments of a row, and what is beyond them. */
const segments = (length: number) => tf.tensor1d(Array.from({ length: 2 * length }, (_, i) => [1, 2, 3, 0][Math.floor(((i % length) / length) * 4)]), 'int32')
const attend = ({ window, softcap, packed, length = 40, headDim = 8 }: Attend = {}): Case => ({
  inputs: [[2 * length, 4 * headDim], [2 * length, 2 * headDim], [2 * length, 2 * headDim]],
  run: (q, k, v) =>
    attention(asStorage(tf.mul(q, headDim ** -0.5)), asStorage(k), asStorage(v), causalMask(2, length, window ?? null, packed ? segments(length) : null), { rows: 2, heads: 4, kvHeads: 2, headDim, softcap: softcap ?? null }),
})
/** Heads that fill tiles, and rows of two blocks of queries, the second cut short. */
const wide = { length: 100, headDim: 40 }
const entropy = (softcap: number | null, train: boolean): Case => ({
  inputs: [[37, 16], [101, 16]],
  run: (h, head) => crossEntropy(asStorage(h), asStorage(head), tf.tensor1d(Array.from({ length: 37 }, (_, i) => (i * 7) % 101), 'int32'),
    tf.tensor1d(Array.from({ length: 37 }, (_, i) => (i < 30 ? 1 : 0))), { softcap, train, budget: 101 * 32 }),
})

const cases: Record<string, Case> = {
  rmsNorm: { inputs: [[9, 33]], run: x => rmsNorm(x, random(51, [33]) as tf.Tensor1D, { eps: 1e-5, offset: 1 }) },
  'glu, silu': { inputs: [[70, 33], [70, 33]], run: (g, u) => glu(asStorage(g), asStorage(u), 'silu') },
  'glu, gelu_tanh': { inputs: [[70, 33], [70, 33]], run: (g, u) => glu(asStorage(g), asStorage(u), 'gelu_tanh') },
  'rope on a part of each head': { inputs: [[80, 30]], run: x => rope(asStorage(x), angles(), { rows: 2, headDim: 10 }) },
  attention: attend(),
  'attention with a window': attend({ window: 16 }),
  'attention with a soft-cap and segments': attend({ softcap: 5, packed: true }),
  'attention of wide heads': attend(wide),
  'attention of wide heads with a window': attend({ ...wide, window: 30 }),
  'attention of wide heads with a soft-cap and segments': attend({ ...wide, softcap: 5, packed: true }),
  loraLinear: {
    inputs: [[70, 20], [4, 20], [24, 4]],
    run: (x, a, b) => loraLinear(asStorage(x), { weight: asStorage(matrix(52, 20, 24)), bias: null }, { a, b }, { scale: 2, mask: null }),
  },
  'loraLinear of a few rows': {
    inputs: [[7, 20], [4, 20], [24, 4]],
    run: (x, a, b) => loraLinear(asStorage(x), { weight: asStorage(matrix(52, 20, 24)), bias: null }, { a, b }, { scale: 2, mask: null }),
  },
  'loraLinear with a bias, over several passes': {
    inputs: [[330, 2100], [40, 2100], [300, 40]],
    run: (x, a, b) => loraLinear(asStorage(x), { weight: asStorage(matrix(53, 2100, 300)), bias: random(54, [300]) as tf.Tensor1D }, { a, b }, { scale: 0.5, mask: null }),
  },
  'a product of matrices': { inputs: [[83, 2100], [2100, 333]], run: (x, w) => tf.matMul(asStorage(x), asStorage(w)) },
  'a product of many rows': { inputs: [[530, 100], [100, 333]], run: (x, w) => tf.matMul(asStorage(x), asStorage(w)) },
  'a product with a transposed matrix': { inputs: [[83, 45], [333, 45]], run: (x, w) => tf.matMul(asStorage(x), asStorage(w), false, true) },
  'a product with a widened matrix': { inputs: [[83, 1201]], run: x => tf.matMul(asStorage(x), asStorage(widened(matrix(55, 1201, 333)))) },
  'a row times a widened matrix, transposed': { inputs: [[1, 45]], run: x => tf.matMul(asStorage(x), asStorage(widened(matrix(56, 333, 45))), false, true) },
  'loraLinear on a widened weight': {
    inputs: [[70, 120], [4, 120], [224, 4]],
    run: (x, a, b) => loraLinear(asStorage(x), { weight: asStorage(widened(matrix(57, 120, 224))), bias: null }, { a, b }, { scale: 2, mask: null }),
  },
  'rows of a widened matrix': { inputs: [[3, 45]], run: x => tf.mul(x, tf.gather(widened(matrix(58, 20, 45)), tf.tensor1d([3, 19, 3], 'int32'))) },
  crossEntropy: entropy(null, false),
  'crossEntropy with a soft-cap and a trained head': entropy(3, true),
}

type Storage = 'float32' | 'bfloat16'

function values({ inputs, run }: Case, storage: Storage, fusedKernels: boolean, trained: number): Record<string, Float32Array> {
  setFusedKernels(fusedKernels)
  const program = new Program(storage)
  program.define('f', {}, scope => {
    recording = scope
    const x = inputs.map((shape, i) => matrix(i, ...shape))
    const total = (...x: tf.Tensor[]): tf.Tensor => {
      const y = asFloat(run(...(x as tf.Tensor2D[])))
      return tf.sum(tf.mul(y, y.size === 1 ? tf.scalar(1) : random(60, y.shape)))
    }
    const gradients = tf.grads((...some) => total(...some, ...x.slice(trained)))(x.slice(0, trained))
    return { value: asFloat(run(...x)), ...Object.fromEntries(gradients.map((g, i) => [`gradient ${i}`.replace(' ', '_'), g])) }
  })
  const session = Session.open(program)
  try {
    return session.run('f') as Record<string, Float32Array>
  } finally {
    session.close()
  }
}

/** ‖a - b‖ / ‖b‖ */
const distance = (a: Float32Array, b: Float32Array): number => {
  const norm = (x: Float32Array) => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0))
  return norm(a.map((v, i) => v - b[i])) / norm(b)
}

describe.skipIf(!compiled)('kernels of our own', () => {
  for (const storage of ['float32', 'bfloat16'] as const) {
    // bfloat16 keeps 8 bits: the two round at different places.
    const tolerance = storage === 'float32' ? 1e-5 : 2e-2
    it.each(Object.entries(cases))(`%s, ${storage}`, (name, one) => {
      const trained = name === 'crossEntropy' ? 1 : one.inputs.length
      const [ours, plain] = [true, false].map(kernels => values(one, storage, kernels, trained))
      expect(Object.keys(ours)).toHaveLength(trained + 1)
      for (const key of Object.keys(plain)) {
        expect(ours[key].length).toBe(plain[key].length)
        expect(distance(ours[key], plain[key]), key).toBeLessThan(tolerance)
      }
    })
  }
})
