/**
 * Answers in LLaMA-Factory's own file, `generated_predictions.jsonl`, where nothing else was written beside them: what a table can tell of them. The scores of
 * each are counted anew, for it writes down their mean alone; dataset, tokens and why an answer ended stay unknown.
 */
import { z } from 'zod'
import type { ShownPrediction } from '@/lib/predictions'
import type { Slot, TemplateRow } from '@/lib/templates/row'
import { templates } from '@/lib/templates/table'

export const sharedAnswerSchema = z.object({ prompt: z.string(), predict: z.string(), label: z.string() })
export type SharedAnswer = z.infer<typeof sharedAnswerSchema>

/** The last text before a person's message, and the last after it. */
interface Edges {
  before: string
  after: string
}

/** Where the tokenizer's own tokens stand, whose text a template does not know. */
const UNKNOWN = '\u0000'

function edgesOf(slots: readonly Slot[]): Edges {
  const text = slots.map((slot) => (typeof slot === 'string' ? slot : 'token' in slot ? slot.token : UNKNOWN)).join('')
  const [before, after] = text.split('{{content}}').map((part) => part.split(UNKNOWN).at(-1) ?? '')
  return { before, after }
}

const length = ({ before, after }: Edges): number => before.length + after.length

const rows: readonly TemplateRow[] = Object.values(templates)

/** Of every chat template, the most telling ones first; those that put nothing before a message tell nothing. */
const known = rows
  .flatMap(({ user }) => (user ? [edgesOf(user)] : []))
  .filter(({ before, after }) => before !== '' && after !== '')
  .sort((one, other) => length(other) - length(one))

/** With thinking switched off, an answer begins after an empty thought. */
const emptyThought = /<think>\s*(<\/think>\s*)?$/

/** A tokenizer’s own tokens at the end of a message. */
const ownTokens = /(<[^<>\s]+>)+$/

/** The message that is answered; of a prompt by no known template the whole. */
export function questionIn(prompt: string): string {
  const asked = prompt.replace(emptyThought, '')
  const edges = known.find(({ before, after }) => asked.endsWith(after) && asked.includes(before))
  if (edges === undefined) return prompt.trim()
  return asked.slice(asked.lastIndexOf(edges.before) + edges.before.length, -edges.after.length).replace(ownTokens, '').trim()
}

/** A line as a row; its scores are the caller's. */
export function sharedRow({ prompt, predict, label }: SharedAnswer, place: number): ShownPrediction {
  return { dataset: null, row: place + 1, turn: 1, last: true, question: questionIn(prompt), prompt, predict, label, tokens: null, end: null, scores: null, call: null }
}
