/**
 * What an evaluation asks: the last answer of every row, as LLaMA-Factory predicts it, and of rows with tools also the earlier answers that call a tool or ask
 * back. Rows without an answer are asked, too; they have nothing to be compared with.
 */
import type { TrainingArgs } from '@/lib/config/fields'
import { type Example, type Message, toExample } from '@/lib/datasets/example'
import type { DatasetSource } from '@/lib/datasets/info'
import { type Fault, UserError } from '@/lib/errors'
import { type CallVerdict, expectation } from '@/lib/metrics/tool-calls'
import { encodePrompt } from '@/lib/samples/preference'
import { IGNORED } from '@/lib/samples/supervised'
import type { Template } from '@/lib/templates/template'
import { pickRows } from '@/trainer/data/choose'
import { type Choice, readRun, type Run } from '@/trainer/data/choice'
import type { RowFault, Watch } from '@/trainer/tokens/encoding'
import type { AlignedRow } from '@/trainer/rows/dataset'
import type { Sample } from '@/trainer/data/samples'
import { encodeRow, exampleOf } from '@/trainer/tokens/row'

/** One answer to ask for. */
export interface Item {
  dataset: string
  row: number
  turn: number
  last: boolean
  question: string
  ids: Int32Array
  /** Of the dataset's answer; null where it has none. */
  labels: Int32Array | null
  expected: CallVerdict['kind'] | null
}

export interface EvaluationData {
  items: Item[]
  /** For the loss: rows with an answer, as in training. */
  samples: Sample[]
  skipped: RowFault[]
}

/** Rows of the evaluation: those of `eval_dataset`, else the part of `dataset` that val_size sets aside. */
async function evaluationRows(args: TrainingArgs): Promise<{ choice: Choice; rows: readonly number[] }> {
  if (args.eval_dataset === null) {
    const choice = await pickRows({ ...args, streaming: false })
    return { choice, rows: choice.evals[0].rows }
  }
  try {
    const choice = await pickRows({ ...args, dataset: args.eval_dataset, eval_dataset: null, val_size: 0, streaming: false })
    return { choice, rows: choice.train }
  } catch (error) {
    if (!(error instanceof UserError) || error.fault.field !== 'dataset') throw error
    throw new UserError(error.fault.code, error.fault.values, 'eval_dataset')
  }
}

/** UserError as in `evaluationData`, as far as it shows without reading every row. */
export async function countEvaluationRows(args: TrainingArgs): Promise<number> {
  const { choice, rows } = await evaluationRows(args)
  await choice.close()
  return rows.length
}

/** Rows in their order, as stretches that lie side by side. */
function* stretches({ datasets }: Choice, rows: readonly number[], most = 512): Generator<Run> {
  for (let i = 0; i < rows.length; ) {
    const dataset = datasets.find(({ first, count }) => rows[i] >= first && rows[i] < first + count)
    if (!dataset) throw new Error(`there is no row ${rows[i]}`)
    let next = i + 1
    while (next < rows.length && next - i < most && rows[next] === rows[next - 1] + 1 && rows[next] < dataset.first + dataset.count) next++
    yield { dataset, from: rows[i], to: rows[next - 1] + 1 }
    i = next
  }
}

/** UserError: the files' faults; nothing that could be asked. */
export async function evaluationData(args: TrainingArgs, template: Template, watch: Watch = () => undefined): Promise<EvaluationData> {
  const { choice, rows } = await evaluationRows(args)
  const data: EvaluationData = { items: [], samples: [], skipped: [] }
  try {
    let seen = 0
    for (const run of stretches(choice, rows)) {
      for (const row of await readRun(run)) addRow(data, row, run.dataset.source, args, template)
      watch((seen += run.to - run.from) / rows.length)
    }
  } finally {
    await choice.close()
  }
  const [first] = data.skipped
  if (data.items.length === 0) throw first ? new UserError(first.fault.code, first.fault.values, 'eval_dataset') : new UserError('dataset_empty', { dataset: (args.eval_dataset ?? args.dataset ?? []).join(', ') }, 'eval_dataset')
  return data
}

/** What a row says; one without an answer is a question all the same. */
function questionOf(row: AlignedRow, source: DatasetSource): Example | Fault {
  const { aligned } = row
  const unanswered = aligned && aligned.broken.length === 0 && aligned.response.length === 0 && aligned.prompt.length % 2 === 1
  return unanswered ? toExample(aligned, source) : exampleOf(row, source)
}

function addRow(data: EvaluationData, row: AlignedRow, source: DatasetSource, args: TrainingArgs, template: Template): void {
  const at = { dataset: source.name, row: row.row }
  const example = questionOf(row, source)
  const encoded = 'code' in example || example.response.length === 0 ? example : encodeRow(at, example, args, template)
  if ('code' in example || 'code' in encoded) {
    data.skipped.push({ ...at, fault: 'code' in example ? example : (encoded as Fault) })
    return
  }
  // The first token is never a target.
  if ('ids' in encoded && encoded.labels.some((label, i) => i > 0 && label !== IGNORED)) data.samples.push({ ids: Int32Array.from(encoded.ids), labels: Int32Array.from(encoded.labels) })
  for (const asked of questionsIn(example)) data.items.push(itemOf(at, asked, args, template))
}

interface Question extends Example {
  turn: number
  last: boolean
  expected: CallVerdict['kind'] | null
}

function questionsIn(example: Example): Question[] {
  const messages = [...example.prompt, ...example.response]
  const ask = (at: number, last: boolean): Question => {
    const answer: Message | undefined = messages[at]
    const expected = answer ? expectation(answer, messages[at - 1], example.tools) : null
    return { ...example, prompt: messages.slice(0, at), response: messages.slice(at, at + 1), turn: (at + 1) / 2, last, expected }
  }
  const end = example.prompt.length
  const earlier = Array.from({ length: (end - 1) / 2 }, (_, i) => ask(2 * i + 1, false))
  return [...earlier.filter(({ expected }) => expected !== null), ask(end, true)]
}

function itemOf(at: { dataset: string; row: number }, question: Question, { cutoff_len }: TrainingArgs, template: Template): Item {
  const { ids, labels } = encodePrompt(question, template, cutoff_len)
  const { turn, last, expected, prompt } = question
  return { ...at, turn, last, expected, question: prompt[prompt.length - 1].content, ids: Int32Array.from(ids), labels: question.response.length > 0 ? Int32Array.from(labels) : null }
}
