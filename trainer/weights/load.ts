/** A checkpoint's parameters as TF.js tensors on the current backend, for eager runs. A graph's variables are filled by the engine instead. */
import { tensor } from '@tensorflow/tfjs-core'
import type { ModelConfig } from '@/lib/models/config'
import { type Params, buildParams } from '@/trainer/model/params'
import { openWeights } from '@/trainer/weights/index'
import { readTensor } from '@/trainer/weights/safetensors'

export function loadParams(folder: string, config: ModelConfig): Params {
  const index = openWeights(folder, config)
  return buildParams(config, ({ name, shape, transpose }) => {
    const entry = index.get(name)
    if (!entry) throw new Error(`load: ${name} is not in the index`)
    const values = readTensor(entry)
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
