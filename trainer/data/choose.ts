/**
 * Which rows of which datasets a training is fed, by the data arguments alone. Rows are numbers here, over all chosen datasets one after the other, so that
 * a choice among millions costs nothing (pick.ts makes it); what they say is read later, in the order in which they lie.
 */
import { purposeOf, unfitKind } from '@/lib/datasets/purpose'
import { UserError } from '@/lib/errors'
import type { DataArgs } from '@/trainer/data/data'
import { findDataset, readInfo } from '@/trainer/data/dataset-files'
import { type AlignedRow, type Dataset, openDataset } from '@/trainer/rows/dataset'
import { listed, streamed } from '@/trainer/data/pick'
import type { StreamedRows } from '@/trainer/data/stream'

export interface ChosenDataset extends Dataset {
  /** Number of its first row among all rows. */
  first: number
}

export interface Choice {
  datasets: ChosenDataset[]
  /** Empty where rows are streamed. */
  train: readonly number[]
  stream: StreamedRows | null
  /** The name is empty for `val_size` and for a merged `eval_dataset`. */
  evals: { name: string; rows: readonly number[] }[]
  /** Size of the files. */
  bytes: number
  close(): Promise<void>
}

/** UserError: an unknown dataset, a missing or damaged file, no rows, or none left to train on. */
export async function pickRows(args: DataArgs): Promise<Choice> {
  if (!args.dataset?.length) throw new UserError('missing_key', { key: 'dataset' }, 'dataset')
  const opened = await openAll(args.dataset, args)
  try {
    const { datasets, close } = opened
    return { ...(args.streaming ? streamed(opened, args) : listed(opened, args)), datasets, bytes: datasets.reduce((sum, { store }) => sum + store.bytes, 0), close }
  } catch (error) {
    await opened.close()
    throw error
  }
}

export interface Opened extends Pick<Choice, 'datasets' | 'close'> {
  train: ChosenDataset[]
  evals: ChosenDataset[]
}

async function openAll(names: readonly string[], args: DataArgs): Promise<Opened> {
  const datasets: ChosenDataset[] = []
  const close = async () => {
    for (const { store } of datasets) await store.close()
  }
  const open = async (name: string, field: 'dataset' | 'eval_dataset') => {
    const last = datasets.at(-1)
    datasets.push({ ...(await openNamed(name, args, field)), first: last ? last.first + last.count : 0 })
  }
  try {
    for (const name of names) await open(name, 'dataset')
    for (const name of args.eval_dataset ?? []) await open(name, 'eval_dataset')
    return { datasets, train: datasets.slice(0, names.length), evals: datasets.slice(names.length), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function openNamed(name: string, args: DataArgs, field: 'dataset' | 'eval_dataset'): Promise<Dataset> {
  const source = findDataset(await readInfo(args.dataset_dir), name, args.dataset_dir, field)
  const unfit = unfitKind(purposeOf(source), args.stage ?? 'sft')
  if (unfit) throw new UserError('dataset_unsupported', { dataset: name, problem: unfit }, field)
  return openDataset(source, args.dataset_dir)
}

/** Rows of one dataset that lie side by side: their numbers are `from`, `from` + 1, … up to `to`. */
export interface Run {
  dataset: ChosenDataset
  from: number
  to: number
}

/** Ascending row numbers as runs of at most `most` rows. */
export function* runsOf(datasets: readonly ChosenDataset[], rows: Int32Array, most: number): Generator<Run> {
  let d = 0
  for (let i = 0; i < rows.length; ) {
    while (rows[i] >= datasets[d].first + datasets[d].count) d++
    const end = datasets[d].first + datasets[d].count
    let next = i + 1
    while (next < rows.length && next - i < most && rows[next] === rows[next - 1] + 1 && rows[next] < end) next++
    yield { dataset: datasets[d], from: rows[i], to: rows[next - 1] + 1 }
    i = next
  }
}

export async function readRun({ dataset, from, to }: Run): Promise<AlignedRow[]> {
  return dataset.align(await dataset.store.read(from - dataset.first + 1, to - dataset.first + 1))
}

/** The rows of a choice, each once, ascending. */
export function distinctRows({ train, evals }: Choice): Int32Array {
  const all = Int32Array.from(evals.reduce((rows, set) => rows.concat(set.rows), [...train])).sort()
  return all.filter((row, i) => i === 0 || row !== all[i - 1])
}

/** Places of rows in an ascending list that holds them all. */
export function placesIn(sorted: Int32Array, rows: readonly number[]): Int32Array {
  return Int32Array.from(rows, (row) => {
    let [low, high] = [0, sorted.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (sorted[middle] < row) low = middle + 1
      else high = middle
    }
    return low
  })
}
