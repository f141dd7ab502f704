/**
 * Adapter folders in PEFT's format: adapter_config.json and adapter_model.safetensors. Reads what this project can compute exactly and refuses
 * the rest by name; how an adapter is trained is elsewhere.
 */
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { schemaProblem } from '@/lib/causes'
import { type FaultValue, type Problem, problem, UserError } from '@/lib/errors'
import type { ModelConfig } from '@/lib/models/config'
import { runFiles } from '@/lib/run'
import type { NamedTensor } from '@/trainer/engine/types'
import { writeWhole } from '@/trainer/files'
import { readJson } from '@/trainer/json-file'
import { type LoraSpec, loraSpecs, tensorsOf } from '@/trainer/adapter/lora'
import { lostAmong, type SavedTensor, takeSaved } from '@/trainer/adapter/saved'
import { type LinearSpec, linearSpecs } from '@/trainer/model/params'
import { encodeSafetensors, readSafetensors } from '@/trainer/weights/safetensors'

export interface AdapterSettings {
  rank: number
  alpha: number
  dropout: number
  use_rslora: boolean
  use_dora: boolean
  /** How PEFT says that it stands on what PiSSA left of its base (pissa.ts); null where it does not. */
  pissa?: string | null
  /** Last parts of module names, as PEFT lists them. */
  target_modules: string[]
  /** Names of the modules that are held whole beside them, as PEFT lists them; absent or null: none. */
  modules_to_save?: string[] | null
  base_model_name_or_path: string | null
}

export interface Adapter {
  settings: AdapterSettings
  specs: LoraSpec[]
  /** In the order of `specs`, and within one of `tensorsOf`. */
  tensors: NamedTensor[]
  /** What it holds whole. */
  saved: SavedTensor[]
}

/** What is read of adapter_config.json. The switches below it change the computation, so each must be off. */
const configSchema = z.looseObject({
  peft_type: z.literal('LORA'),
  r: z.number().int().positive(),
  lora_alpha: z.number(),
  lora_dropout: z.number().min(0).max(1).default(0),
  use_rslora: z.boolean().nullish(),
  use_dora: z.boolean().nullish(),
  init_lora_weights: z.union([z.boolean(), z.string()]).nullish(),
  target_modules: z.union([z.array(z.string()), z.string()]).nullish(),
  modules_to_save: z.array(z.string()).nullish(),
  base_model_name_or_path: z.string().nullish(),
})

/** Keys of PEFT's LoraConfig that mean another computation than W + s · B · A on whole linears, or DoRA's. `bias` is apart: its off is "none". */
const switches = [
  'use_qalora', 'use_bdlora', 'lora_bias', 'fan_in_fan_out', 'rank_pattern', 'alpha_pattern', 'layer_replication',
  'target_parameters', 'trainable_token_indices', 'alora_invocation_tokens', 'arrow_config', 'megatron_config', 'velora_config', 'kasa_config', 'monteclora_config',
]

/** Ways to begin that take something out of the base: what was trained after them does not stand on the base that it names (PEFT takes it out anew as it loads). */
const changesBase = /^(olora|corda|loftq|lora_ga)/
/** PiSSA with exact singular vectors, which can be found anew, and with near ones by a randomised method (`_niter_N`), which only the adapter's beginning tells. */
export const exactPissa = 'pissa'
const pissa = /^pissa(_niter_\d+)?$/

/** Where PiSSA's beginning may lie: in the folder itself, or in the run's when it is a checkpoint. */
export const pissaPlaces = (folder: string): string[] =>
  [folder, path.dirname(path.resolve(folder))].map((place) => path.join(place, runFiles.pissaInit)).filter((place) => existsSync(path.join(place, runFiles.adapterWeights)))

const isOff = (value: unknown): boolean =>
  value === undefined || value === null || value === false || (typeof value === 'object' && Object.keys(value).length === 0)

/**
 * @throws UserError when a file is missing or damaged, a setting is not understood, or the tensors do not fit the base model
 */
export function readAdapter(folder: string, config: ModelConfig): Adapter {
  const settings = readAdapterSettings(folder)
  const found = new Map(readSafetensors(path.join(folder, runFiles.adapterWeights)).map(t => [t.name, t]))
  const specs = loraSpecs(targetsIn(found, config), settings.rank, settings.use_dora)
  const mismatch = (reason: Problem): UserError => new UserError('adapter_base_mismatch', { path: folder, problem: reason }, 'adapter_name_or_path')
  const fitting = (tensor: NamedTensor, shape: readonly number[]): NamedTensor => {
    if (tensor.shape.join() !== shape.join()) throw mismatch(problem('adapter_shape', { tensor: tensor.name, found: `[${tensor.shape.join(', ')}]`, wanted: `[${shape.join(', ')}]` }))
    return tensor
  }
  const tensors = specs.flatMap(tensorsOf).map(({ name, shape }) => {
    const tensor = found.get(name)
    if (!tensor) throw mismatch(problem('adapter_lacks', { tensor: name }))
    found.delete(name)
    return fitting(tensor, shape)
  })
  const lost = lostAmong(found, config, settings.modules_to_save ?? [])
  if (lost !== null) throw mismatch(problem('adapter_lacks', { tensor: lost }))
  const saved = takeSaved(found, config)
  for (const { param, tensor } of saved) fitting(tensor, param.shape)
  const extra = found.keys().next().value
  if (extra !== undefined) throw mismatch(problem('adapter_extra', { tensor: extra }))
  if (specs.length === 0) throw mismatch(problem('adapter_empty'))
  return { settings, specs, tensors, saved }
}

