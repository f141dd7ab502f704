/**
 * Rules between settings, as LLaMA-Factory (`hparams/parser.py`, `__post_init__` of its arguments) and transformers have them, and what
 * follows from several settings together. Leaves out the rules of features that this version lacks: those are refused key by key.
 */
import { UserError, type Fault } from '@/lib/errors'
import type { Key, TrainingArgs } from '@/lib/config/fields'
import { sharesFault } from '@/lib/datasets/mix'
import { followsLoss, scheduleOf } from '@/lib/schedulers'

type Rule = (args: TrainingArgs) => Fault | null

const together = (key: Key, other: string): Fault => ({ code: 'together', values: { key, other }, field: key })
const missing = (key: Key): Fault => ({ code: 'missing_key', values: { key }, field: key })

const required =
  (key: Key, when: (args: TrainingArgs) => boolean = () => true): Rule =>
  (args) =>
    args[key] === null && when(args) ? missing(key) : null

/** Whether there will be rows to evaluate on. */
const hasEvalData = (args: TrainingArgs): boolean => args.eval_dataset !== null || args.val_size > 1e-6

/** Keys that ask for an evaluation, with the value that does. */
const asksForEval = (args: TrainingArgs): [Key, string][] => [
  ...(args.do_eval ? [['do_eval', 'true'] as [Key, string]] : []),
  ...(args.do_predict ? [['do_predict', 'true'] as [Key, string]] : []),
  ...(args.eval_strategy !== 'no' ? [['eval_strategy', args.eval_strategy] as [Key, string]] : []),
  ...(args.load_best_model_at_end ? [['load_best_model_at_end', 'true'] as [Key, string]] : []),
]

const evalNeedsData: Rule = (args) => {
  const [first] = asksForEval(args)
  return first && !hasEvalData(args) ? { code: 'no_data_for_eval', values: { key: first[0], value: first[1] }, field: first[0] } : null
}

/** transformers 4 lets warmup_steps win over warmup_ratio, transformers 5 the other way round; so only one of them may be set. */
const oneWarmup: Rule = ({ warmup_ratio, warmup_steps }) =>
  warmup_ratio !== null && warmup_ratio > 0 && warmup_steps > 0 ? { code: 'exactly_one', values: { key: 'warmup_ratio', other: 'warmup_steps' }, field: 'warmup_ratio' } : null

/** -1 is transformers' "count the epochs instead"; 0 would train nothing. */
const someSteps: Rule = ({ max_steps }) => (max_steps === 0 ? { code: 'not_greater', values: { key: 'max_steps', value: 0, minimum: 0 }, field: 'max_steps' } : null)

/** LLaMA-Factory counts evaluations, not steps, whatever the key's name says. */
const stoppingNeedsEval: Rule = ({ early_stopping_steps, eval_strategy }) =>
  early_stopping_steps !== null && eval_strategy === 'no'
    ? { code: 'key_needs', values: { key: 'early_stopping_steps', value: early_stopping_steps, other: 'eval_strategy = steps' }, field: 'early_stopping_steps' }
    : null

/** What an evaluation of these stages gives is known before; other names would be found out at the first one only. */
const metricFits: Rule = ({ stage, compute_accuracy, metric_for_best_model: value }) => {
  const options = ['loss', ...(compute_accuracy && stage === 'sft' ? ['accuracy'] : [])]
  const known = value === null || !['pt', 'sft'].includes(stage) || options.includes(value.replace(/^eval_/, ''))
  return known ? null : { code: 'not_an_option', values: { key: 'metric_for_best_model', value, options: options.join(', ') }, field: 'metric_for_best_model' }
}

/** `best` saves when an evaluation is better than all before, so it always fits. */
const bestNeedsSameStrategy: Rule = (args) =>
  args.load_best_model_at_end && args.save_strategy !== 'best' && args.eval_strategy !== args.save_strategy
    ? { code: 'key_needs', values: { key: 'load_best_model_at_end', value: 'true', other: `eval_strategy = ${args.save_strategy}` }, field: 'load_best_model_at_end' }
    : null

