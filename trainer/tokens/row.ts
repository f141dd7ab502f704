/** One aligned row to a sample of a supervised fine-tuning, or why it gives none. */
import { exampleCutoff } from '@/lib/config/derived'
import { RowError } from '@/lib/datasets/align'
import { type Example, toExample, unsupervised } from '@/lib/datasets/example'
import type { DatasetSource } from '@/lib/datasets/info'
import { type Fault, problem, UserError } from '@/lib/errors'
import type { PyObject } from '@/lib/pyjson'
import { type Encoded, encodeSupervised, IGNORED } from '@/lib/samples/supervised'
import type { Template } from '@/lib/templates/template'
import type { DataArgs } from '@/trainer/data'
import { rowFault } from '@/trainer/dataset-files'
import type { Sample } from '@/trainer/encode'
import type { AlignedRow } from '@/trainer/rows/dataset'

/** The arguments that decide what a row becomes. */
export type EncodeArgs = Pick<DataArgs, 'cutoff_len' | 'train_on_prompt' | 'mask_history' | 'packing' | 'neat_packing'>

/** `sample` is null for a row at fault, and for one of which nothing is learned. */
export interface EncodedRow {
  sample: Sample | null
  fault: Fault | null
  /** Tokens that the cut-off removed. */
  cut: number
}

/** What a row says, or why it is of no use to a supervised fine-tuning. */
export function exampleOf(row: AlignedRow, source: DatasetSource): Example | Fault {
  if (row.fault) return row.fault
  try {
    const useless = unsupervised(row.aligned, source)
    if (useless !== null) throw wrongAnswer(row.record, source) ?? useless
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

export const encodeAligned = (row: AlignedRow, source: DatasetSource, args: EncodeArgs, template: Template): EncodedRow =>
  encodeExample({ dataset: source.name, row: row.row }, exampleOf(row, source), args, template)

/** The same of a row that has been judged. */
export function encodeExample(at: { dataset: string; row: number }, example: Example | Fault, args: EncodeArgs, template: Template): EncodedRow {
  const encoded = 'code' in example ? example : encodeRow(at, example, args, template)
  if ('code' in encoded) return { sample: null, fault: encoded, cut: 0 }
  const { ids, labels, cut } = encoded
  // The first token is never a target: the label before it would have to predict it.
  const learned = labels.some((label, at) => at > 0 && label !== IGNORED)
  return { sample: learned ? { ids: Int32Array.from(ids), labels: Int32Array.from(labels) } : null, fault: null, cut }
}

/** Ids and labels of a row; what the template cannot write of it (tools, tool calls) is the row's fault. */
export function encodeRow(at: { dataset: string; row: number }, example: Example, args: EncodeArgs, template: Template): Encoded | Fault {
  try {
    return encodeSupervised(example, template, { ...args, cutoff_len: exampleCutoff(args) })
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const column = error.fault.code === 'tools_invalid' ? 'tools' : 'function'
    return rowFault(at.dataset, at.row, new RowError(column, error.fault.values.problem))
  }
}
