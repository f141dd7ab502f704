/** Settings of the datasets and of the way rows become tokens. Types and defaults: LLaMA-Factory's `data_args.py`. */
import { amount, boolean, choice, integer, names, text } from '@/lib/config/field'

/** How several datasets become one; all but the first take turns. */
const mixStrategies = ['concat', 'interleave_under', 'interleave_over', 'interleave_once'] as const

export const dataFields = {
  template: text(null, { group: 'model', order: 4, widget: 'select' }),
  dataset_dir: text('data', { group: 'data', widget: 'text' }),
  dataset: names({ group: 'data', widget: 'names' }),
  eval_dataset: names({ group: 'evaluation', widget: 'names' }),
  val_size: amount(0, { minimum: 0, group: 'evaluation', widget: 'number', step: 0.001 }),
  cutoff_len: integer(2048, { minimum: 4, maximum: 131072, group: 'basics', order: 6, widget: 'slider', step: 1 }),
  max_samples: integer(null, { minimum: 1, group: 'data', widget: 'number', form: 100000 }),
  train_on_prompt: boolean(false, { group: 'advanced', widget: 'switch' }),
  mask_history: boolean(false, { group: 'advanced', widget: 'switch' }),
  packing: boolean(null, { group: 'advanced', widget: 'switch' }),
  neat_packing: boolean(false, { group: 'advanced', widget: 'switch' }),
  enable_thinking: boolean(true, { group: 'advanced', widget: 'switch' }),
  preserve_thinking: boolean(false, { group: 'advanced', widget: 'switch' }),
  default_system: text(null, { group: 'advanced', widget: 'text' }),
  tool_format: text(null),
  media_dir: text(null, { inert: true }),
  streaming: boolean(false, { group: 'advanced', widget: 'switch' }),
  buffer_size: integer(16384, { minimum: 1, group: 'advanced', widget: 'number', when: { streaming: [true] } }),
  mix_strategy: choice(mixStrategies, 'concat', { group: 'advanced', widget: 'select' }),
  interleave_probs: names({ group: 'advanced', widget: 'names', when: { mix_strategy: mixStrategies.slice(1) } }),
  eval_on_each_dataset: boolean(false, { needs: { '*': 'metrics' } }),
  ignore_pad_token_for_loss: boolean(true, { needs: { '*': 'losses' } }),
  eval_num_beams: integer(null, { minimum: 1, needs: { '*': 'beam_search' }, allow: [1] }),
  tokenized_path: text(null),
  overwrite_cache: boolean(false),
  preprocessing_batch_size: integer(1000, { minimum: 1, part_of: 'packing' }),
  preprocessing_num_workers: integer(null, { minimum: 1 }),
  data_shared_file_system: boolean(false, { inert: true }),
}
