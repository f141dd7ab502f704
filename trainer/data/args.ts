/** What of a configuration says which data is trained on, and how it is made into tokens. */
import type { MixSettings } from '@/lib/datasets/mix'
import type { StreamSettings } from '@/lib/datasets/stream'
import type { PackingArgs } from '@/trainer/data/pack'

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
  /** Folder whose tokenizer and template those of the training are; without it, tokens are made in this process only. */
  model_name_or_path?: string | null
  /** Where the tokens are kept; without it, those of large datasets are kept in the user's cache. */
  tokenized_path?: string | null
  overwrite_cache?: boolean
  /** Rows are read and encoded while training, in the order that a buffer of `buffer_size` gives them. */
  streaming?: boolean
  buffer_size?: StreamSettings['buffer_size']
  disable_shuffling?: boolean
}
