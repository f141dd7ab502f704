/** What a run asks of the engine, and what it says of the model that it trains. */
import type { AdapterSettings } from '@/trainer/adapter/adapter'
import type { Engine, EngineSpec, LoraSpec } from '@/trainer/engine/types'
import { parameterCount } from '@/trainer/model/params'
import { trainableIn } from '@/trainer/run/check'
import type { Run } from '@/trainer/run/types'

export function engineSpec({ args, ground, data, adapter, objective }: Run): EngineSpec {
  return {
    config: ground.config,
    weights: args.model_name_or_path ?? '',
    lora: adapter && { ...loraOf(adapter), b_pace: args.loraplus_lr_ratio ?? 1 },
    trained: ground.whole ?? undefined,
    merged: ground.merged,
    adapter: ground.adapter,
    dtype: ground.dtype,
    rows: args.per_device_train_batch_size * data.rows_per_example,
    eval_rows: data.evals.length > 0 ? args.per_device_eval_batch_size * data.rows_per_example : 0,
    lengths: data.lengths,
    packed: data.packed,
    adam: { beta1: args.adam_beta1, beta2: args.adam_beta2, epsilon: args.adam_epsilon, weight_decay: args.weight_decay },
    max_grad_norm: args.max_grad_norm,
    neftune_alpha: args.neftune_noise_alpha ?? undefined,
    seed: args.seed,
    objective,
  }
}

const loraOf = ({ rank, alpha, dropout, use_rslora, use_dora, target_modules, modules_to_save }: AdapterSettings): LoraSpec =>
  ({ rank, alpha, dropout, use_rslora, use_dora, target: target_modules, saved: modules_to_save ?? undefined })

export function announce({ args, data, plan, ground, adapter, report }: Run, engine: Engine): void {
  const parameters = parameterCount(ground.config)
  const trainable = trainableIn(ground)
  const all = ground.whole === null ? parameters + trainable : parameters
  const lines = [
    `Runtime: ${engine.runtime}`,
    `Trainable parameters: ${trainable} of ${all} (${((100 * trainable) / all).toFixed(4)} %)`,
    '***** Running training *****',
    `  Num examples = ${data.examples}`,
    `  Num epochs = ${plan.epochs}`,
    `  Batch size = ${args.per_device_train_batch_size}, gradient accumulation = ${args.gradient_accumulation_steps}`,
    `  Total optimization steps = ${plan.max_steps}`,
    ...(ground.merged.length > 0 ? [`  Merged into the base: ${ground.merged.join(', ')}`] : []),
    ...(adapter?.pissa ? ['  On what PiSSA left of the base'] : []),
    ...(ground.adapter === null || adapter === null ? [] : [`  Training on with ${ground.adapter} (rank ${adapter.rank}, alpha ${adapter.alpha})`]),
    ...(ground.resume ? [`  Continuing from ${ground.resume.folder}`] : []),
  ]
  for (const line of lines) report.text(line)
}

/** transformers counts 6 operations per token and weight, embeddings left out. */
export const flosPerToken = ({ ground }: Run): number =>
  6 * (parameterCount(ground.config) - ground.config.vocab_size * ground.config.hidden_size + (ground.whole === null ? trainableIn(ground) : 0))
