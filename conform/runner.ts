/** What the model checks ask of a loaded checkpoint, and that answered by the model code on an eager backend. */
import { getBackend } from '@tensorflow/tfjs-core'
import type { ModelConfig } from '@/lib/models/config'
import type { Batch } from '@/trainer/engine/types'
import { generate } from '@/trainer/model/generate'
import { adapterOptions, batchLogits, batchLoss, disposeParams, targetsOf } from '@/trainer/model/eager'
import { loadParams } from '@/trainer/weights/load'

export interface Runner {
  /** What computes, for the reader of a failure. */
  readonly runtime: string
  /** Logits of every position of whole rows, [rows * length * vocab]. */
  logits(batch: Batch): Promise<Float32Array>
  /** Sum of the losses at the labels, and their number. */
  loss(batch: Batch): Promise<{ loss_sum: number; tokens: number }>
  /** Greedy continuation of `count` tokens. */
  greedy(prompt: number[], count: number, repetition_penalty: number): Promise<number[]>
  dispose(): void
}

/** @param adapter an adapter's folder, or null for the base alone */
export type OpenRunner = (folder: string, config: ModelConfig, adapter: string | null) => Promise<Runner>

export const openEager: OpenRunner = async (folder, config, adapter) => {
  const params = loadParams(folder, config)
  const options = adapterOptions(adapter, config)
  return {
    runtime: `eager ${getBackend()}`,
    logits: batch => batchLogits(params, config, batch, options),
    loss: async batch => {
      const loss = batchLoss(params, config, batch, options)
      return { loss_sum: (await loss.data())[0], tokens: targetsOf(batch).rows.length }
    },
    greedy: async (prompt, count, repetition_penalty) => {
      const rule = { do_sample: false, temperature: 1, top_k: 0, top_p: 1, repetition_penalty, count }
      const tokens: number[] = []
      for await (const token of generate(params, config, prompt, rule, options)) tokens.push(token)
      return tokens
    },
    dispose: () => disposeParams(params),
  }
}
