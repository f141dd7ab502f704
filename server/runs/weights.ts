/** What the weights in a folder are, by the names of its files. */
import { configFile, weightsFile, weightsIndexFile } from '@/lib/models/files'
import { runFiles, type WeightsKind } from '@/lib/run'

/** Null where there are none. */
export function kindIn(names: readonly string[]): WeightsKind | null {
  const has = (name: string) => names.includes(name)
  if (has(runFiles.adapterConfig) && has(runFiles.adapterWeights)) return 'adapter'
  return has(configFile) && (has(weightsFile) || has(weightsIndexFile)) ? 'model' : null
}