const bestSavesNeedEval: Rule = ({ save_strategy, eval_strategy }) =>
  save_strategy === 'best' && eval_strategy === 'no' ? { code: 'key_needs', values: { key: 'save_strategy', value: 'best', other: 'eval_strategy = steps' }, field: 'save_strategy' } : null

/** Shares of a mix are for the training's datasets and for the evaluation's alike. */
const sharesFit: Rule = (args) => [args.dataset, args.eval_dataset].reduce<Fault | null>((fault, names) => fault ?? (names === null ? null : sharesFault(args, names.length)), null)

/** Streamed rows have no number that a share, a limit or an epoch could be taken of; LLaMA-Factory says the same. */
const streamRules: readonly Rule[] = [
  ({ streaming, max_steps }) => (streaming && max_steps < 0 ? { code: 'key_needs', values: { key: 'streaming', value: 'true', other: 'max_steps > 0' }, field: 'max_steps' } : null),
  ({ streaming, val_size }) => (streaming && val_size > 1e-6 && val_size < 1 ? { code: 'streaming_share', values: { key: 'val_size', value: val_size }, field: 'val_size' } : null),
  ({ streaming, max_samples }) => (streaming && max_samples !== null ? { code: 'streaming_excludes', values: { key: 'max_samples', value: max_samples }, field: 'max_samples' } : null),
  ({ streaming, tokenized_path }) => (streaming && tokenized_path !== null ? { code: 'streaming_excludes', values: { key: 'tokenized_path', value: tokenized_path }, field: 'tokenized_path' } : null),
]

/** A schedule that follows the evaluation loss needs evaluations; transformers says so, too. */
const lossNeedsEval: Rule = ({ lr_scheduler_type, eval_strategy }) =>
  followsLoss(lr_scheduler_type) && eval_strategy === 'no'
    ? { code: 'key_needs', values: { key: 'lr_scheduler_type', value: lr_scheduler_type, other: 'eval_strategy = steps' }, field: 'lr_scheduler_type' }
    : null

/** The scheduler's own settings; the number of steps does not matter for what can be wrong with them. */
const schedulerFits: Rule = (args) => {
  try {
    scheduleOf(args, 100)
    return null
  } catch (error) {
    if (error instanceof UserError) return error.fault
    throw error
  }
}

/** Losses that compare with a reference see the model without dropout, and without this noise. */
const neftuneFits: Rule = ({ neftune_noise_alpha, stage }) =>
  neftune_noise_alpha !== null && ['dpo', 'kto', 'ppo'].includes(stage)
    ? { code: 'key_needs', values: { key: 'neftune_noise_alpha', value: neftune_noise_alpha, other: 'stage = sft' }, field: 'neftune_noise_alpha' }
    : null

/** They only steer other engines, which refuse them at once. */
const pixelsFit = (key: 'image_max_pixels' | 'video_max_pixels', most: number, least: number): Fault | null =>
  most < least ? { code: 'below_minimum', values: { key, value: most, minimum: least }, field: key } : null

/** What only an adapter has (`_verify_model_args`, `FinetuningArguments.__post_init__`), with the value that asks for it. */
const onlyLora = ['adapter_name_or_path', 'additional_target', 'use_rslora', 'use_dora', 'pissa_init', 'loraplus_lr_ratio'] as const satisfies readonly Key[]

const needsLora = onlyLora.map((key): Rule => (args) =>
  args.finetuning_type === 'lora' || args[key] === null || args[key] === false ? null : { code: 'key_needs', values: { key, value: String(args[key]), other: 'finetuning_type = lora' }, field: key },
)

/** Stages that compare with the base: PiSSA leaves less than it was (`FinetuningArguments.__post_init__`). */
const pissaFits: Rule = ({ pissa_init, stage, pref_loss }) => {
  if (!pissa_init) return null
  if (stage === 'dpo') return pref_loss === 'orpo' || pref_loss === 'simpo' ? null : together('pissa_init', `pref_loss = ${pref_loss}`)
  return stage === 'kto' || stage === 'ppo' ? together('pissa_init', `stage = ${stage}`) : null
}

