/**
 * KTO (arXiv 2402.01306): single answers, rated good or bad. How far the policy has gone from the reference altogether is estimated on prompts with an answer that
 * belongs to another one, without gradient. A batch holds the answers in its first half and those strange pairs in its second.
 */
import { type Scalar, type Tensor1D, add, div, maximum, mul, relu, reshape, sigmoid, sub, sum } from '@tensorflow/tfjs-core'
import type { TrainingArgs } from '@/lib/config/fields'
import type { Means, Objective, Told } from '@/trainer/engine/objective'
import { answerFeeds, answerInputs, answerLogps, type RowGroup } from '@/trainer/objectives/answers'

export type RatedSettings = Pick<TrainingArgs, 'pref_beta' | 'pref_ftx' | 'kto_chosen_weight' | 'kto_rejected_weight'>

const answers = ({ rows }: { rows: number }): RowGroup => ({ name: 'answers', from: 0, to: rows / 2 })
const strange = ({ rows }: { rows: number }): RowGroup => ({ name: 'strange', from: rows / 2, to: rows })

const vectors = ['lengths', 'good', 'bad'] as const

export function rated(settings: RatedSettings): Objective {
  const { pref_beta, pref_ftx, kto_chosen_weight, kto_rejected_weight } = settings
  return {
    dropout: false,
    reference: true,
    inputs: (shape) => ({
      ...answerInputs(shape, answers(shape)),
      ...answerInputs(shape, strange(shape)),
      ...Object.fromEntries(vectors.map((name) => [name, { dtype: 'float32' as const, shape: [shape.rows / 2] }])),
    }),
    feed(batch, shape) {
      const { feeds, lengths } = answerFeeds(batch, shape, answers(shape))
      const real = lengths.map((length) => (length > 0 ? 1 : 0))
      const good = real.map((one, i) => (batch.wanted?.[i] ? one : 0))
      const bad = real.map((one, i) => one - good[i])
      return {
        feeds: { ...feeds, ...answerFeeds(batch, shape, strange(shape)).feeds, lengths: lengths.map((length) => Math.max(length, 1)), good, bad },
        units: real.reduce((total, one) => total + one, 0),
      }
    },
    before(model, given, shape) {
      const { good, bad } = given as Record<string, Tensor1D>
      const ahead = sub(answerLogps(model, 'policy', given, strange(shape)), answerLogps(model, 'reference', given, strange(shape)))
      const real = add(good, bad)
      return { reference: answerLogps(model, 'reference', given, answers(shape)), kl: relu(div(sum(mul(ahead, real)), sum(real))) }
    },
    loss(model, given, shape) {
      const { reference, lengths, good, bad } = given as Record<string, Tensor1D>
      const logps = answerLogps(model, 'policy', given, answers(shape))
      const ahead = sub(logps, reference) as Tensor1D
      const lost = (gain: Tensor1D) => sub(1, sigmoid(mul(gain, pref_beta)))
      const chosen = mul(lost(sub(ahead, given.kl)), mul(good, kto_chosen_weight))
      const rejected = mul(lost(sub(given.kl, ahead)), mul(bad, kto_rejected_weight))
      const losses = add(chosen, rejected) as Tensor1D
      const total = pref_ftx > 1e-6 ? sub(sum(losses), mul(likelihood(div(logps, lengths) as Tensor1D, good, bad), pref_ftx)) : sum(losses)
      return { sum: total as Scalar, told: { losses, rewards: mul(ahead, pref_beta), logps, good, bad, kl: reshape(given.kl, [1]) } }
    },
    metrics: answerMeans,
  }
}

/** What `pref_ftx` weighs, for a loss that is summed over the rows: LLaMA-Factory adds the good answers' mean, divided by their number and multiplied by that of the rows. */
function likelihood(averages: Tensor1D, good: Tensor1D, bad: Tensor1D) {
  const [count, rows] = [maximum(sum(good), 1), sum(add(good, bad))]
  return mul(div(sum(mul(averages, good)), mul(count, count)), mul(rows, rows))
}

function answerMeans({ rewards, logps, good, bad, kl }: Told): Means {
  const of = (values: ArrayLike<number>, rows: ArrayLike<number>) => ({
    sum: Array.from(values).reduce((total, value, i) => total + (rows[i] ? value : 0), 0),
    count: Array.from(rows).reduce((total, one) => total + one, 0),
  })
  return {
    'rewards/chosen': of(rewards, good), 'rewards/rejected': of(rewards, bad), 'logps/chosen': of(logps, good), 'logps/rejected': of(logps, bad), kl: { sum: kl[0], count: 1 },
  }
}
