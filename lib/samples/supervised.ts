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

/** Tokens that the cut-off removed, and how many of the kept ones stand before them. */
export interface Gap {
  at: number
  ids: number[]
}

export interface Encoded {
  ids: number[]
  labels: number[]
  gaps: Gap[]
  /** Tokens that the cut-off removed, all gaps together. */
  cut: number
}

/** Adds what falls away at a place; neighbours become one gap. */
export function addGap(gaps: Gap[], at: number, ids: readonly number[]): void {
  if (ids.length === 0) return
  const last = gaps.at(-1)
  const gap = last?.at === at ? last : { at, ids: [] }
  if (gap !== last) gaps.push(gap)
  for (const id of ids) gap.ids.push(id)
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
  // With masked history the last turn comes first, so that the cut-off falls on the oldest.
  if (mask_history) turns.reverse()
  const parts: ((typeof turns)[number] & { source: number; target: number; first: boolean; reached: boolean })[] = []
  let total = efficient_eos ? 1 : 0
  for (const [i, turn] of turns.entries()) {
    const reached = total < cutoff_len
    const [source, target] = reached ? inferSeqlen(turn.prompt.length, turn.response.length, cutoff_len - total) : [0, 0]
    total += source + target
    parts.push({ ...turn, source, target, first: i === 0, reached })
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
  const gaps: Gap[] = []
  let before = true // whether the answer before this turn is learned
  for (const { prompt, response, source, target, first, asked, answered, reached } of parts) {
    const start = ids.length
    append(prompt.slice(0, source), asked)
    // Between turns eos is not in the ids; the label alone teaches the answer to end there.
    if (efficient_eos && !asked && !first && source > 0 && before) labels[start] = eos
    addGap(gaps, ids.length, prompt.slice(source))
    append(response.slice(0, target), answered && (!mask_history || first))
    addGap(gaps, ids.length, response.slice(target))
    if (reached) before = answered
  }
  if (efficient_eos) append([eos], before)
  return { ids, labels, gaps, cut: gaps.reduce((sum, gap) => sum + gap.ids.length, 0) }
}
