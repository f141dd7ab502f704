/**
 * LLaMA Board's own file of a form (`llamaboard_config.yaml`, or what its Save writes): `tab.element: value`, turned into settings. It holds every element, so
 * what its runner would not pass on (`webui/runner.py`, `_parse_train_args`) is left out here too. Leaves out checks: `parseArgs` makes them.
 */
import { readExtra } from '@/lib/config/extra'
import { fieldOf, isKey, keys, type Key } from '@/lib/config/fields'
import { joints } from '@/lib/config/joint'

export interface BoardSettings {
  values: Record<string, unknown>
  model_name: string
  /** JSON, as it was typed there. */
  extra_args: string
  /** Elements that stand for no setting. */
  left_out: string[]
}

/** The key that an element of LLaMA Board stands for; undefined for one that stands for none, or for several. */
export const keyOfElement = (element: string): Key | undefined => byElement.get(element) ?? (isKey(element) ? element : undefined)
const byElement = new Map(keys.flatMap((key): [string, Key][] => (fieldOf(key).element ? [[fieldOf(key).element ?? '', key]] : [])))

export const isBoardFile = (values: Readonly<Record<string, unknown>>): boolean => Object.keys(values).some((id) => /^(top|train)\./.test(id))

const stages: Readonly<Record<string, string>> = {
  'Supervised Fine-Tuning': 'sft', 'Reward Modeling': 'rm', PPO: 'ppo', DPO: 'dpo', KTO: 'kto', 'Pre-Training': 'pt',
}

type Elements = Readonly<Record<string, unknown>>
const on = (element: string) => (all: Elements) => all[element] === true
const anyOf = (element: string, ...wanted: string[]) => (all: Elements) => wanted.includes(String(all[element]))

/** As soon as rows are set aside, but in PPO. */
const evaluates = ({ val_size, training_stage }: Elements): boolean => typeof val_size === 'number' && val_size > 1e-6 && training_stage !== 'PPO'

/** Elements that count only under a condition, by the beginning of their names. */
const conditions: readonly [RegExp, (all: Elements) => boolean][] = [
  [/^freeze_trainable_layers/, (all) => all.finetuning_type === 'freeze' || (all.finetuning_type === 'lora' && all.use_llama_pro === true)],
  [/^freeze_(trainable_modules|extra)/, anyOf('finetuning_type', 'freeze')],
  [/^(lora_|loraplus|create_new|use_rslora|use_dora|use_pissa|additional_target)/, anyOf('finetuning_type', 'lora')],
  [/^(ppo_|reward_model)/, anyOf('training_stage', 'PPO')],
  [/^pref_/, anyOf('training_stage', 'DPO', 'KTO')],
  [/^val_size$/, evaluates],
  [/^quantization_method/, (all) => all.quantization_bit !== 'none'],
  [/^(galore_)/, on('use_galore')],
  [/^(apollo_)/, on('use_apollo')],
  [/^(badam_)/, on('use_badam')],
  [/^(swanlab_)/, on('use_swanlab')],
  [/^(project|trackio_space_id)$/, anyOf('report_to', 'trackio')],
]

/** Elements of the page itself, and one that its runner does not pass on. */
const ofThePage = /^(lang|hub_private_repo|model_name|hub_name|extra_args|current_time|output_dir|config_path|device_count|preview_count|page_index|preview_samples|resume_btn|progress_bar|ds_offload)$/

/** Elements whose value is written in another way than the key's. */
const spellings: Readonly<Record<string, (value: unknown, all: Elements) => Record<string, unknown>>> = {
  training_stage: (value) => ({ stage: stages[String(value)] ?? value }),
  compute_type: (value) => joints.compute_type.write(String(value)),
  booster: (value) => joints.booster.write(String(value)),
  quantization_bit: (value) => ({ quantization_bit: value === 'none' ? null : value }),
  rope_scaling: (value) => ({ rope_scaling: value === 'none' ? null : value }),
  neftune_alpha: (value) => ({ neftune_noise_alpha: value === 0 ? null : value }),
  loraplus_lr_ratio: (value) => ({ loraplus_lr_ratio: value === 0 ? null : value }),
  lora_target: (value) => ({ lora_target: value === '' ? 'all' : value }),
  use_pissa: (value) => ({ pissa_init: value, pissa_convert: value }),
  neat_packing: (value, all) => ({ neat_packing: value, packing: value === true || all.packing }),
  reward_model: (value, all) => ({ reward_model: namesOf(value).map((name) => savedIn(name, all)).join(','), reward_model_type: tunesAdapters(all) ? 'lora' : 'full', top_k: 0, top_p: 0.9 }),
  ds_stage: (value, all) => (value === 'none' ? {} : { deepspeed: `llamaboard_cache/ds_z${String(value)}_${all.ds_offload === true ? 'offload_' : ''}config.json` }),
  checkpoint_path(value, all) {
    const places = namesOf(value).map((name) => savedIn(name, all))
    if (places.length === 0) return {}
    return tunesAdapters(all) ? { adapter_name_or_path: places } : { model_name_or_path: places[0] }
  },
}

const namesOf = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).map(String).filter((name) => name !== '')

/** Methods of PEFT: their checkpoints are adapters, others' are models. */
const tunesAdapters = ({ finetuning_type }: Elements): boolean => finetuning_type === 'lora' || finetuning_type === 'oft'

const savedIn = (name: string, { model_name, finetuning_type }: Elements): string => (name.includes('/') ? name : `saves/${String(model_name)}/${String(finetuning_type)}/${name}`)

/** The last part of `tab.element`. */
const elementOf = (id: string): string => id.replace(/^(top|train)\./, '')

/** LLaMA Board evaluates as often as it saves, with batches as large as in training; also where extra arguments say how often and how large. */
function evaluation(all: Elements, extra: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { save_steps, per_device_train_batch_size } = { save_steps: all.save_steps, per_device_train_batch_size: all.batch_size, ...extra }
  return evaluates(all) ? { eval_strategy: 'steps', eval_steps: save_steps, per_device_eval_batch_size: per_device_train_batch_size } : {}
}

export function readBoardFile(raw: Readonly<Record<string, unknown>>): BoardSettings {
  const all = Object.fromEntries(Object.entries(raw).map(([id, value]) => [elementOf(id), value]))
  const counts = (element: string) => conditions.every(([name, holds]) => !name.test(element) || holds(all))
  const left_out: string[] = []
  const extra_args = typeof all.extra_args === 'string' ? all.extra_args : ''
  const extra = readExtra(extra_args)
  const values: Record<string, unknown> = { do_train: true, plot_loss: true, ...evaluation(all, extra.ok ? extra.values : {}) }
  for (const [id, value] of Object.entries(raw)) {
    const element = elementOf(id)
    const key = keyOfElement(element)
    if (ofThePage.test(element) || value === null || !counts(element)) continue
    if (element in spellings) Object.assign(values, spellings[element](value, all))
    else if (key !== undefined) values[key] = value
    else left_out.push(id)
  }
  return { values, model_name: typeof all.model_name === 'string' ? all.model_name : '', extra_args, left_out }
}
