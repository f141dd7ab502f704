/**
 * Reads datasets from disk and turns them into samples to learn from, with every row that is left out accounted for.
 */
import type { Fault } from '@/lib/errors'
import type { Message } from '@/lib/datasets/example'
import type { Template } from '@/lib/templates/template'
import type { Sample } from '@/trainer/encode'

/** The data arguments, by their configuration keys; `TrainingArgs` satisfies it. */
export interface DataArgs {
  /** Names of dataset_info.json, separated by commas. */
  dataset?: string | null
  eval_dataset?: string | null
  dataset_dir: string
  cutoff_len: number
  train_on_prompt?: boolean
  mask_history?: boolean
  max_samples?: number | null
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
  /** Rows that LLaMA-Factory would skip with a warning too: broken conversations, rows without an answer. */
  skipped: RowFault[]
  /** Samples cut at `cutoff_len`. */
  truncated: number
  /** Samples without a single token to learn; they are left out. */
  unlearnable: number
}

/** UserError for an unknown dataset, a missing or damaged file, a row of the wrong shape (row number and field). */
export declare function loadData(args: DataArgs, template: Template): Promise<TrainingData>

export interface DatasetListing {
  name: string
  file_name: string | null
  formatting: string
  ranking: boolean
  kto: boolean
  /** Why it cannot be used here; null when it can. */
  problem: Fault | null
}
/** What dataset_info.json of a folder offers; UserError when the file is missing or damaged. */
export declare function listDatasets(dataset_dir: string): Promise<DatasetListing[]>

export interface PreviewToken {
  text: string
  id: number
  learned: boolean
}
export interface PreviewRow {
  dataset: string
  row: number
  system: string
  tools: string
  messages: Message[]
  /** Chosen and rejected answers of preference data. */
  answers: Message[]
  fault: Fault | null
  /** With a template only: the row as it is trained on. `cut` counts the tokens that the cut-off removed. */
  tokens: PreviewToken[] | null
  cut: number
}
export interface Preview {
  total: number
  rows: PreviewRow[]
}
/** Rows `offset` to `offset + limit` over all datasets in `args.dataset`, readable and, given a template, as tokens. */
export declare function previewRows(args: DataArgs, template: Template | null, page: { offset: number; limit: number }): Promise<Preview>
