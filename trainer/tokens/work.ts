/** The tokenising worker's half: a piece of the store (store.ts) of each task's rows. */
import type { Shapes } from '@/lib/datasets/unify'
import type { Template } from '@/lib/templates/template'
import type { TemplateOptions } from '@/lib/templates/row'
import { type ChosenDataset, readRun, runsOf } from '@/trainer/data/choice'
import { findDataset, readInfo } from '@/trainer/data/dataset-files'
import { templateFor } from '@/trainer/tokenizer/own-template'
import { openDataset } from '@/trainer/rows/dataset'
import { sampleLength } from '@/trainer/data/samples'
import { loadTokenizer } from '@/trainer/tokenizer/tokenizer'
import type { Piece } from '@/trainer/tokens/store'
import { encodeAligned, type EncodeArgs } from '@/trainer/tokens/row'
import { packWords } from '@/trainer/tokens/words'

export interface TokensJob {
  args: EncodeArgs & TemplateOptions & { model_name_or_path: string; dataset_dir: string }
  /** Entries of dataset_info.json by their names, in the order of the choice. */
  datasets: { name: string; first: number; shapes: Shapes }[]
}

/** Opens the datasets and the tokenizer in a worker. A task is ascending row numbers. */
export async function openTokenising({ args, datasets }: TokensJob) {
  const info = await readInfo(args.dataset_dir)
  const opened: ChosenDataset[] = []
  for (const { name, first, shapes } of datasets) opened.push({ ...(await openDataset(findDataset(info, name, args.dataset_dir, 'dataset'), args.dataset_dir, shapes)), first })
  const template = templateFor(args.model_name_or_path, await loadTokenizer(args.model_name_or_path), args)
  return async (rows: Int32Array) => {
    const result = await encodePiece(opened, rows, args, template)
    return { result, transfer: [result.words.buffer, result.lengths.buffer, result.sizes.buffer] }
  }
}

async function encodePiece(datasets: readonly ChosenDataset[], rows: Int32Array, args: EncodeArgs, template: Template): Promise<Piece> {
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
        piece.lengths[place] = sampleLength(sample)
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
