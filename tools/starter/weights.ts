/** The trained tensors as a checkpoint file: Hugging Face's names and layouts, in bfloat16. */
import type { ModelConfig } from '@/lib/models/config'
import type { NamedTensor } from '@/trainer/engine/types'
import { paramSpecs } from '@/trainer/model/params'
import { transposed } from '@/trainer/weights/load'
import { writeSafetensors } from '@/trainer/weights/safetensors'

/** The engine hands linears out as it keeps them, [in, out]; a file holds them [out, in]. */
export function fileLayout(tensors: readonly NamedTensor[], config: ModelConfig): NamedTensor[] {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]))
  return paramSpecs(config).map(({ name, shape, transpose }) => {
    const tensor = byName.get(name)
    const expected = transpose ? [...shape].reverse() : shape
    if (!tensor || tensor.shape.join() !== expected.join()) throw new Error(`${name} is [${tensor?.shape.join(', ')}], not [${expected.join(', ')}]`)
    return { name, shape, data: transpose ? transposed(tensor.data, tensor.shape[0], tensor.shape[1]) : tensor.data }
  })
}

export function writeWeights(file: string, tensors: readonly NamedTensor[], config: ModelConfig): void {
  const inFile = fileLayout(tensors, config)
  writeSafetensors(file, inFile.map(({ name, shape, data }) => ({ name, shape, dtype: 'BF16' as const, read: () => data })))
}
