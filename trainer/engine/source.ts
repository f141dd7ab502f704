/** Where a program's weights come from: a checkpoint's files, with adapters merged into them as they are read, or a seed. Headers only; the numbers are read inside the graph. */
import path from 'node:path'
import type { ModelConfig } from '@/lib/models/config'
import { runFiles } from '@/lib/run'
import { readAdapter } from '@/trainer/adapter/adapter'
import { loraScale } from '@/trainer/adapter/lora'
import type { RandomWeights } from '@/trainer/engine/types'
import { openWeights, type WeightIndex } from '@/trainer/weights/index'
import { readHeader, type TensorEntry } from '@/trainer/weights/safetensors'

/** W becomes W + scale · B · A, its rows of DoRA's lengths where there are such. */
export interface Merge {
  /** [rank, in] */
  a: TensorEntry
  /** [out, rank] */
  b: TensorEntry
  scale: number
  /** [out] */
  lengths?: TensorEntry
}

export interface Checkpoint {
  index: WeightIndex
  /** By the weight's name, in the order in which they are merged. */
  merges: ReadonlyMap<string, readonly Merge[]>
}

export type WeightSource = Checkpoint | RandomWeights

/** @throws UserError for a folder or an adapter that cannot be used */
export function openSource(weights: string | RandomWeights, config: ModelConfig, merged: readonly string[] = []): WeightSource {
  if (typeof weights !== 'string') return weights
  const merges = new Map<string, Merge[]>()
  for (const folder of merged) {
    const { settings, specs } = readAdapter(folder, config)
    const entries = readHeader(path.join(folder, runFiles.adapterWeights))
    for (const { module, a, b, magnitude } of specs) {
      const [low, high] = [entries.get(a.name), entries.get(b.name)]
      if (!low || !high) throw new Error(`source: ${module} is not in ${folder}`)
      merges.set(`${module}.weight`, [...(merges.get(`${module}.weight`) ?? []), { a: low, b: high, scale: loraScale(settings), lengths: magnitude && entries.get(magnitude.name) }])
    }
  }
  return { index: openWeights(weights, config), merges }
}
