/** A model as it is with adapters merged into it, one after the other. What its pieces are written to is merge.ts's and gguf/'s. */
import type { ModelConfig } from '@/lib/models/config'
import type { Adapter } from '@/trainer/adapter/adapter'
import { adapterChanges, changedTensors, lengthsOf, type MergedTensor, rowPieces } from '@/trainer/adapter/changed'
import { plainAdapters, type Principal } from '@/trainer/adapter/pissa'

/**
 * All tensors of the model in `folder`, in the order of the forward pass.
 * @param adapters their folders; none leaves the base as it is
 * @param without what is taken out of it afterwards
 */
export function mergedTensors(folder: string, config: ModelConfig, adapters: readonly string[], without: Principal | null = null): MergedTensor[] {
  const changes = plainAdapters(adapters, config, folder).map((adapter) => adapterChanges(adapter))
  return changedTensors(folder, config, without === null ? changes : [...changes, adapterChanges(without, { bare: true, times: -1 })])
}

/**
 * Lengths of the rows of linears' weights, as they are once the adapters are merged.
 * @param adapters as they stand on the base
 * @param bareLast whether the last of them is without its own lengths
 */
export function rowLengths(folder: string, config: ModelConfig, adapters: readonly Adapter[], bareLast = false): (module: string) => Float32Array {
  const changes = adapters.map((adapter, i) => adapterChanges(adapter, { bare: bareLast && i === adapters.length - 1 }))
  const all = new Map(changedTensors(folder, config, changes).map((tensor) => [tensor.name, tensor]))
  return (module) => {
    const tensor = all.get(`${module}.weight`)
    if (!tensor) throw new Error(`merged: there is no linear ${module}`)
    const lengths = new Float32Array(tensor.shape[0])
    for (const { from, count } of rowPieces(tensor)) lengths.set(lengthsOf(tensor.rows(from, count), tensor.shape[1]), from)
    return lengths
  }
}
