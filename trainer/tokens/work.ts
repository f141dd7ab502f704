/** What passes between a training and its tokenising workers, and the work of one of them. */
import type { Fault } from '@/lib/errors'
import type { Template, TemplateOptions } from '@/lib/templates/template'
import { type ChosenDataset, readRun, runsOf } from '@/trainer/choose'
import { packWords, type Piece } from '@/trainer/tokens/store'
import { encodeAligned, type EncodeArgs } from '@/trainer/tokens/row'

/** What a worker is started with: everything that a structured clone can carry. */
export interface WorkerStart {
  args: EncodeArgs & TemplateOptions & { model_name_or_path: string; dataset_dir: string }
  /** Entries of dataset_info.json by their names, in the order of the choice. */
  datasets: { name: string; first: number }[]
}

export interface Task {
  id: number
  /** Ascending row numbers. */
  rows: Int32Array
}

export type Done = { id: number; piece: Piece } | { id: number; fault: Fault }

export async function encodePiece(datasets: readonly ChosenDataset[], rows: Int32Array, args: EncodeArgs, template: Template): Promise<Piece> {
  const words: Int32Array[] = []
  const piece: Piece = { lengths: new Int32Array(rows.length), sizes: new Int32Array(rows.length), words: new Int32Array(), skipped: [], truncated: 0, unlearnable: 0 }
  let place = 0
  for (const run of runsOf(datasets, rows, rows.length)) {
    const { source } = run.dataset
    for (const row of await readRun(run)) {
      const { sample, fault, cut } = encodeAligned(row, source, args, template)
      if (fault) piece.skipped.push({ dataset: source.name, row: row.row, fault })
      else if (!sample) piece.unlearnable++
      if (cut > 0) piece.truncated++
      if (sample) {
        const packed = packWords(sample)
        words.push(packed)
        piece.lengths[place] = sample.ids.length
        piece.sizes[place] = packed.length
      }
      place++
    }
  }
  piece.words = new Int32Array(words.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const one of words) {
    piece.words.set(one, at)
    at += one.length
  }
  return piece
}
