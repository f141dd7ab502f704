/**
 * Reward modelling: a linear head on the last token's hidden state scores an answer, and the chosen one's score is to be the higher (Bradley-Terry). A batch holds
 * the chosen answers in its first half and the rejected ones in its second. TRL's dropout in front of the head is left out.
 */
import { type Scalar, type Tensor1D, type Tensor2D, add, matMul, mul, neg, reshape, slice, sub, sum } from '@tensorflow/tfjs-core'
import type { ModelConfig } from '@/lib/models/config'
import type { Objective, Told } from '@/trainer/engine/objective'
import type { Batch, NamedTensor } from '@/trainer/engine/types'
import { gatherRows } from '@/trainer/ops/gather-rows'
import { logSigmoid } from '@/trainer/ops/log-sigmoid'
import { asFloat } from '@/trainer/ops/precision'
import { headTensors } from '@/trainer/adapter/value-head'
import { streamOf, uniforms } from '@/trainer/random'

const [WEIGHT, BIAS] = headTensors

/** A new head: uniform in ±1/√hidden, torch's default for a linear. */
export function newHead({ hidden_size }: ModelConfig, seed: number): NamedTensor[] {
  const drawn = uniforms(seed, streamOf(WEIGHT), hidden_size + 1).map((u) => (2 * u - 1) / Math.sqrt(hidden_size))
  return [{ name: WEIGHT, shape: [1, hidden_size], data: drawn.slice(0, hidden_size) }, { name: BIAS, shape: [1], data: drawn.slice(hidden_size) }]
}

export function reward(head: NamedTensor[]): Objective {
  return {
    dropout: true,
    own: head,
    inputs: ({ rows }) => ({ last: { dtype: 'int32', shape: [rows] }, real: { dtype: 'float32', shape: [rows / 2] } }),
    feed(batch) {
      const last = lastTokens(batch)
      const real = Float32Array.from(last.subarray(0, batch.rows / 2), (at) => (at >= 0 ? 1 : 0))
      return { feeds: { last: last.map((at) => Math.max(at, 0)), real }, units: real.reduce((total, one) => total + one, 0) }
    },
    loss(model, given, { rows }) {
      const { last, real } = given as Record<string, Tensor1D>
      const hidden = asFloat(gatherRows(model.hidden('policy', 0, rows), last)) as Tensor2D
      const scores = reshape(add(matMul(hidden, model.own(WEIGHT) as Tensor2D, false, true), model.own(BIAS)), [-1]) as Tensor1D
      const [chosen, rejected] = [slice(scores, 0, rows / 2), slice(scores, rows / 2, rows / 2)]
      const losses = neg(logSigmoid(sub(chosen, rejected) as Tensor1D)) as Tensor1D
      return { sum: sum(mul(losses, real)) as Scalar, told: { losses, chosen, rejected, real } }
    },
    metrics: ({ chosen, rejected, real }: Told) => {
      const right = Array.from(chosen).filter((score, i) => real[i] && score > rejected[i]).length
      return { accuracy: { sum: right, count: Array.from(real).filter(Boolean).length } }
    },
  }
}

/** Place of each row's last real token; -1 in a row of filling. */
function lastTokens({ rows, length, segments }: Batch): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => {
    let at = (row + 1) * length - 1
    while (segments !== null && at >= row * length && segments[at] === 0) at--
    return at < row * length ? -1 : at
  })
}
