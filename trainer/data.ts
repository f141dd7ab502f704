/**
 * From the data arguments to samples to learn from, with every row that is left out accounted for; and what datasets a folder offers. Reading files is
 * dataset-files.ts, rows for people are preview.ts, the mix of several datasets is `lib/datasets/mix`, labels and cut-off are `lib/samples`, batches are encode.ts.
 */
import { setImmediate } from 'node:timers/promises'
import { exampleCutoff, packs } from '@/lib/config/derived'
import { RowError } from '@/lib/datasets/align'
import { type Example, toExample, unsupervised } from '@/lib/datasets/example'
import { type DatasetSource, type Formatting, sourceProblem } from '@/lib/datasets/info'
import { type DatasetKind, kindOf } from '@/lib/datasets/mapping'
import { type MixSettings, mixRows } from '@/lib/datasets/mix'
import { unfitForSft } from '@/lib/datasets/purpose'
import { type Fault, problem, UserError } from '@/lib/errors'
import type { PyObject } from '@/lib/pyjson'
import { type Encoded, encodeSupervised, IGNORED } from '@/lib/samples/supervised'
import type { Template } from '@/lib/templates/template'
import { datasetFiles, findDataset, readInfo, rowFault } from '@/trainer/dataset-files'
import type { Sample } from '@/trainer/encode'
import { packRows, type PackingArgs } from '@/trainer/pack'
import { type AlignedRow, openDataset } from '@/trainer/rows/dataset'
import { rowDrawer, splitRows } from '@/trainer/split'

/** The data arguments, by their configuration keys; `TrainingArgs` satisfies it. */
export interface DataArgs extends PackingArgs, Partial<Pick<MixSettings, 'mix_strategy' | 'interleave_probs'>> {
  /** Names of dataset_info.json. */
  dataset?: readonly string[] | null
  eval_dataset?: readonly string[] | null
  dataset_dir: string
  cutoff_len: number
  train_on_prompt?: boolean
  mask_history?: boolean
  max_samples?: number | null
  /** Below 1 a share of the rows, else their number. */
  val_size?: number
  eval_on_each_dataset?: boolean
  seed: number
}

/** A row that cannot be learned from: which one (counted from 1), and why. */
export interface RowFault {
  dataset: string
  row: number
  fault: Fault
}

export interface TrainingData {
  train: Sample[]
  /** Validation sets; the name is empty for `val_size` and for a merged `eval_dataset`. */
  evals: { name: string; samples: Sample[] }[]
  /** Rows that are left out: broken ones, and those without an answer. */
  skipped: RowFault[]
  /** Samples cut at `cutoff_len`. */
  truncated: number
  /** Samples without a single token to learn; they are left out. */
  unlearnable: number
}

/** A row on its way to a sample, or why it is skipped. */
type Candidate = { dataset: string; row: number } & ({ example: Example; fault: null } | { example: null; fault: Fault })

/** Rows chosen by the arguments, before any token is made. */
export interface Chosen {
  train: readonly Candidate[]
  evals: { name: string; rows: readonly Candidate[] }[]
}

/**
 * Reads and judges the rows of a training. UserError: an unknown dataset, a missing or damaged file, a column that no row
 * has, no rows to learn from.
 */
export async function chooseRows(args: DataArgs): Promise<Chosen> {
  if (!args.dataset?.length) throw new UserError('missing_key', { key: 'dataset' }, 'dataset')
  const draw = rowDrawer(args.seed)
  const rows: Candidate[][] = []
  for (const name of args.dataset) rows.push(await loadRows(name, args, 'dataset', draw))
  const { train, validation } = splitRows(mixed(rows, args), args.val_size ?? 0, args.seed)
  const sets: Chosen['evals'] = []
  for (const name of args.eval_dataset ?? []) sets.push({ name, rows: await loadRows(name, args, 'eval_dataset', draw) })
  const merged = args.eval_on_each_dataset || sets.length === 0 ? sets : [{ name: '', rows: mixed(sets.map((set) => set.rows), args) }]
  const chosen = { train, evals: [...(validation.length > 0 ? [{ name: '', rows: validation }] : []), ...merged] }
  const usable = (candidates: readonly Candidate[]) => candidates.filter(({ example }) => example !== null)
  needSome(args, usable(train), chosen.evals.map((set) => ({ name: set.name, left: usable(set.rows) })), skippedOf(chosen))
  return chosen
}

