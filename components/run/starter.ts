/**
 * The first run that the page offers: the values of `data/examples/starter_lora_sft.yaml`, as the form holds them,
 * with every step logged, so that the curve begins at once. Model and template are the catalogue's.
 */
import type { RawArgs } from '@/components/config/draft'

export const starterArgs: Partial<RawArgs> = {
  bf16: false,
  dataset: ['identity_nova'],
  cutoff_len: 256,
  lora_rank: 8,
  lora_alpha: 16,
  lora_target: ['all'],
  per_device_train_batch_size: 8,
  gradient_accumulation_steps: 1,
  learning_rate: 2e-3,
  num_train_epochs: 10,
  lr_scheduler_type: 'cosine',
  warmup_ratio: 0.1,
  logging_steps: 1,
  save_steps: 500,
}
