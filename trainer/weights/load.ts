/** A checkpoint's parameters, with adapters merged into them, as TF.js tensors on the current backend, for eager runs. A graph's variables are filled by the engine instead. */
import { tensor } from '@tensorflow/tfjs-core'
import type { ModelConfig } from '@/lib/models/config'
import { type GetTensor, paramSpecs } from '@/trainer/model/params'
import { mergedTensors } from '@/trainer/adapter/merged'
import type { Principal } from '@/trainer/adapter/pissa'

/** All of them at once, in memory layout. */
export function loadTensors(folder: string, config: ModelConfig, merged: readonly string[] = [], without: Principal | null = null): GetTensor {
  const specs = new Map(paramSpecs(config).map((spec) => [spec.name, spec]))
  const tensors = new Map(mergedTensors(folder, config, merged, without).map(({ name, shape, rows }) => {
    const values = rows(0, shape[0])
    return [name, specs.get(name)?.transpose ? tensor(transposed(values, shape[0], shape[1]), [shape[1], shape[0]]) : tensor(values, shape)]
  }))
  return ({ name }) => {
    const found = tensors.get(name)
    if (!found) throw new Error(`load: ${name} is not in the index`)
    return found
  }
}

/** [rows, columns] → [columns, rows] */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length)
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c]
  }
  return out
}
