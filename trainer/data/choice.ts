/** The rows that a training is fed, as numbers over all chosen datasets one after the other, and how they are read in the order in which they lie. How they are chosen is choose.ts's. */
import type { AlignedRow, Dataset } from '@/trainer/rows/dataset'

/** The rows of a stream: all of a pass by their numbers, and how many they are. */
export interface StreamedRows {
  count: number
  pass(pass: number): Iterator<number>
}

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

export interface Opened extends Pick<Choice, 'datasets' | 'close'> {
  train: ChosenDataset[]
  evals: ChosenDataset[]
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
