/** A merged model's tensors as a GGUF file holds them: renamed, changed where llama.cpp wants it, in the chosen number type, made piece by piece. */
import type { ModelConfig } from '@/lib/models/config'
import type { GgufTensor } from '@/trainer/gguf/format'
import { changeOf, ggufName } from '@/trainer/gguf/layout'
import { ropeTensors } from '@/trainer/gguf/metadata'
import { type TensorType, tensorTypes } from '@/trainer/gguf/types'
import { checked } from '@/trainer/export/merge'
import { rowPieces, rowWidth, type MergedTensor } from '@/trainer/adapter/changed'

/** Vectors stay float32, and what does not divide into blocks takes float16, as llama.cpp's converter has it. */
function typeOf({ shape }: MergedTensor, type: TensorType): TensorType {
  if (shape.length === 1) return 'f32'
  return shape[1] % tensorTypes[type].block === 0 ? type : 'f16'
}

export function ggufTensors(tensors: readonly MergedTensor[], config: ModelConfig, type: TensorType): GgufTensor[] {
  const made = tensors.map((tensor): GgufTensor => {
    const own = typeOf(tensor, type)
    const { step, apply } = changeOf(tensor.name, config)
    const width = rowWidth(tensor)
    function* pieces() {
      for (const { from, count } of rowPieces(tensor, step)) {
        const values = checked(apply(tensor.rows(from, count), width), own === 'f16' ? 'F16' : 'F32', tensor.name)
        yield tensorTypes[own].encode(values)
      }
    }
    return { name: ggufName(tensor.name, config.family), shape: tensor.shape, type: own, pieces }
  })
  return [...ropeTensors(config), ...made]
}
