/**
 * From the data arguments to samples to learn from, with every row that is left out accounted for. Which rows are taken is choose.ts's, what becomes of a row
 * tokens/'s, packed rows are pack.ts's, batches encode.ts's; rows for people are inspect/preview.ts.
 */
import { packs } from '@/lib/config/derived'
import type { Example } from '@/lib/datasets/example'
import { type Fault, problem, UserError } from '@/lib/errors'
import type { Template } from '@/lib/templates/template'
import { pickRows } from '@/trainer/data/choose'
import { type Choice, distinctRows, placesIn, readRun, runsOf, type StreamedRows } from '@/trainer/data/choice'
import { packed } from '@/trainer/data/pack'
import { type Samples, samplesOf } from '@/trainer/data/samples'
import { SampleStream } from '@/trainer/data/stream'
import { lookAt } from '@/trainer/data/stream-batches'
import { encodeOnDisk } from '@/trainer/tokens/cached'
import { encodeHere } from '@/trainer/tokens/memory'
import type { Encoding, RowFault, Watch } from '@/trainer/tokens/encoding'
import { readRated } from '@/trainer/tokens/rated'
import { exampleOf } from '@/trainer/tokens/row'
import type { Chosen, DataSurvey, TrainingData } from '@/trainer/data/training-data'
import type { DataArgs } from '@/trainer/data/args'

/** Files up to this size are looked at row for row, and made into tokens in this process, which is done before a worker has started. */
const SMALL = 8 * 1024 * 1024
/** Rows that are looked at in larger ones, and examples that a survey gives. */
const LOOKED_AT = 512
const SAMPLED = 64

/**
 * Reads and judges the rows of a training, of large datasets a few taken evenly. UserError: an unknown dataset, a missing or damaged file, a column that no row
 * has, no rows to learn from.
 */
export async function chooseRows(args: DataArgs): Promise<Chosen> {
  const choice = await pickRows(args)
  try {
    return { ...choice, ...(await survey(choice, args)) }
  } catch (error) {
    await choice.close()
    throw error
  }
}

async function survey(choice: Choice, args: DataArgs): Promise<Pick<Chosen, 'survey' | 'judged'>> {
  const { stream } = choice
  const rows = distinctRows(choice)
  const every = choice.bytes > SMALL ? Math.ceil(rows.length / LOOKED_AT) : 1
  const firsts = stream ? firstRows(stream, choice.bytes > SMALL ? LOOKED_AT : stream.count) : []
  const { judged, skipped } = await judgeRows(choice, Int32Array.from(new Set([...rows.filter((_, i) => i % every === 0), ...firsts])).sort(), args)
  const exampleAt = (row: number) => {
    const known = judged.get(row)
    return known === undefined || 'code' in known ? null : known
  }
  const usable = (numbers: readonly number[]) => numbers.filter((row) => exampleAt(row) !== null || !judged.has(row))
  const train = usable(stream ? firsts : choice.train)
  const evals = choice.evals.map((set) => ({ name: set.name, left: usable(set.rows) }))
  const known = train.filter((row) => judged.has(row))
  needSome(args, known, evals, skipped)
  const step = Math.ceil(known.length / SAMPLED)
  const sample = known.filter((_, i) => i % step === 0).flatMap((row) => exampleAt(row) ?? [])
  const examples = stream ? stream.count - firsts.length + train.length : train.length
  return { survey: { examples, eval_examples: evals.reduce((sum, { left }) => sum + left.length, 0), sample, skipped }, judged }
}

/** The first rows of a stream's first pass. */
function firstRows(stream: StreamedRows, most: number): number[] {
  const rows = stream.pass(0)
  const first: number[] = []
  for (let next = rows.next(); !next.done && first.length < most; next = rows.next()) first.push(next.value)
  return first
}

/** Examples by their row's number, or why a row is left out. */
async function judgeRows({ datasets }: Choice, rows: Int32Array, args: DataArgs): Promise<{ judged: Map<number, Example | Fault>; skipped: RowFault[] }> {
  const judged = new Map<number, Example | Fault>()
  const skipped: RowFault[] = []
  for (const run of runsOf(datasets, rows, LOOKED_AT)) {
    const { source, first } = run.dataset
    for (const row of await readRun(run)) {
      const example = exampleOf(row, source, args.stage)
      if ('code' in example) skipped.push({ dataset: source.name, row: row.row, fault: example })
      judged.set(first + row.row - 1, example)
    }
  }
  return { judged, skipped }
}

