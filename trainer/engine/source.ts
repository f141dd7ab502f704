/** Where a program's weights come from: a checkpoint's files, with adapters merged into them as they are read, or a seed. Headers only; the numbers are read inside the graph. */
import path from 'node:path'
import type { ModelConfig } from '@/lib/models/config'
import { runFiles } from '@/lib/run'
import { type Adapter, fileTensors } from '@/trainer/adapter/adapter'
import type { LoadedAdapter } from '@/trainer/adapter/joined'
import { loraScale } from '@/trainer/adapter/lora'
import { plainAdapters, type Principal } from '@/trainer/adapter/pissa'
import type { NamedTensor, RandomWeights } from '@/trainer/engine/types'
import { openWeights, type WeightIndex } from '@/trainer/weights/index'
import { readHeader, type TensorEntry } from '@/trainer/weights/safetensors'

/** A tensor in a file, or one that was made here. */
export type Stored = TensorEntry | NamedTensor

/** Another tensor in the place of the weight. */
export interface Replacement {
  whole: Stored
}

/** W becomes W + scale · B · A, its rows of DoRA's lengths where there are such. */
export interface Merge {
  /** [rank, in] */
  a: Stored
  /** [out, rank] */
  b: Stored
  scale: number
  /** [out] */
  lengths?: Stored
}

export interface Checkpoint {
  index: WeightIndex
  /** By the weight's name, in the order in which they are merged. */
  merges: ReadonlyMap<string, readonly (Merge | Replacement)[]>
}

export type WeightSource = Checkpoint | RandomWeights

/**
 * @param without what is taken out of the weights last
 * @throws UserError for a folder or an adapter that cannot be used
 */
export function openSource(weights: string | RandomWeights, config: ModelConfig, merged: readonly string[] = [], without: Principal | null = null): WeightSource {
  if (typeof weights !== 'string') return weights
  const merges = new Map<string, (Merge | Replacement)[]>()
  const add = ({ specs, settings, saved }: Adapter, stored: ReadonlyMap<string, Stored>, times: number) => {
    for (const { param, tensor } of times < 0 ? [] : saved) merges.set(param.name, [{ whole: stored.get(tensor.name) ?? tensor }])
    for (const { module, a, b, magnitude } of specs) {
      const [low, high] = [stored.get(a.name), stored.get(b.name)]
      if (!low || !high) throw new Error(`source: ${module} is in no adapter`)
      const lengths = times < 0 ? undefined : magnitude && stored.get(magnitude.name)
      merges.set(`${module}.weight`, [...(merges.get(`${module}.weight`) ?? []), { a: low, b: high, scale: times * loraScale(settings), lengths }])
    }
  }
  for (const [i, adapter] of plainAdapters(merged, config, weights).entries()) {
    const entries = readHeader(path.join(merged[i], runFiles.adapterWeights))
    add(adapter, adapter.specs.every(({ a }) => entries.get(a.name)?.shape[0] === a.shape[0]) ? entries : byName(adapter), 1)
  }
  if (without) add(without, byName(without), -1)
  return { index: openWeights(weights, config), merges }
}

/** What adapters hold whole, in their files. */
export function savedSource(saved: LoadedAdapter['saved']): Checkpoint {
  const entries = saved.flatMap(({ tensor: { name }, folder }): [string, TensorEntry][] => {
    const entry = readHeader(path.join(folder, runFiles.adapterWeights)).get(name)
    return entry ? [[name, entry]] : []
  })
  return { index: new Map(entries), merges: new Map() }
}

const byName = (adapter: Adapter): ReadonlyMap<string, Stored> => new Map(fileTensors(adapter).map((tensor) => [tensor.name, tensor]))
