/**
 * Losses of pairs: a chosen and a rejected answer to one prompt (DPO and its kin). The formulas and their names are TRL's and LLaMA-Factory's `CustomDPOTrainer`'s; the
 * reference is the model without the adapter. A batch holds the chosen answers in its first half and the rejected ones in its second.
 */
import { type Scalar, type Tensor, type Tensor1D, type Tensor2D, add, concat, div, exp, log1p, mul, neg, relu, sigmoid, slice, square, sub, sum } from '@tensorflow/tfjs-core'
import type { TrainingArgs } from '@/lib/config/fields'
import type { Feeds, Given, Means, Objective, Told } from '@/trainer/engine/objective'
import type { Batch } from '@/trainer/engine/types'
import { answerFeeds, answerInputs, answerLogps, type RowGroup } from '@/trainer/objectives/answers'
import { logSigmoid } from '@/trainer/ops/log-sigmoid'

export type PreferenceSettings = Pick<TrainingArgs, 'pref_loss' | 'pref_beta' | 'pref_ftx' | 'dpo_label_smoothing' | 'simpo_gamma' | 'ld_alpha'>

/** Log-probabilities of the two answers, [pairs]; averaged over their tokens where the loss asks for it. */
interface Answers {
  chosen: Tensor1D
  rejected: Tensor1D
}

interface LossInput {
  policy: Answers
  /** Zero where the loss takes no reference. */
  reference: Answers
  /** 1 for a pair, 0 for filling. */
  real: Tensor1D
  settings: PreferenceSettings
}

interface PairLoss {
  /** Whether log-probabilities are averaged over an answer's tokens. */
  averaged: boolean
  reference: boolean
  losses: (input: LossInput) => Tensor
}

const minus = (a: Tensor1D, b: Tensor1D) => sub(a, b) as Tensor1D
const times = (a: Tensor1D, factor: number) => mul(a, factor) as Tensor1D

/** How much more the policy prefers the chosen answer than the reference does. */
const preferred = ({ policy, reference }: LossInput) => minus(minus(policy.chosen, policy.rejected), minus(reference.chosen, reference.rejected))

/** The mean over the pairs, not below zero. */
const clampedMean = (x: Tensor1D, real: Tensor1D) => relu(div(sum(mul(x, real)), sum(real)))

/** log(1 - eˣ) */
const log1mExp = (x: Tensor1D) => log1p(neg(exp(x)))

const pairLosses = {
  sigmoid: {
    averaged: false,
    reference: true,
    losses(input) {
      const { pref_beta, dpo_label_smoothing: smoothing } = input.settings
      const x = times(preferred(input), pref_beta)
      return neg(add(times(logSigmoid(x), 1 - smoothing), times(logSigmoid(times(x, -1)), smoothing)))
    },
  },
  hinge: { averaged: false, reference: true, losses: (input) => relu(sub(1, times(preferred(input), input.settings.pref_beta))) },
  ipo: { averaged: true, reference: true, losses: (input) => square(sub(preferred(input), 1 / (2 * input.settings.pref_beta))) },
  /** Two losses per pair, the chosen answers' before the rejected ones' (TRL 0.8.6). */
  kto_pair: {
    averaged: false,
    reference: true,
    losses({ policy, reference, real, settings: { pref_beta } }) {
      const [chosen, rejected] = [minus(policy.chosen, reference.chosen), minus(policy.rejected, reference.rejected)]
      const lost = (ahead: Tensor1D) => sub(1, sigmoid(mul(ahead, pref_beta))) as Tensor1D
      return concat([lost(sub(chosen, clampedMean(rejected, real))), lost(sub(clampedMean(chosen, real), rejected))])
    },
  },
  orpo: {
    averaged: true,
    reference: false,
    losses({ policy: { chosen, rejected }, settings: { pref_beta } }) {
      const logOdds = minus(minus(chosen, rejected), sub(log1mExp(chosen), log1mExp(rejected)))
      return neg(add(chosen, times(logSigmoid(logOdds), pref_beta)))
    },
  },
  simpo: {
    averaged: true,
    reference: false,
    losses: ({ policy: { chosen, rejected }, settings: { pref_beta, simpo_gamma } }) => neg(logSigmoid(sub(times(minus(chosen, rejected), pref_beta), simpo_gamma))),
  },
} satisfies Record<TrainingArgs['pref_loss'], PairLoss>

const groupOf = ({ rows }: { rows: number }): RowGroup => ({ name: 'answers', from: 0, to: rows })

/** Log-probabilities by row as the two answers of each pair. */
function answersOf(logps: Tensor1D, lengths: Tensor1D, averaged: boolean): Answers {
  const all = averaged ? (div(logps, lengths) as Tensor1D) : logps
  const pairs = logps.shape[0] / 2
  return { chosen: slice(all, 0, pairs), rejected: slice(all, pairs, pairs) }
}

/** The filling has log-probability 0, of which ORPO's odds are infinite. */
function awayFromZero({ chosen, rejected }: Answers, real: Tensor1D): Answers {
  const filling = sub(1, real) as Tensor1D
  return { chosen: minus(chosen, filling), rejected: minus(rejected, filling) }
}

