/** A checkpoint's parameters, with adapters merged into them, as TF.js tensors on the current backend, for eager runs. A graph's variables are filled by the engine instead. */
import { tensor } from '@tensorflow/tfjs-core'
import type { ModelConfig } from '@/lib/models/config'
import { type Params, buildParams } from '@/trainer/model/params'
import { mergedTensors } from '@/trainer/adapter/merged'

export function loadParams(folder: string, config: ModelConfig, merged: readonly string[] = []): Params {
  const tensors = new Map(mergedTensors(folder, config, merged).map((one) => [one.name, one]))
  return buildParams(config, ({ name, shape, transpose }) => {
    const found = tensors.get(name)
    if (!found) throw new Error(`load: ${name} is not in the index`)
    const values = found.rows(0, shape[0])
    return transpose ? tensor(transposed(values, shape[0], shape[1]), [shape[1], shape[0]]) : tensor(values, shape)
  })
}

/** [rows, columns] → [columns, rows] */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length)
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c]
  }
  return out
}
