/**
 * A model whose own tensors are trained, as a Hugging Face folder like its base's: what is trained in float32, the rest in the type that is computed in, as the
 * reference saves them (it raises what it trains to float32), and config.json names the type of the first.
 */
import type { NamedTensor } from '@/trainer/engine/types'
import { rowPieces } from '@/trainer/adapter/changed'
import { mergedTensors } from '@/trainer/adapter/merged'
import { storedAs, writingModel } from '@/trainer/export/merge'
import { drained } from '@/trainer/steps'
import { openWeights, readModelConfig } from '@/trainer/weights/index'
import { readTensor, type TensorSource } from '@/trainer/weights/safetensors'

export interface WholeModel {
  /** Folder of the base. */
  model: string
  output: string
  /** In the files' layouts. */
  trained: readonly NamedTensor[]
  dtype: 'float32' | 'bfloat16'
}

export function writeWholeModel({ model, output, trained, dtype }: WholeModel): void {
  const own = new Map(trained.map((tensor) => [tensor.name, tensor]))
  const sources = mergedTensors(model, readModelConfig(model), []).map((base): TensorSource => {
    const tensor = own.get(base.name)
    if (tensor) return { name: base.name, shape: base.shape, dtype: 'F32', read: () => tensor.data }
    function* read() {
      for (const { from, count } of rowPieces(base)) yield base.rows(from, count)
    }
    return { name: base.name, shape: base.shape, dtype: storedAs[dtype], read }
  })
  drained(writingModel({ model, output, sources, dtype: sources[0].dtype === 'F32' ? 'float32' : dtype }))
}

/** The tensors of those names, in the files' layouts. @throws UserError for a folder that does not hold this model */
export function readWholeModel(folder: string, names: ReadonlySet<string>): NamedTensor[] {
  return [...openWeights(folder, readModelConfig(folder))].filter(([name]) => names.has(name)).map(([name, entry]) => ({ name, shape: entry.shape, data: readTensor(entry) }))
}