/** The rows of several datasets in one sequence. */
function mixed(sets: readonly (readonly Candidate[])[], { mix_strategy = 'concat', interleave_probs = null, seed }: DataArgs): Candidate[] {
  const all = sets.flat()
  return mixRows(sets.map((rows) => rows.length), { mix_strategy, interleave_probs, seed }).map((i) => all[i])
}

/** What a training would be fed, known without making tokens. */
export interface DataSurvey {
  /** Examples to train on, less the rows that are skipped. */
  examples: Example[]
  eval_examples: number
  skipped: RowFault[]
}

/** Reads and aligns every row. UserError as in `loadData`, but for faults of tools in a template. */
export async function surveyData(args: DataArgs): Promise<DataSurvey> {
  const chosen = await chooseRows(args)
  const usable = (rows: readonly Candidate[]) => rows.flatMap(({ example }) => example ?? [])
  const eval_examples = chosen.evals.reduce((sum, { rows }) => sum + usable(rows).length, 0)
  return { examples: usable(chosen.train), eval_examples, skipped: skippedOf(chosen) }
}

/** UserError where nothing is left to train on, or of one of the validation sets. */
function needSome({ dataset, eval_dataset }: DataArgs, train: readonly unknown[], evals: readonly { name: string; left: readonly unknown[] }[], skipped: readonly RowFault[]): void {
  const names = dataset?.join(', ') ?? ''
  if (train.length === 0) throw nothingLearned(names, skipped, 'dataset')
  const empty = evals.find(({ left }) => left.length === 0)
  if (empty) throw nothingLearned(empty.name || (eval_dataset?.join(', ') ?? names), skipped, eval_dataset ? 'eval_dataset' : 'val_size')
}

/** Not one sample came out of a dataset; the first reason stands for all. */
function nothingLearned(dataset: string, [first]: readonly RowFault[], field: string): UserError {
  if (!first) return new UserError('dataset_empty', { dataset }, field)
  const { column, problem: reason = problem('missing') } = first.fault.values
  return new UserError('dataset_unsupported', { dataset, problem: problem('dataset_useless', { row: first.row, column, problem: reason }) }, field)
}

/** Every row that is of no use, with its reason. */
function skippedOf({ train, evals }: Chosen): RowFault[] {
  return [...train, ...evals.flatMap(({ rows }) => rows)].flatMap(({ dataset, row, fault }) => (fault === null ? [] : [{ dataset, row, fault }]))
}

/** Told how much of the rows has become tokens, 0 to 1, now and then; what it throws ends the work. */
export type Watch = (share: number) => void

/** The samples of a supervised fine-tuning. UserError: a row that the template cannot write, no rows to learn from. */
export async function encodeData(chosen: Chosen, args: DataArgs, template: Template, watch: Watch = () => undefined): Promise<TrainingData> {
  const data: TrainingData = { train: [], evals: [], skipped: skippedOf(chosen), truncated: 0, unlearnable: 0 }
  const total = chosen.train.length + chosen.evals.reduce((sum, { rows }) => sum + rows.length, 0)
  let before = 0
  const encode = async (rows: readonly Candidate[]) => {
    const samples = await encodeRows(rows, args, template, data, (done) => watch((before + done) / total))
    before += rows.length
    return samples
  }
  data.train = await encode(chosen.train)
  for (const set of chosen.evals) data.evals.push({ name: set.name, samples: await encode(set.rows) })
  needSome(args, data.train, data.evals.map(({ name, samples }) => ({ name, left: samples })), data.skipped)
  return data
}

/** Both in one: rows read, then made into samples. */
export const loadData = async (args: DataArgs, template: Template): Promise<TrainingData> => encodeData(await chooseRows(args), args, template)

/** Rows of one dataset: `num_samples` drawn where its entry says so, then the first `max_samples`. */
async function loadRows(name: string, args: DataArgs, field: 'dataset' | 'eval_dataset', draw: ReturnType<typeof rowDrawer>): Promise<Candidate[]> {
  const source = findDataset(await readInfo(args.dataset_dir), name, args.dataset_dir, field)
  const unfit = unfitForSft(source)
  if (unfit) throw new UserError('dataset_unsupported', { dataset: name, problem: unfit }, field)
  const { store, count, align } = await openDataset(source, args.dataset_dir)
  try {
    const all = Array.from({ length: count }, (_, i) => i + 1)
    const drawn = source.num_samples === null ? all : draw(all, source.num_samples)
    const numbers = args.max_samples ? drawn.slice(0, args.max_samples) : drawn
    const rows = align(await store.read(1, count + 1))
    return numbers.map((row) => candidate(rows[row - 1], source))
  } finally {
    await store.close()
  }
}

