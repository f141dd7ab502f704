/**
 * Whether TensorFlow hands the graph to XLA, which fuses what stands between the matrix products. On an H200 that halves the step of a 6 B model
 * (docs/gpu.md), and compiles for a minute first; so it is for large models on a GPU. It must be said before TensorFlow is loaded.
 */
import type { ModelConfig } from '@/lib/models/config'
import type { RuntimeKind } from '@/lib/runtime'
import { parameterCount } from '@/trainer/model/params'

/** Below this many parameters a run is over, or nearly, when XLA would be ready. */
const worthwhile = 1e9

/** Sets TF_XLA_FLAGS, unless the user has. */
export function fuseOnGpu(config: ModelConfig, kind: RuntimeKind | undefined, env: NodeJS.ProcessEnv = process.env): void {
  if (kind === 'cuda' && parameterCount(config) >= worthwhile) env.TF_XLA_FLAGS ??= '--tf_xla_auto_jit=2'
}