/** All that its file holds. */
export const fileTensors = ({ tensors, saved }: Pick<Adapter, 'tensors' | 'saved'>): NamedTensor[] => [...tensors, ...saved.map(({ tensor }) => tensor)]

/** adapter_config.json alone, for those who only need to know what an adapter is. */
export function readAdapterSettings(folder: string): AdapterSettings {
  const file = path.join(folder, runFiles.adapterConfig)
  if (!existsSync(file) || !existsSync(path.join(folder, runFiles.adapterWeights))) throw new UserError('adapter_missing', { path: folder }, 'adapter_name_or_path')
  const invalid = (reason: FaultValue): UserError => new UserError('adapter_config_invalid', { path: file, problem: reason }, 'adapter_name_or_path')
  const raw = readJson(file, invalid)
  const parsed = configSchema.safeParse(raw)
  if (!parsed.success) throw invalid(schemaProblem(parsed.error, raw))
  const on = switches.find(key => !isOff(parsed.data[key]))
  if (on !== undefined) throw invalid(problem('adapter_setting', { key: on, found: JSON.stringify(parsed.data[on]) }))
  const begun = parsed.data.init_lora_weights
  if (typeof begun === 'string' && changesBase.test(begun)) throw invalid(problem('adapter_setting', { key: 'init_lora_weights', found: JSON.stringify(begun) }))
  const own = typeof begun === 'string' && pissa.test(begun) ? begun : null
  if (own !== null && own !== exactPissa && pissaPlaces(folder).length === 0) throw beginningMissing(folder, own)
  const bias = parsed.data.bias ?? 'none'
  if (bias !== 'none') throw invalid(problem('adapter_bias', { found: JSON.stringify(bias) }))
  const { r, lora_alpha, lora_dropout, use_rslora, use_dora, target_modules, modules_to_save, base_model_name_or_path } = parsed.data
  return {
    rank: r,
    alpha: lora_alpha,
    dropout: lora_dropout,
    use_rslora: use_rslora ?? false,
    use_dora: use_dora ?? false,
    pissa: own,
    target_modules: [target_modules ?? []].flat(),
    modules_to_save: modules_to_save ?? null,
    base_model_name_or_path: base_model_name_or_path ?? null,
  }
}

/** @param found how it says that it began */
export const beginningMissing = (folder: string, found: string): UserError => {
  const reason = problem('adapter_beginning', { found, folder: runFiles.pissaInit, converted: runFiles.pissaConverted })
  return new UserError('adapter_config_invalid', { path: path.join(folder, runFiles.adapterConfig), problem: reason }, 'adapter_name_or_path')
}

/** The linears that the file holds tensors for: what an adapter has says more than its target_modules, which may be a pattern. */
function targetsIn(found: Map<string, NamedTensor>, config: ModelConfig): LinearSpec[] {
  return linearSpecs(config).filter(linear => loraSpecs([linear], 1).some(({ a, b }) => found.has(a.name) || found.has(b.name)))
}

/** Writes both files; PEFT and LLaMA-Factory load the folder as it is. */
export function writeAdapter(folder: string, settings: AdapterSettings, tensors: NamedTensor[]): void {
  mkdirSync(folder, { recursive: true })
  const config = {
    alpha_pattern: {},
    auto_mapping: null,
    base_model_name_or_path: settings.base_model_name_or_path,
    bias: 'none',
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: settings.pissa ?? true,
    layer_replication: null,
    layers_pattern: null,
    layers_to_transform: null,
    lora_alpha: settings.alpha,
    lora_dropout: settings.dropout,
    modules_to_save: settings.modules_to_save?.length ? [...settings.modules_to_save].sort() : null,
    peft_type: 'LORA',
    r: settings.rank,
    rank_pattern: {},
    revision: null,
    target_modules: [...settings.target_modules].sort(),
    task_type: 'CAUSAL_LM',
    use_dora: settings.use_dora,
    use_rslora: settings.use_rslora,
  }
  writeWhole(path.join(folder, runFiles.adapterWeights), encodeSafetensors(tensors))
  writeWhole(path.join(folder, runFiles.adapterConfig), `${JSON.stringify(config, null, 2)}\n`)
}