/** A row to learn from, or why it is of no use. */
function candidate(aligned: AlignedRow, source: DatasetSource): Candidate {
  const at = { dataset: source.name, row: aligned.row }
  if (aligned.fault) return { ...at, example: null, fault: aligned.fault }
  try {
    const useless = unsupervised(aligned.aligned, source)
    if (useless !== null) throw wrongAnswer(aligned.record, source) ?? useless
    return { ...at, example: toExample(aligned.aligned, source), fault: null }
  } catch (error) {
    if (!(error instanceof RowError)) throw error
    return { ...at, example: null, fault: rowFault(source.name, aligned.row, error) }
  }
}

/** Says more of a row without an answer: that it is missing, or of another kind. */
function wrongAnswer(record: PyObject, { columns, formatting }: DatasetSource): RowError | null {
  if (formatting !== 'alpaca' || !columns.response || columns.kto_tag) return null
  const answer = record.get(columns.response)
  if (answer === undefined) return new RowError(columns.response, null)
  return answer === null || typeof answer === 'string' ? null : new RowError(columns.response, problem('row_not_text'))
}

/** Rows between pauses, so that signals are heard while a large dataset is encoded, and progress is told. */
const ROWS_PER_TURN = 500

async function encodeRows(rows: readonly Candidate[], args: DataArgs, template: Template, data: TrainingData, told: (done: number) => void): Promise<Sample[]> {
  const samples: (Sample | null)[] = []
  for (const [i, row] of rows.entries()) {
    if (i % ROWS_PER_TURN === ROWS_PER_TURN - 1) {
      told(i)
      await setImmediate()
    }
    samples.push(row.example && sampleOf(row, row.example, args, template, data))
  }
  return packs(args) ? packRows(samples, args, template.tokenizer.pad?.id ?? 0) : samples.filter((sample) => sample !== null)
}

/** Null where nothing is learned, or the template cannot write what the row holds. */
function sampleOf(row: Candidate, example: Example, args: DataArgs, template: Template, data: TrainingData): Sample | null {
  const encoded = encodeRow(row, example, args, template)
  if ('code' in encoded) {
    data.skipped.push({ dataset: row.dataset, row: row.row, fault: encoded })
    return null
  }
  const { ids, labels, cut } = encoded
  if (cut > 0) data.truncated++
  // The first token is never a target: the label before it would have to predict it.
  if (labels.some((label, at) => at > 0 && label !== IGNORED)) return { ids: Int32Array.from(ids), labels: Int32Array.from(labels) }
  data.unlearnable++
  return null
}

/** Ids and labels of a row; what the template cannot write of it (tools, tool calls) is the row's fault. */
export function encodeRow(at: { dataset: string; row: number }, example: Example, args: DataArgs, template: Template): Encoded | Fault {
  try {
    return encodeSupervised(example, template, { ...args, cutoff_len: exampleCutoff(args) })
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const column = error.fault.code === 'tools_invalid' ? 'tools' : 'function'
    return rowFault(at.dataset, at.row, new RowError(column, error.fault.values.problem))
  }
}

export interface DatasetListing {
  name: string
  file_name: string | null
  /** Where else its rows lie. */
  remote: string | null
  formatting: Formatting
  ranking: boolean
  kto: boolean
  kind: DatasetKind
  /** Why it cannot be used here; null when it can. */
  problem: Fault | null
}

/** What dataset_info.json of a folder offers, in its order; UserError when the file is missing or damaged. Rows are not read. */
export async function listDatasets(dataset_dir: string): Promise<DatasetListing[]> {
  const info = await readInfo(dataset_dir)
  return Promise.all(
    [...info].map(async ([name, source]) => {
      if ('code' in source) return { name, file_name: null, remote: null, formatting: 'alpaca', ranking: false, kto: false, kind: 'alpaca', problem: source }
      const { file, remote, formatting, ranking, columns } = source
      const problem = sourceProblem(source) ?? (await filesProblem(source, dataset_dir))
      return { name, file_name: file, remote, formatting, ranking, kto: columns.kto_tag !== null, kind: kindOf(source), problem }
    }),
  )
}

async function filesProblem(source: DatasetSource, dataset_dir: string): Promise<Fault | null> {
  try {
    await datasetFiles(source, dataset_dir)
    return null
  } catch (error) {
    if (error instanceof UserError) return error.fault
    throw error
  }
}
