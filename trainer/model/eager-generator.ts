/** The generator's contract on any eager TF.js backend, in float32: for machines where nothing native runs, and to check the recorded one against. */
import { dispose, getBackend } from '@tensorflow/tfjs-core'
import type { ModelConfig } from '@/lib/models/config'
import type { Generator } from '@/trainer/engine/types'
import { adapterOptions, disposeParams } from '@/trainer/model/eager'
import { generate } from '@/trainer/model/generate'
import { sequence, streamOf } from '@/trainer/random'
import { loadParams } from '@/trainer/weights/load'

export interface EagerGeneratorSpec {
  config: ModelConfig
  /** Checkpoint folder. */
  weights: string
  /** Adapter folder, or null for the base alone. */
  adapter: string | null
  /** Longest prompt plus answer, in tokens. */
  max_length: number
}

export function createEagerGenerator({ config, weights, adapter, max_length }: EagerGeneratorSpec): Generator {
  const params = loadParams(weights, config)
  const options = adapterOptions(adapter, config)
  return {
    runtime: `eager ${getBackend()}`,
    async *generate(promptIds, { stop_ids, side, signal, seed, max_new_tokens, ...rule }) {
      const random = sequence(seed < 0 ? Math.floor(Math.random() * 2 ** 32) : seed, streamOf('sampling'))
      const count = Math.min(max_new_tokens, max_length - promptIds.length)
      for await (const token of generate(params, config, promptIds, { ...rule, count, stop: stop_ids }, side === 'adapter' ? options : {}, random)) {
        if (signal.aborted) return
        yield token
      }
    },
    dispose: () => {
      disposeParams(params)
      dispose(Object.values(options.lora?.weights ?? {}).flatMap(({ a, b }) => [a, b]))
    },
  }
}
