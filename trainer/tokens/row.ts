/** One aligned row to a sample of a training's stage, or why it gives none. Rated answers, which need their neighbours, are rated.ts's. */
import { exampleCutoff, packs } from '@/lib/config/derived'
import { RowError } from '@/lib/datasets/align'
import { type Example, toExample } from '@/lib/datasets/example'
import type { DatasetKind } from '@/lib/dataset-view'
import type { DatasetSource } from '@/lib/datasets/info'
import { kindFor, type Stage, useless } from '@/lib/datasets/purpose'
import { type Fault, problem, UserError } from '@/lib/errors'
import type { PyObject } from '@/lib/pyjson'
import { encodeFeedback, encodePair } from '@/lib/samples/preference'
import { encodeText } from '@/lib/samples/pretrain'
import { type Encoded, encodeSupervised, IGNORED } from '@/lib/samples/supervised'
import type { Template } from '@/lib/templates/template'
import type { DataArgs } from '@/trainer/data/args'
import { rowFault } from '@/trainer/data/dataset-files'
import type { Sample } from '@/trainer/data/samples'
import type { AlignedRow } from '@/trainer/rows/dataset'

/** The arguments that decide what a row becomes. */
export type EncodeArgs = Pick<DataArgs, 'stage' | 'cutoff_len' | 'train_on_prompt' | 'mask_history' | 'packing' | 'neat_packing'>

/** `sample` is null for a row at fault, and for one of which nothing is learned. */
export interface EncodedRow {
  sample: Sample | null
  fault: Fault | null
  /** Tokens that the cut-off removed. */
  cut: number
}

/** What a row says, or why it is of no use to a training of this stage. */
export function exampleOf(row: AlignedRow, source: DatasetSource, stage: Stage = 'sft'): Example | Fault {
  if (row.fault) return row.fault
  try {
    const reason = useless[kindFor[stage]](row.aligned, source)
    if (reason !== null) throw (stage === 'sft' && wrongAnswer(row.record, source)) || reason
    return toExample(row.aligned, source)
  } catch (error) {
    if (!(error instanceof RowError)) throw error
    return rowFault(source.name, row.row, error)
  }
}

/** Says more of a row without an answer: that it is missing, or of another kind. */
function wrongAnswer(record: PyObject, { columns, formatting }: DatasetSource): RowError | null {
  if (formatting !== 'alpaca' || !columns.response || columns.kto_tag) return null
  const answer = record.get(columns.response)
  if (answer === undefined) return new RowError(columns.response, null)
  return answer === null || typeof answer === 'string' ? null : new RowError(columns.response, problem('row_not_text'))
}

/** Ids and labels of what a row says: one text, or two. */
type Texts = { ids: number[]; labels: number[]; cut: number; other?: { ids: number[]; labels: number[] } }

const cutOf = (texts: { gaps: { ids: number[] }[] }[]) => texts.flatMap(({ gaps }) => gaps).reduce((sum, { ids }) => sum + ids.length, 0)

const encoders: Record<DatasetKind, (example: Example, args: EncodeArgs, template: Template) => Texts> = {
  chat: (example, args, template) => encodeSupervised(example, template, { ...args, cutoff_len: exampleCutoff(args) }),
  pairs(example, args, template) {
    const { chosen, rejected } = encodePair(example, template, exampleCutoff(args))
    return { ...chosen, other: rejected, cut: cutOf([chosen, rejected]) }
  },
  /** Without a neighbour: a rated answer's own length, for estimates. */
  rated(example, { cutoff_len }, template) {
    const { kl, ...own } = encodeFeedback(example, example.response, template, cutoff_len)
    return { ...own, other: kl, cut: cutOf([own]) }
  },
  text: ({ prompt }, args, template) => encodeText(prompt.at(-1)?.content ?? '', template, exampleCutoff(args), packs(args)),
}

/** How long a batch must be for an example. */
export function exampleLength(example: Example, args: EncodeArgs, template: Template): number {
  const { ids, other } = encoders[kindFor[args.stage ?? 'sft']](example, args, template)
  return Math.max(ids.length, other?.ids.length ?? 0)
}

/** Whether anything is learned of a text: its first token is never a target, the label before it would have to predict it. */
const isLearned = ({ labels }: { labels: readonly number[] }) => labels.some((label, at) => at > 0 && label !== IGNORED)

const typed = ({ ids, labels }: { ids: number[]; labels: number[] }) => ({ ids: Int32Array.from(ids), labels: Int32Array.from(labels) })

export const encodeAligned = (row: AlignedRow, source: DatasetSource, args: EncodeArgs, template: Template): EncodedRow =>
  encodeExample({ dataset: source.name, row: row.row }, exampleOf(row, source, args.stage), args, template)

/** The same of a row that has been judged. */
export function encodeExample(at: { dataset: string; row: number }, example: Example | Fault, args: EncodeArgs, template: Template): EncodedRow {
  const kind = kindFor[args.stage ?? 'sft']
  if (kind === 'rated') throw new Error('a rated answer is encoded with its neighbours')
  const encoded = 'code' in example ? example : encodedOr(at, () => encoders[kind](example, args, template))
  if ('code' in encoded) return { sample: null, fault: encoded, cut: 0 }
  const { cut, other, ...first } = encoded
  // A text of a stream may be a single token: it is learned with its neighbours.
  const learned = (kind === 'text' && packs(args)) || (isLearned(first) && (!other || isLearned(other)))
  return { sample: learned ? { ...typed(first), ...(other ? { other: typed(other) } : {}) } : null, fault: null, cut }
}

/** What `encode` gives; what the template cannot write of a row (tools, tool calls) is the row's fault. */
export function encodedOr<T>(at: { dataset: string; row: number }, encode: () => T): T | Fault {
  try {
    return encode()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const column = error.fault.code === 'tools_invalid' ? 'tools' : 'function'
    return rowFault(at.dataset, at.row, new RowError(column, error.fault.values.problem))
  }
}

/** Ids and labels of a supervised row, with what the cut-off removed. */
export const encodeRow = (at: { dataset: string; row: number }, example: Example, args: EncodeArgs, template: Template): Encoded | Fault =>
  encodedOr(at, () => encodeSupervised(example, template, { ...args, cutoff_len: exampleCutoff(args) }))
