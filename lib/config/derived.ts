/** Values that follow from several settings; the one place where LLaMA-Factory's and transformers' conventions for them are written. */
import type { TrainingArgs } from '@/lib/config/fields'

/** LoRA's alpha: twice the rank unless set (`LoraArguments`, `FinetuningArguments.__post_init__`). */
export const loraAlpha = ({ lora_alpha, lora_rank }: Pick<TrainingArgs, 'lora_alpha' | 'lora_rank'>): number => lora_alpha ?? lora_rank * 2

/** Whether several examples share a row (`get_train_args`: where nothing is said, only in pre-training). */
export const packs = ({ packing, neat_packing, stage = 'sft' }: Partial<Pick<TrainingArgs, 'packing' | 'neat_packing' | 'stage'>>): boolean =>
  (stage === 'sft' || stage === 'pt') && (neat_packing === true || (packing ?? stage === 'pt'))

/** Tokens that an example may have: asked to pack, LLaMA-Factory keeps one place of a row free (`DataArguments.__post_init__`). */
export const exampleCutoff = ({ cutoff_len, packing, neat_packing }: Pick<TrainingArgs, 'cutoff_len'> & Partial<Pick<TrainingArgs, 'packing' | 'neat_packing'>>): number =>
  packing || neat_packing ? cutoff_len - 1 : cutoff_len

/** The matmuls' precision: bfloat16 with `bf16`, else float32. */
export const computeDtype = ({ bf16 }: Pick<TrainingArgs, 'bf16'>): 'bfloat16' | 'float32' => (bf16 ? 'bfloat16' : 'float32')

/** Steps from a count, or from a share of all steps, rounded up (`TrainerState.compute_steps`, `TrainingArguments.get_warmup_steps`). */
export const stepsOf = (amount: number, totalSteps: number): number => (amount < 1 ? Math.ceil(amount * totalSteps) : Math.trunc(amount))

/** Warmup in optimiser steps, from `warmup_ratio` or `warmup_steps`; the rules see to it that only one is set. */
export const warmupSteps = ({ warmup_steps, warmup_ratio }: Pick<TrainingArgs, 'warmup_steps' | 'warmup_ratio'>, totalSteps: number): number =>
  stepsOf(warmup_steps > 0 ? warmup_steps : (warmup_ratio ?? 0), totalSteps)
