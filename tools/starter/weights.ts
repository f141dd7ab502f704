/** The trained tensors as a checkpoint file, in bfloat16. */
import type { NamedTensor } from '@/trainer/engine/types'
import { writeSafetensors } from '@/trainer/weights/safetensors'

export function writeWeights(file: string, tensors: readonly NamedTensor[]): void {
  writeSafetensors(file, tensors.map(({ name, shape, data }) => ({ name, shape, dtype: 'BF16' as const, read: () => data })))
}