/** UserError as in `chooseRows`. */
export async function surveyData(args: DataArgs): Promise<DataSurvey> {
  const chosen = await chooseRows(args)
  await chosen.close()
  return chosen.survey
}

/** UserError where nothing is left to train on, or of one of the validation sets. */
function needSome({ dataset, eval_dataset }: DataArgs, train: { readonly length: number }, evals: readonly { name: string; left: { readonly length: number } }[], skipped: readonly RowFault[]): void {
  const names = dataset?.join(', ') ?? ''
  if (train.length === 0) throw nothingLearned(names, skipped, 'dataset')
  const empty = evals.find(({ left }) => left.length === 0)
  if (empty) throw nothingLearned(empty.name || (eval_dataset?.join(', ') ?? names), skipped, eval_dataset ? 'eval_dataset' : 'val_size')
}

/** Packed texts of which not one row came together. */
export const textsShort = ({ dataset, cutoff_len }: Pick<DataArgs, 'dataset' | 'cutoff_len'>): UserError => new UserError('texts_short', { dataset: dataset?.join(', ') ?? '', cutoff_len }, 'cutoff_len')

/** Not one sample came out of a dataset; the first reason stands for all. */
function nothingLearned(dataset: string, [first]: readonly RowFault[], field: string): UserError {
  if (!first) return new UserError('dataset_empty', { dataset }, field)
  const { column, problem: reason = problem('missing') } = first.fault.values
  return new UserError('dataset_unsupported', { dataset, problem: problem('dataset_useless', { row: first.row, column, problem: reason }) }, field)
}

/** The samples of a training; of a stream, those to evaluate on, and the files stay open. UserError: tokens_of_others, no rows to learn from. */
export async function encodeData(chosen: Chosen, args: DataArgs, template: Template, watch: Watch = () => undefined): Promise<TrainingData> {
  let open = false
  try {
    const rows = distinctRows(chosen)
    const { listed, skipped, told } = args.stage === 'kto' ? await readRated(chosen, rows, args, template, watch) : await listedTokens(chosen, rows, args, template, watch)
    const stream = chosen.stream && (await lookAt(new SampleStream(chosen.datasets, chosen.stream, args, template, chosen.close)))
    const data = { train: listed(chosen.train), stream, evals: chosen.evals.map(({ name, rows: own }) => ({ name, samples: listed(own) })), skipped, ...told }
    if (args.stage === 'pt' && packs(args) && !stream && data.train.length === 0) throw textsShort(args)
    needSome(args, stream?.lengths ?? data.train, data.evals.map(({ name, samples }) => ({ name, left: samples })), skipped)
    open = stream !== null
    return data
  } finally {
    if (!open) await chosen.close()
  }
}

/** The rows as tokens, and lists of samples of them. */
async function listedTokens(chosen: Chosen, rows: Int32Array, args: DataArgs, template: Template, watch: Watch) {
  const tokens = await tokensOf(chosen, rows, args, template, watch)
  const listed = (numbers: readonly number[]): Samples => {
    const places = placesIn(rows, numbers)
    return packs(args) ? packed(tokens, places, args, template) : samplesOf(tokens, places)
  }
  return { listed, skipped: tokens.skipped, told: { truncated: tokens.truncated, unlearnable: tokens.unlearnable } }
}

/** Made here where they are few; by workers, and kept, where they are many. */
function tokensOf(chosen: Chosen, rows: Int32Array, args: DataArgs, template: Template, watch: Watch): Promise<Encoding> {
  const { model_name_or_path: model } = args
  const few = chosen.stream ? rows.length <= LOOKED_AT : chosen.bytes <= SMALL
  return model && (!few || args.tokenized_path) ? encodeOnDisk(chosen, rows, { ...args, model_name_or_path: model }, template, watch) : encodeHere(chosen, rows, args, template, watch, chosen.judged)
}

/** Both in one: rows read, then made into samples. */
export const loadData = async (args: DataArgs, template: Template): Promise<TrainingData> => encodeData(await chooseRows(args), args, template)

