/**
 * An engine of two parameters: loss (w0 sin(i/7) + w1 cos(i/7) - 0.5)² of the examples i, which are the first ids of the rows, trained with
 * AdamW in double precision. Deterministic, stateful, and fast; the same model as in `tests/fixtures/trainer_flow.json`.
 */
import type { Batch, Engine, NamedTensor } from '@/trainer/engine/types'

/** Rows of one token, the example's number; filler rows have segment 0. */
export function batchOf(examples: number[], rows = examples.length): Batch {
  const at = (value: (i: number) => number) => Int32Array.from({ length: rows }, (_, i) => (i < examples.length ? value(i) : 0))
  return { rows, length: 1, ids: at((i) => examples[i]), labels: at((i) => examples[i]), positions: null, segments: at(() => 1) }
}

const examplesOf = ({ ids, segments }: Batch) => [...ids].filter((_, i) => segments === null || segments[i] > 0)

export interface FakeEngine extends Engine {
  /** Examples of every micro-batch trained on, in order. */
  seen: number[][]
}

export function fakeEngine(options: { max_grad_norm?: number; before?: () => Promise<void> } = {}): FakeEngine {
  const { max_grad_norm = 1, before } = options
  let w = [1, -2]
  let moments = [0, 0, 0, 0]
  let updates = 0
  const seen: number[][] = []
  const lossOf = (i: number) => (w[0] * Math.sin(i / 7) + w[1] * Math.cos(i / 7) - 0.5) ** 2
  // A double survives the float32 tensors of a checkpoint as three floats that add up to it.
  const split = (value: number): number[] => {
    const a = Math.fround(value)
    const b = Math.fround(value - a)
    return [a, b, Math.fround(value - a - b)]
  }
  const pack = (name: string, values: number[]): NamedTensor => ({ name, shape: [values.length, 3], data: Float32Array.from(values.flatMap(split)) })
  const unpack = ({ data }: NamedTensor) => Array.from({ length: data.length / 3 }, (_, i) => data[3 * i] + data[3 * i + 1] + data[3 * i + 2])
  return {
    runtime: 'fake',
    seen,
    async train(micro, { lr }) {
      await before?.()
      let loss = 0
      const g = [0, 0]
      for (const batch of micro) {
        const examples = examplesOf(batch)
        seen.push(examples)
        for (const i of examples) {
          const residual = w[0] * Math.sin(i / 7) + w[1] * Math.cos(i / 7) - 0.5
          loss += residual ** 2 / examples.length / micro.length
          g[0] += (2 * residual * Math.sin(i / 7)) / examples.length / micro.length
          g[1] += (2 * residual * Math.cos(i / 7)) / examples.length / micro.length
        }
      }
      const grad_norm = Math.hypot(...g)
      const scale = max_grad_norm > 0 ? Math.min(1, max_grad_norm / (grad_norm + 1e-6)) : 1
      updates += 1
      w = w.map((value, k) => {
        moments[k] = 0.9 * moments[k] + 0.1 * g[k] * scale
        moments[2 + k] = 0.999 * moments[2 + k] + 0.001 * (g[k] * scale) ** 2
        return value - (lr * (moments[k] / (1 - 0.9 ** updates))) / (Math.sqrt(moments[2 + k] / (1 - 0.999 ** updates)) + 1e-8)
      })
      return { loss, grad_norm, units: micro.reduce((sum, batch) => sum + examplesOf(batch).length, 0) }
    },
    async evaluate(batch) {
      const examples = examplesOf(batch)
      return { loss_sum: examples.reduce((sum, i) => sum + lossOf(i), 0), units: examples.length }
    },
    readTrainable: async () => [pack('w', w)],
    readOptimizer: async () => [pack('moments', moments), pack('updates', [updates])],
    async writeState([trainable], [m, n]) {
      w = unpack(trainable)
      moments = unpack(m)
      updates = unpack(n)[0]
    },
    dispose: () => undefined,
  }
}
