/**
 * From logits to the next token: repetition penalty, temperature, top-k, top-p, in transformers' order, then one draw. Pure; the logits come
 * from wherever, the random number from the caller.
 */
import type { Sampling } from '@/lib/events'

export type SamplingRule = Pick<Sampling, 'do_sample' | 'temperature' | 'top_k' | 'top_p' | 'repetition_penalty'>

/** A token that survived the filters, with its probability among those. */
export interface Candidate {
  token: number
  probability: number
}

/** Logits of every token seen so far are divided by the penalty where positive and multiplied by it where negative (arXiv 1909.05858). In place. */
export function penalize(logits: Float32Array, seen: Iterable<number>, penalty: number): void {
  if (penalty === 1) return
  for (const token of new Set(seen)) logits[token] = logits[token] > 0 ? logits[token] / penalty : logits[token] * penalty
}

/** The most likely token; of equals, the first. */
export function argmax(logits: Float32Array): number {
  let best = 0
  for (let i = 1; i < logits.length; i++) if (logits[i] > logits[best]) best = i
  return best
}

/**
 * What may be drawn, most likely first. Top-k keeps everything that equals the k-th logit; top-p keeps the most likely tokens up to and
 * including the one that reaches the sum, so never none.
 * @param logits after the repetition penalty
 * @param rule top_k 0 and top_p 1 switch their filter off
 */
export function candidates(logits: Float32Array, { temperature, top_k, top_p }: Omit<SamplingRule, 'do_sample' | 'repetition_penalty'>): Candidate[] {
  const kept = topK(logits, top_k)
  const top = logits[kept[0]]
  const powers = kept.map(token => Math.exp((logits[token] - top) / temperature))
  const total = powers.reduce((a, b) => a + b, 0)
  let count = kept.length
  if (top_p < 1) {
    let before = 0
    count = 0
    while (count < kept.length && (count === 0 || before < top_p * total)) before += powers[count++]
  }
  const share = powers.slice(0, count).reduce((a, b) => a + b, 0)
  return kept.slice(0, count).map((token, i) => ({ token, probability: powers[i] / share }))
}

/** Tokens by falling logit; with k > 0 only those not below the k-th. */
function topK(logits: Float32Array, k: number): number[] {
  const all = Array.from(logits, (_, i) => i)
  if (k <= 0 || k >= logits.length) return all.sort((a, b) => logits[b] - logits[a] || a - b)
  const threshold = logits.slice().sort()[logits.length - k]
  return all.filter(i => logits[i] >= threshold).sort((a, b) => logits[b] - logits[a] || a - b)
}

/**
 * The next token.
 * @param logits [vocab]; changed by the penalty
 * @param seen prompt and generated tokens
 * @param random a number in [0, 1), asked for only when sampling
 */
export function nextToken(logits: Float32Array, seen: Iterable<number>, rule: SamplingRule, random: () => number): number {
  penalize(logits, seen, rule.repetition_penalty)
  if (!rule.do_sample) return argmax(logits)
  const choice = candidates(logits, rule)
  let rest = random()
  for (const { token, probability } of choice) {
    rest -= probability
    if (rest < 0) return token
  }
  return choice[choice.length - 1].token
}
