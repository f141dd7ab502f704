/** Each op's own gradient against differences of its values, and the values that no model test reaches. */
import '@tensorflow/tfjs-backend-cpu'
import '@/trainer/ops/autodiff'
import { type Tensor, type Tensor1D, type Tensor2D, type Tensor4D, add, grads, mul, sum, tensor, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { attention, cachedAttention, toHeads } from '@/trainer/ops/attention'
import { cacheBias, causalMask } from '@/trainer/ops/attention-mask'
import { chunkRows, crossEntropy } from '@/trainer/ops/cross-entropy'
import { gatherRows } from '@/trainer/ops/gather-rows'
import { glu } from '@/trainer/ops/glu'
import { linear, loraLinear } from '@/trainer/ops/linear'
import { rmsNorm } from '@/trainer/ops/rms-norm'
import { rope } from '@/trainer/ops/rope'
import { normals } from '@/trainer/random'

const random = (name: number, shape: number[]): Tensor => tensor(normals(7, name, shape.reduce((a, b) => a * b, 1)).slice(), shape)
const matrix = (name: number, rows: number, columns: number): Tensor2D => random(name, [rows, columns]) as Tensor2D
const ints = (values: number[]): Tensor1D => tensor1d(values, 'int32')

/** Compares the gradient of Σ probe · f(inputs) with central differences, element by element. */
function expectGradients(f: (...inputs: Tensor[]) => Tensor, inputs: Tensor[]): void {
  tidy(() => {
    const probe = random(99, f(...inputs).shape)
    const loss = (...list: Tensor[]): Tensor => sum(mul(probe, f(...list)))
    const found = grads(loss)(inputs)
    inputs.forEach((input, i) => {
      expect(found[i].shape).toEqual(input.shape)
      const gradient = found[i].dataSync()
      gradient.forEach((g, at) => {
        const step = 1e-2
        const bump = new Float32Array(input.size)
        bump[at] = step
        const moved = (sign: number): number => loss(...inputs.map((t, j) => (j === i ? add(t, mul(tensor(bump, t.shape), sign)) : t))).dataSync()[0]
        const slope = (moved(1) - moved(-1)) / (2 * step)
        expect(Math.abs(g - slope), `input ${i}, element ${at}: gradient ${g}, slope ${slope}`).toBeLessThan(2e-3 * Math.max(1, Math.abs(slope)))
      })
    })
  })
}

describe('gradients', () => {
  test.each([[0, false], [1, false], [0, true], [1, true]])('rmsNorm, offset %d, trained %s', (offset, train) => {
    const weight = random(1, [5]) as Tensor1D
    const options = { eps: 1e-5, offset, train }
    if (train) expectGradients((x, w) => rmsNorm(x as Tensor2D, w as Tensor1D, options), [matrix(0, 3, 5), weight])
    else expectGradients(x => rmsNorm(x as Tensor2D, weight, options), [matrix(0, 3, 5)])
  })

  test.each([2, 3])('rope on %d of 3 pairs', pairs => {
    const angles = matrix(0, 4, pairs).reshape([1, 4, 1, pairs])
    const tables = { cos: angles.cos() as Tensor4D, sin: angles.sin() as Tensor4D, rest: 0.7 }
    expectGradients(x => rope(x as Tensor2D, tables, { rows: 2, headDim: 6 }), [matrix(1, 8, 12)])
  })

  test.each(['silu', 'gelu_tanh'] as const)('glu %s', activation => {
    expectGradients((gate, up) => glu(gate as Tensor2D, up as Tensor2D, activation), [matrix(0, 3, 4), matrix(1, 3, 4)])
  })

  test('linear with a bias', () => {
    expectGradients((x, weight, bias) => linear(x as Tensor2D, { weight: weight as Tensor2D, bias: bias as Tensor1D }), [matrix(0, 3, 4), matrix(1, 4, 2), random(2, [2])])
  })

  test.each([true, false])('loraLinear, dropout %s', dropout => {
    const frozen = { weight: matrix(0, 4, 5), bias: random(1, [5]) as Tensor1D }
    const mask = dropout ? tensor2d([[2, 0, 2, 0], [0, 2, 2, 2], [2, 2, 0, 2]]) : null
    expectGradients((x, a, b) => loraLinear(x as Tensor2D, frozen, { a: a as Tensor2D, b: b as Tensor2D }, { scale: 1.5, mask }), [matrix(2, 3, 4), matrix(3, 2, 4), matrix(4, 5, 2)])
  })

  test.each([
    { softcap: null, window: null, segments: null },
    { softcap: 1.5, window: null, segments: null },
    { softcap: null, window: 2, segments: null },
    { softcap: null, window: null, segments: [1, 1, 2, 2, 1, 2, 2, 0] },
  ])('attention %j', ({ softcap, window, segments }) => {
    const options = { rows: 2, heads: 4, kvHeads: 2, headDim: 2, softcap }
    const mask = causalMask(2, 4, window, segments && ints(segments))
    expectGradients((q, k, v) => attention(q as Tensor2D, k as Tensor2D, v as Tensor2D, mask, options), [matrix(0, 8, 8), matrix(1, 8, 4), matrix(2, 8, 4)])
  })

  test.each([{ softcap: null, train: false }, { softcap: 2, train: false }, { softcap: null, train: true }, { softcap: 2, train: true }])('crossEntropy %j', options => {
    const head = matrix(0, 6, 3)
    const [targets, weights] = [ints([1, 5, 0, 1]), tensor1d([1, 0.5, 2, 0])]
    const loss = (hidden: Tensor, head: Tensor): Tensor => crossEntropy(hidden as Tensor2D, head as Tensor2D, targets, weights, options)
    if (options.train) expectGradients(loss, [matrix(1, 4, 3), head])
    else expectGradients(hidden => loss(hidden, head), [matrix(1, 4, 3)])
  })

  test('gatherRows with a row taken twice', () => {
    expectGradients(x => gatherRows(x as Tensor2D, ints([2, 0, 2])), [matrix(0, 4, 3)])
  })
})

describe('cross-entropy', () => {
  test('is the same in one chunk and in many, with its gradients', () => {
    const [hidden, head] = [matrix(0, 100, 4), matrix(1, 7, 4)]
    const targets = ints(Array.from({ length: 100 }, (_, i) => (i * 3) % 7))
    const weights = tensor1d(Array.from({ length: 100 }, (_, i) => (i % 5 === 0 ? 0 : 1)))
    const run = (budget: number) => grads((h: Tensor, w: Tensor) => crossEntropy(h as Tensor2D, w as Tensor2D, targets, weights, { softcap: null, train: true, budget }))([hidden, head])
    const [whole, parts] = [run(1e6), run(1)]
    whole.forEach((g, i) => parts[i].dataSync().forEach((v, j) => expect(v).toBeCloseTo(g.dataSync()[j], 4)))
  })

  test.each([[100, 10, 100_000], [1, 50_000, 1 << 20], [1000, 49_152, 8 << 20], [7, 151_936, 8 << 20]])('chunks of %d rows × %d cover each row once', (n, vocab, budget) => {
    const chunks = chunkRows(n, vocab, budget)
    expect(chunks.flatMap(([from, size]) => Array.from({ length: size }, (_, i) => from + i))).toEqual(Array.from({ length: n }, (_, i) => i))
    for (const [, size] of chunks) expect(size <= 32 || size * vocab <= budget).toBe(true)
  })
})

test.each([null, 3])('attention over a cache equals attention over whole rows (window %s)', window => {
  const options = { rows: 1, heads: 4, kvHeads: 2, headDim: 2, softcap: null }
  const [q, k, v] = [matrix(0, 6, 8), matrix(1, 6, 4), matrix(2, 6, 4)]
  const whole = attention(q, k, v, causalMask(1, 6, window, null), options)
  const heads = { rows: 1, length: 6, kvHeads: 2, group: 1, headDim: 2 }
  const newest = cachedAttention(q.slice([4, 0], [2, 8]), toHeads(k, heads), toHeads(v, heads), cacheBias(ints([4, 5]), 6, window), options)
  newest.dataSync().forEach((x, i) => expect(x).toBeCloseTo(whole.dataSync()[4 * 8 + i], 5))
})
