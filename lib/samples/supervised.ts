/**
 * An example to token ids and labels for supervised fine-tuning, with the rules of LLaMA-Factory 0.9.5 (`data/processor/supervised.py`): which tokens
 * are learned, and what the cut-off keeps. A message may say for itself whether it is learned, which is an addition. Left out: packing several examples into one row (packing.ts).
 */
import type { Example } from '@/lib/datasets/example'
import type { Template } from '@/lib/templates/template'

/** Label of a token that is not learned. */
export const IGNORED = -100

export interface SupervisedOptions {
  cutoff_len: number
  train_on_prompt?: boolean
  mask_history?: boolean
}

export interface Encoded {
  ids: number[]
  labels: number[]
  /** Tokens that the cut-off removed. */
  cut: number
}

/**
 * How many tokens of a prompt and its answer stay within `cutoff`: a short answer is kept whole, else a short prompt, else both shrink in proportion.
 */
export function inferSeqlen(source: number, target: number, cutoff: number): [number, number] {
  let most: number
  if (target * 2 < cutoff) most = cutoff
  else if (source * 2 < cutoff) most = cutoff - source
  else most = Math.trunc(cutoff * (target / (source + target)))
  const kept = Math.min(most, target)
  return [Math.min(Math.max(cutoff - kept, 0), source), kept]
}

/** The example must have an odd prompt and one response. UserError where tools or tool calls are not JSON. */
export function encodeSupervised(example: Example, template: Template, options: SupervisedOptions): Encoded {
  const { cutoff_len, train_on_prompt, mask_history } = options
  const { efficient_eos } = template.row
  const eos = template.tokenizer.eos?.id ?? 0
  const discard = mask_history === true && !template.preserveThinking
  const messages = [...example.prompt, ...example.response]
  const turns = template.encodeMultiturn(messages, example.system, example.tools, discard).map((turn, i) => ({
    ...turn,
    asked: messages[2 * i].learned ?? train_on_prompt ?? false,
    answered: messages[2 * i + 1].learned ?? true,
  }))
  const all = turns.reduce((sum, { prompt, response }) => sum + prompt.length + response.length, 0)
  // With masked history the last turn comes first, so that the cut-off falls on the oldest.
  if (mask_history) turns.reverse()
  const parts: { prompt: readonly number[]; response: readonly number[]; first: boolean; asked: boolean; answered: boolean; learned: boolean }[] = []
  let total = efficient_eos ? 1 : 0
  for (const [i, turn] of turns.entries()) {
    if (total >= cutoff_len) break
    const [source, target] = inferSeqlen(turn.prompt.length, turn.response.length, cutoff_len - total)
    total += source + target
    const learned = turn.answered && (!mask_history || i === 0)
    parts.push({ ...turn, prompt: turn.prompt.slice(0, source), response: turn.response.slice(0, target), first: i === 0, learned })
  }
  if (mask_history) parts.reverse()
  const ids: number[] = []
  const labels: number[] = []
  const append = (tokens: readonly number[], isTarget: boolean) => {
    for (const token of tokens) {
      ids.push(token)
      labels.push(isTarget ? token : IGNORED)
    }
  }
  for (const [i, { prompt, response, first, asked, learned }] of parts.entries()) {
    const start = ids.length
    append(prompt, asked)
    // Between turns eos is not in the ids; the label alone teaches the answer to end there.
    if (efficient_eos && !asked && !first && prompt.length > 0 && (parts[i - 1]?.answered ?? true)) labels[start] = eos
    append(response, learned)
  }
  if (efficient_eos) append([eos], parts.at(-1)?.answered ?? true)
  return { ids, labels, cut: all + (efficient_eos ? 1 : 0) - ids.length }
}
