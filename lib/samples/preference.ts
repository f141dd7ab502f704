/**
 * Pairs and rated answers to token ids and labels, and prompts with the answer apart (for prediction): LLaMA-Factory 0.9.5, `data/processor/pairwise.py`,
 * `feedback.py` and `unsupervised.py`.
 */
import type { Example, Message } from '@/lib/datasets/example'
import { addGap, type Gap, IGNORED, inferSeqlen } from '@/lib/samples/supervised'
import type { Template } from '@/lib/templates/template'

export interface LabelledIds {
  ids: number[]
  labels: number[]
}

export interface CutIds extends LabelledIds {
  /** What the cut-off removed. */
  gaps: Gap[]
}

/** A prompt and one answer, eos added where the template leaves it to the end. */
function encodeAnswer(example: Example, answer: Message, template: Template): { prompt: number[]; response: number[] } {
  const { prompt, response } = template.encodeOneturn([...example.prompt, answer], example.system, example.tools)
  return { prompt, response: template.row.efficient_eos ? [...response, template.tokenizer.eos?.id ?? 0] : response }
}

/** The first `source` tokens of the prompt with the first `target` of the answer, which alone are learned. */
function joined(prompt: number[], response: number[], source: number, target: number): CutIds {
  const [given, answer] = [prompt.slice(0, source), response.slice(0, target)]
  const gaps: Gap[] = []
  addGap(gaps, given.length, prompt.slice(source))
  addGap(gaps, given.length + answer.length, response.slice(target))
  return { ids: [...given, ...answer], labels: [...given.map(() => IGNORED), ...answer], gaps }
}

/** Chosen and rejected answer after the same prompt; the longer of the two decides the cut-off. */
export function encodePair(example: Example, template: Template, cutoff: number): { chosen: CutIds; rejected: CutIds } {
  const chosen = encodeAnswer(example, example.response[0], template)
  const rejected = encodeAnswer(example, example.response[1], template)
  const [source, target] = inferSeqlen(chosen.prompt.length, Math.max(chosen.response.length, rejected.response.length), cutoff)
  return { chosen: joined(chosen.prompt, chosen.response, source, target), rejected: joined(chosen.prompt, rejected.response, source, target) }
}

export interface Feedback extends CutIds {
  desirable: boolean
  /** The prompt with another example's answer, for the KL estimate. */
  kl: LabelledIds
}

/** `klResponse`: the responses of the example before (for the first of a portion the last one's; packing.ts has the portions). */
export function encodeFeedback(example: Example, klResponse: readonly Message[], template: Template, cutoff: number): Feedback {
  const rated = (pair: readonly Message[]) => (pair[0].content ? pair[0] : pair[1])
  const cutTo = (answer: Message) => {
    const { prompt, response } = encodeAnswer(example, answer, template)
    const [source, target] = inferSeqlen(prompt.length, response.length, cutoff)
    return joined(prompt, response, source, target)
  }
  return { ...cutTo(rated(example.response)), desirable: example.response[0].content !== '', kl: cutTo(rated(klResponse)) }
}

/** The prompt to answer, and the answer of the dataset (empty without one) as labels. */
export function encodePrompt(example: Example, template: Template, cutoff: number): LabelledIds {
  const answer: Message = example.response.length === 1 ? example.response[0] : { role: 'assistant', content: '' }
  const { prompt, response } = encodeAnswer(example, answer, template)
  const [source, target] = inferSeqlen(prompt.length, response.length, cutoff)
  return { ids: prompt.slice(0, source), labels: response.slice(0, target) }
}
