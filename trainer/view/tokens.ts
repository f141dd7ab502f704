/**
 * A row as the tokens and labels that a training is fed, made by the functions that training uses, with what the cut-off takes away. What a row is made
 * into follows from what its dataset is for.
 */
import path from 'node:path'
import type { TrainingArgs } from '@/lib/config/fields'
import { parseArgs } from '@/lib/config/schema'
import { type DatasetKind, tokenKeys, type TokenColumns, type TokenRow } from '@/lib/dataset-view'
import type { Example } from '@/lib/datasets/example'
import { UserError } from '@/lib/errors'
import { encodeFeedback, encodePair } from '@/lib/samples/preference'
import { encodeText } from '@/lib/samples/pretrain'
import type { Gap } from '@/lib/samples/supervised'
import type { Template } from '@/lib/templates/template'
import { withFolder } from '@/trainer/base-model'
import { encodeRow } from '@/trainer/tokens/row'
import { templateFor } from '@/trainer/tokenizer/own-template'
import { remember } from '@/trainer/inspect/remember'
import { loadTokenizer } from '@/trainer/tokenizer/tokenizer'

export type TokenArgs = Pick<TrainingArgs, (typeof tokenKeys)[number]>

export interface Ground {
  args: TokenArgs
  template: Template
}

/** The files that a folder's tokenizer is read from. */
export const tokenizerPaths = (folder: string): string[] => ['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'generation_config.json'].map((name) => path.join(folder, name))

const tokenizerOf = remember(loadTokenizer, tokenizerPaths)

/** Of a form's raw values, those that decide the tokens. */
export const tokenSettings = (settings: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(tokenKeys.flatMap((key) => (Object.hasOwn(settings, key) ? [[key, settings[key]]] : [])))

/** The chosen model's tokenizer with the chosen template, by the form's raw values. UserError: no model or template, or one that cannot be used. */
export async function groundOf(settings: Readonly<Record<string, unknown>>): Promise<Ground> {
  const parsed = parseArgs(tokenSettings(settings), 'chat')
  if (!parsed.ok) {
    const [{ code, values, field }] = parsed.faults
    throw new UserError(code, values, field)
  }
  const args = withFolder(parsed.args)
  const folder = args.model_name_or_path ?? ''
  return { args, template: templateFor(folder, await tokenizerOf(folder), args) }
}

interface Ids {
  answer: TokenRow['answer']
  ids: readonly number[]
  labels: readonly number[]
  gaps: readonly Gap[]
}

type Encode = (at: { dataset: string; row: number }, example: Example, args: TokenArgs, template: Template) => Ids[]

const encoders: Record<DatasetKind, Encode> = {
  chat(at, example, args, template) {
    const encoded = encodeRow(at, example, args, template)
    if ('code' in encoded) throw new UserError(encoded.code, encoded.values, encoded.field)
    return [{ answer: 'only', ...encoded }]
  },
  pairs(_, example, { cutoff_len }, template) {
    const { chosen, rejected } = encodePair(example, template, cutoff_len)
    return [{ answer: 'chosen', ...chosen }, { answer: 'rejected', ...rejected }]
  },
  rated: (_, example, { cutoff_len }, template) => [{ answer: 'only', ...encodeFeedback(example, example.response, template, cutoff_len) }],
  text: (_, { prompt }, { cutoff_len }, template) => [{ answer: 'only', ...encodeText(prompt.at(-1)?.content ?? '', template, cutoff_len, false) }],
}

/** The example must be usable for its dataset's kind. UserError: the template cannot say its tools or calls. */
export const tokensOf = (at: { dataset: string; row: number }, example: Example, kind: DatasetKind, args: TokenArgs, template: Template): Ids[] =>
  encoders[kind](at, example, args, template)

/** Of what falls away, as much as anybody looks at. */
const GAP_SHOWN = 5000

/** With the text of each token. */
export function readTokens({ answer, ids, labels, gaps }: Ids, template: Template): TokenRow {
  return { answer, ...columnsOf(ids, template), labels: [...labels], gaps: gaps.map((gap) => ({ at: gap.at, count: gap.ids.length, ...columnsOf(gap.ids.slice(0, GAP_SHOWN), template) })) }
}

function columnsOf(ids: readonly number[], { tokenizer }: Template): TokenColumns {
  const stream = tokenizer.stream(false)
  const special = ids.flatMap((id, at) => (tokenizer.specialIds.has(id) ? [at] : []))
  return { ids: [...ids], texts: ids.map((id) => stream.push(id)), special }
}