export function preference(settings: PreferenceSettings): Objective {
  const { pref_loss, pref_beta, pref_ftx, ld_alpha } = settings
  const kind: PairLoss = pairLosses[pref_loss]
  return {
    dropout: false,
    reference: kind.reference,
    inputs: (shape) => ({
      ...answerInputs(shape, groupOf(shape)),
      lengths: { dtype: 'float32', shape: [shape.rows] },
      real: { dtype: 'float32', shape: [shape.rows / 2] },
      ...(ld_alpha === null ? {} : { desensitized: answerInputs(shape, groupOf(shape)).answers_sums }),
    }),
    feed(batch, shape) {
      const { feeds, lengths } = answerFeeds(batch, shape, groupOf(shape))
      const real = lengths.subarray(0, shape.rows / 2).map((length) => (length > 0 ? 1 : 0))
      const desensitized: Feeds = ld_alpha === null ? {} : { desensitized: desensitize(feeds.answers_sums, feeds.answers_places, lengths, batch, ld_alpha) }
      return { feeds: { ...feeds, ...desensitized, lengths: lengths.map((length) => Math.max(length, 1)), real }, units: real.reduce((sum, one) => sum + one, 0) }
    },
    before(model, given, shape): Given {
      return kind.reference ? { reference: answerLogps(model, 'reference', given, groupOf(shape)) } : {}
    },
    loss(model, given, shape) {
      const { lengths, real } = given as Record<string, Tensor1D>
      const logps = answerLogps(model, 'policy', given, groupOf(shape), (given.desensitized ?? given.answers_sums) as Tensor2D)
      const policy = awayFromZero(answersOf(logps, lengths, kind.averaged), real)
      const reference = kind.reference ? answersOf(given.reference as Tensor1D, lengths, kind.averaged) : { chosen: times(policy.chosen, 0), rejected: times(policy.rejected, 0) }
      const losses = kind.losses({ policy, reference, real, settings }) as Tensor1D
      const learned = pref_ftx > 1e-6 ? withLikelihood(losses, answersOf(logps, lengths, true).chosen, pref_ftx) : losses
      const pairs = real.shape[0]
      const counted = learned.shape[0] === pairs ? real : concat([real, real])
      return {
        sum: mul(sum(mul(learned, counted)), pairs / learned.shape[0]) as Scalar,
        told: {
          losses: learned,
          chosen_rewards: times(minus(policy.chosen, reference.chosen), pref_beta),
          rejected_rewards: times(minus(policy.rejected, reference.rejected), pref_beta),
          chosen_logps: policy.chosen,
          rejected_logps: policy.rejected,
          real,
        },
      }
    },
    metrics: (told) => pairMeans(told, settings),
  }
}

/** `pref_ftx`: the chosen answers are learned beside, as in supervised fine-tuning. */
function withLikelihood(losses: Tensor1D, averages: Tensor1D, weight: number): Tensor1D {
  const each = losses.shape[0] === averages.shape[0] ? averages : concat([averages, averages])
  return minus(losses, times(each, weight))
}

/** LD-DPO (arXiv 2409.06411): what the longer answer of a pair has beyond the shorter one's length counts `alpha`. */
function desensitize(sums: ArrayLike<number>, places: ArrayLike<number>, lengths: Float32Array, { rows, length, labels }: Batch, alpha: number): Float32Array {
  const weights = Float32Array.from(sums)
  for (let row = 0; row < rows; row++) {
    const common = Math.min(lengths[row], lengths[(row + rows / 2) % rows])
    const first = labels.subarray(row * length + 1, (row + 1) * length).findIndex((label) => label !== -100)
    for (let i = 0; i < places.length; i++) {
      if (weights[row * places.length + i] > 0 && places[i] - row * length >= first + common) weights[row * places.length + i] = alpha
    }
  }
  return weights
}

const of = (values: ArrayLike<number>, real: ArrayLike<number>) => ({
  sum: Array.from(values).reduce((total, value, i) => total + (real[i] ? value : 0), 0),
  count: Array.from(real).reduce((total, one) => total + one, 0),
})

function pairMeans({ losses, chosen_rewards, rejected_rewards, chosen_logps, rejected_logps, real }: Told, { pref_loss, pref_beta }: PreferenceSettings): Means {
  const pairs = Array.from(chosen_rewards)
  const likelihood = Array.from(chosen_logps, (logp) => -logp)
  return {
    'rewards/chosen': of(chosen_rewards, real),
    'rewards/rejected': of(rejected_rewards, real),
    'rewards/accuracies': of(pairs.map((reward, i) => (reward > rejected_rewards[i] ? 1 : 0)), real),
    'rewards/margins': of(pairs.map((reward, i) => reward - rejected_rewards[i]), real),
    'logps/chosen': of(chosen_logps, real),
    'logps/rejected': of(rejected_logps, real),
    ...(pref_loss === 'orpo' ? { sft_loss: of(likelihood, real), odds_ratio_loss: of(likelihood.map((loss, i) => (losses[i] - loss) / pref_beta), real) } : {}),
  }
}