/** What any use of a model needs. */
const modelRules: readonly Rule[] = [required('model_name_or_path'), ...needsLora]

const trainRules: readonly Rule[] = [
  ...modelRules,
  required('dataset', (args) => args.do_train),
  required('output_dir'),
  ({ do_predict, predict_with_generate }) => (do_predict && !predict_with_generate ? { code: 'key_needs', values: { key: 'do_predict', value: 'true', other: 'predict_with_generate = true' }, field: 'do_predict' } : null),
  ({ predict_with_generate, stage }) => (predict_with_generate && stage !== 'sft' ? { code: 'key_needs', values: { key: 'predict_with_generate', value: 'true', other: 'stage = sft' }, field: 'predict_with_generate' } : null),
  (args) => (args.predict_with_generate && args.compute_accuracy ? together('compute_accuracy', 'predict_with_generate') : null),
  (args) => (args.do_train || args.do_eval || args.do_predict ? null : { code: 'nothing_to_do', values: {}, field: 'do_train' }),
  (args) => (args.bf16 && args.fp16 ? together('fp16', 'bf16') : null),
  (args) => (args.mask_history && args.train_on_prompt ? together('mask_history', 'train_on_prompt') : null),
  (args) => (args.eval_dataset !== null && args.val_size > 1e-6 ? { code: 'exactly_one', values: { key: 'val_size', other: 'eval_dataset' }, field: 'val_size' } : null),
  (args) => (args.dataset === null && args.val_size > 1e-6 ? { code: 'key_needs', values: { key: 'val_size', value: args.val_size, other: 'dataset' }, field: 'val_size' } : null),
  ({ neat_packing, stage }) => (neat_packing && stage !== 'sft' ? { code: 'key_needs', values: { key: 'neat_packing', value: 'true', other: 'stage = sft' }, field: 'neat_packing' } : null),
  neftuneFits,
  pissaFits,
  ({ dpo_label_smoothing, pref_loss, stage }) =>
    stage === 'dpo' && dpo_label_smoothing > 1e-6 && pref_loss !== 'sigmoid'
      ? { code: 'key_needs', values: { key: 'dpo_label_smoothing', value: dpo_label_smoothing, other: 'pref_loss = sigmoid' }, field: 'dpo_label_smoothing' }
      : null,
  ({ stage, pref_loss, pref_beta }) =>
    stage === 'dpo' && (pref_loss === 'ipo' || pref_loss === 'simpo') && pref_beta === 0 ? { code: 'not_greater', values: { key: 'pref_beta', value: 0, minimum: 0 }, field: 'pref_beta' } : null,
  ({ image_max_pixels, image_min_pixels }) => pixelsFit('image_max_pixels', image_max_pixels, image_min_pixels),
  ({ video_max_pixels, video_min_pixels }) => pixelsFit('video_max_pixels', video_max_pixels, video_min_pixels),
  ({ streaming, stage }) => (streaming && stage === 'kto' ? together('streaming', 'stage = kto') : null),
  sharesFit,
  ...streamRules,
  evalNeedsData,
  bestNeedsSameStrategy,
  bestSavesNeedEval,
  stoppingNeedsEval,
  metricFits,
  oneWarmup,
  someSteps,
  lossNeedsEval,
  schedulerFits,
]

/** What a configuration is for: a file of `chat` or `export` leaves out what only a training needs. */
export type Purpose = 'train' | 'chat' | 'export'

const rulesFor = {
  train: trainRules,
  chat: modelRules,
  export: [...modelRules, required('export_dir')],
} satisfies Record<Purpose, readonly Rule[]>

/** All faults between fields, in the order in which a person would fix them. */
export const ruleFaults = (args: TrainingArgs, purpose: Purpose = 'train'): Fault[] => rulesFor[purpose].flatMap((rule) => rule(args) ?? [])
