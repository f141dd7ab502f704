/**
 * An example to token ids and labels for supervised fine-tuning, with the rules of LLaMA-Factory 0.9.5 (`data/processor/supervised.py`): which tokens
 * are learned, and what the cut-off keeps. Left out: packing several examples into one row (packing.ts).
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
  const turns = template.encodeMultiturn([...example.prompt, ...example.response], example.system, example.tools, discard)
  const all = turns.reduce((sum, { prompt, response }) => sum + prompt.length + response.length, 0)
  // With masked history the last turn comes first, so that the cut-off falls on the oldest.
  if (mask_history) turns.reverse()
  const parts: { ids: number[]; labels: number[] }[] = []
  let total = efficient_eos ? 1 : 0
  for (const [i, turn] of turns.entries()) {
    if (total >= cutoff_len) break
    const [source, target] = inferSeqlen(turn.prompt.length, turn.response.length, cutoff_len - total)
    const prompt = turn.prompt.slice(0, source)
    const response = turn.response.slice(0, target)
    total += source + target
    const promptLabels = train_on_prompt ? prompt : ignored(source)
    // Between turns eos is not in the ids; the label alone teaches the answer to end there.
    if (!train_on_prompt && efficient_eos && i > 0) promptLabels.splice(0, 1, eos)
    parts.push({ ids: [...prompt, ...response], labels: [...promptLabels, ...(mask_history && i > 0 ? ignored(target) : response)] })
  }
  if (mask_history) parts.reverse()
  const end = efficient_eos ? [eos] : []
  const ids = [...parts.flatMap((part) => part.ids), ...end]
  return { ids, labels: [...parts.flatMap((part) => part.labels), ...end], cut: all + end.length - ids.length }
}

function ignored(count: number): number[] {
  return new Array<number>(count).fill(IGNORED)
}
