/** The name of what computes, for the board, the logs and the benchmarks. Choosing and installing it is scripts/native's. */
import { loadNative } from '@/trainer/graph/native'
import { readRuntime } from '@/trainer/runtime-file'

export function runtimeName(dtype: 'float32' | 'bfloat16'): string {
  return `TensorFlow ${loadNative().backend.binding.TF_Version} graph${readRuntime()?.kind === 'cuda' ? ' on CUDA' : ''}, ${dtype}`
}
