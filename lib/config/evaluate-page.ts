/** The form of the Evaluate & Predict screen: its settings with LLaMA Board's first values, and the configuration that they make. What the model bar says comes from there. */
import { fieldOf, type Key, keys } from '@/lib/config/fields'

/** Settings of the screen, in their order, with what a new form holds. */
export const evaluateFirst = {
  dataset_dir: 'data',
  eval_dataset: null,
  cutoff_len: 1024,
  max_samples: 100000,
  per_device_eval_batch_size: 2,
  do_eval: true,
  do_predict: true,
  max_new_tokens: 512,
  do_sample: true,
  temperature: 0.95,
  top_p: 0.7,
  seed: 42,
} as const satisfies Partial<Record<Key, unknown>>
export type EvaluateKey = keyof typeof evaluateFirst
export type EvaluateValues = Record<EvaluateKey, unknown>

/** Settings that only answers need. */
export const answerKeys = ['max_new_tokens', 'temperature', 'top_p', 'seed'] as const satisfies readonly EvaluateKey[]

/** What the model bar decides, too. */
const modelKeys = ['model_name_or_path', 'template', 'finetuning_type'] as const satisfies readonly Key[]

export interface EvaluateForm {
  values: EvaluateValues
  /** Adapter folders; none for the base model. */
  adapters: readonly string[]
  output_dir: string
}

const rawOf = (key: Key, value: unknown): unknown => (value === '' && fieldOf(key).default === null ? null : value)

/** Raw settings for the schema, the server and the preview. */
export function evaluateArgs({ values, adapters, output_dir }: EvaluateForm, model: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const defaults = Object.fromEntries(keys.map((key) => [key, fieldOf(key).default]))
  const own = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, rawOf(key as EvaluateKey, value)]))
  const fromBar = Object.fromEntries(modelKeys.map((key) => [key, rawOf(key, model[key])]))
  return { ...defaults, ...fromBar, ...own, stage: 'sft', ...(adapters.length === 0 ? {} : { adapter_name_or_path: adapters, finetuning_type: 'lora' }), predict_with_generate: values.do_predict === true, output_dir }
}
