/** Tensors of the model itself that an adapter trains and holds whole: PEFT's `modules_to_save`, LLaMA-Factory's `additional_target`. */
import path from 'node:path'
import { UserError } from '@/lib/errors'
import type { ModelConfig } from '@/lib/models/config'
import { runFiles } from '@/lib/run'
import { type Change, changedTensors } from '@/trainer/adapter/changed'
import type { NamedTensor } from '@/trainer/engine/types'
import { embeddingName, type ParamSpec, paramSpecs } from '@/trainer/model/params'
import { readHeader } from '@/trainer/weights/safetensors'

export interface SavedTensor {
  /** What of the model it takes the place of. */
  param: ParamSpec
  /** By its name in PEFT's files, in the file's layout. */
  tensor: NamedTensor
}

export const savedName = (param: string): string => `base_model.model.${param}`

/** All that may be saved: of a model whose head is its embedding the head too, which then is one of its own. */
const savable = (config: ModelConfig): ParamSpec[] => paramSpecs({ ...config, tied: false })

/** "model.layers.0.mlp.up_proj.weight": model, model.layers, model.layers.0, … up to the linear. */
function modulesOf(param: string): string[] {
  const parts = param.split('.').slice(0, -1)
  return parts.map((_, i) => parts.slice(0, i + 1).join('.'))
}

/**
 * The tensors of the modules that `names` mean: every one whose path ends with a name (PEFT's `ModulesToSaveWrapper`, so that `norm` means all norms of a Llama).
 * @throws UserError for a name that no module has
 */
export function savedParams(config: ModelConfig, names: readonly string[]): ParamSpec[] {
  const unknown = names.find((name) => meantBy(config, [name]).length === 0)
  if (unknown === undefined) return meantBy(config, names)
  const parts = savable(config).flatMap(({ name }) => modulesOf(name)).map((module) => module.split('.').at(-1) ?? '')
  const options = [...new Set(parts)].filter((name) => !/^(model|layers|\d+)$/.test(name))
  throw new UserError('not_an_option', { key: 'additional_target', value: unknown, options: options.join(', ') }, 'additional_target')
}

const meantBy = (config: ModelConfig, names: readonly string[]): ParamSpec[] => savable(config).filter(({ name: param }) => modulesOf(param).some((module) => names.some((name) => module.endsWith(name))))

/** @throws UserError for a linear that gets a low-rank update and is to be trained whole */
export function checkApart(targets: readonly { module: string }[], saved: readonly ParamSpec[]): void {
  const whole = new Set(saved.map(({ name }) => name))
  const twice = targets.find(({ module }) => whole.has(`${module}.weight`))
  if (twice !== undefined) throw new UserError('module_trained_twice', { module: twice.module }, 'additional_target')
}

/** The first tensor that should be in an adapter's file and is not; null where all are there. */
export const lostAmong = (found: ReadonlyMap<string, NamedTensor>, config: ModelConfig, names: readonly string[]): string | null =>
  meantBy(config, names).map(({ name }) => savedName(name)).find((name) => !found.has(name)) ?? null

/** Those of an adapter's file; what is not one of them stays in `found`. */
export function takeSaved(found: Map<string, NamedTensor>, config: ModelConfig): SavedTensor[] {
  return savable(config).flatMap((param) => {
    const tensor = found.get(savedName(param.name))
    if (tensor === undefined) return []
    found.delete(tensor.name)
    return [{ param, tensor }]
  })
}

/** What the adapter in `folder` holds whole, by its file's header. */
export function savedHeld(folder: string, config: ModelConfig): ParamSpec[] {
  const entries = readHeader(path.join(folder, runFiles.adapterWeights))
  return savable(config).filter(({ name }) => entries.has(savedName(name)))
}

/** As they are in the model in `folder`, once it is changed: what their training begins with. */
export function savedAtStart(params: readonly ParamSpec[], folder: string, config: ModelConfig, changes: readonly Map<string, Change>[]): SavedTensor[] {
  if (params.length === 0) return []
  const all = new Map(changedTensors(folder, config, changes).map((tensor) => [tensor.name, tensor]))
  return params.map((param) => {
    // A head that is not in the files is the embedding.
    const tensor = all.get(param.name) ?? all.get(embeddingName)
    if (!tensor) throw new Error(`saved: there is no ${param.name}`)
    return { param, tensor: { name: savedName(param.name), shape: param.shape, data: tensor.rows(0, tensor.shape[0]) } }
  })
}
