/**
 * A model folder's weights: which tensor lies where, in one file or in shards, with every tensor accounted for against the architecture. Reads
 * headers only; the numbers are read when they are needed.
 */
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { type FaultValue, problem, UserError } from '@/lib/errors'
import { type ModelConfig, modelConfig } from '@/lib/models/config'
import { configFile, weightsFile, weightsIndexFile } from '@/lib/models/files'
import { readJson } from '@/trainer/json-file'
import { headName, type ParamSpec, paramSpecs } from '@/trainer/model/params'
import { type TensorEntry, readHeader } from '@/trainer/weights/safetensors'

export type WeightIndex = Map<string, TensorEntry>

const shardIndexSchema = z.object({ weight_map: z.record(z.string(), z.string()) })

/** Buffers that old checkpoints hold and that follow from config.json. */
const derived = /(^|\.)rotary_emb\.inv_freq$/

/**
 * config.json of a model folder.
 * @throws UserError when the folder or the file is not there, or cannot be used
 */
export function readModelConfig(folder: string): ModelConfig {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new UserError('model_path_missing', { path: folder }, 'model_name_or_path')
  const file = path.join(folder, configFile)
  if (!existsSync(file)) throw new UserError('model_config_missing', { path: folder }, 'model_name_or_path')
  return modelConfig(readJson(file, reason => new UserError('model_config_invalid', { path: folder, problem: reason }, 'model_name_or_path')), folder)
}

/**
 * Where each of the architecture's tensors lies.
 * @throws UserError naming the tensor that is missing, extra or misshapen, or the file that is missing or damaged
 */
export function openWeights(folder: string, config: ModelConfig): WeightIndex {
  const found = existsSync(path.join(folder, weightsFile)) ? readHeader(path.join(folder, weightsFile)) : readShards(folder)
  return accountFor(found, paramSpecs(config), config, folder)
}

function readShards(folder: string): WeightIndex {
  const file = path.join(folder, weightsIndexFile)
  if (!existsSync(file)) throw new UserError('model_weights_missing', { path: folder }, 'model_name_or_path')
  const damaged = (reason: FaultValue): UserError => new UserError('model_weights_damaged', { path: file, problem: reason }, 'model_name_or_path')
  const parsed = shardIndexSchema.safeParse(readJson(file, damaged))
  if (!parsed.success) throw damaged(problem('weights_map'))
  const map = parsed.data.weight_map
  const all: WeightIndex = new Map()
  for (const shard of new Set(Object.values(map))) {
    if (path.basename(shard) !== shard) throw damaged(problem('weights_place', { file: shard }))
    for (const [name, entry] of readHeader(path.join(folder, shard))) {
      if (all.has(name)) throw damaged(problem('weights_twice', { tensor: name }))
      all.set(name, entry)
    }
  }
  const lost = Object.keys(map).find(name => !all.has(name))
  if (lost !== undefined) throw damaged(problem('weights_lost', { tensor: lost, file: map[lost] }))
  return all
}

function accountFor(found: WeightIndex, specs: ParamSpec[], config: ModelConfig, folder: string): WeightIndex {
  const used: WeightIndex = new Map()
  for (const { name, shape } of specs) {
    const entry = found.get(name)
    if (!entry) throw new UserError('tensor_missing', { path: folder, tensor: name }, 'model_name_or_path')
    if (entry.shape.join() !== shape.join()) {
      throw new UserError('tensor_shape', { path: folder, tensor: name, found: `[${entry.shape.join(', ')}]`, expected: `[${shape.join(', ')}]` }, 'model_name_or_path')
    }
    used.set(name, entry)
  }
  // A tied head is often stored all the same; it is the embedding.
  const ignorable = (name: string): boolean => derived.test(name) || (config.tied && name === headName)
  const extra = [...found.keys()].find(name => !used.has(name) && !ignorable(name))
  if (extra !== undefined) throw new UserError('tensor_extra', { path: folder, tensor: extra }, 'model_name_or_path')
  return used
}
