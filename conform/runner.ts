/** What the model checks ask of a loaded checkpoint and of a training, and who answers: the runtime that this machine's set-up chose. */
import { setBackend } from '@tensorflow/tfjs-core'
import type { ModelConfig } from '@/lib/models/config'
import { labelCount } from '@/trainer/engine/batch'
import { joinAdapters } from '@/trainer/adapter/joined'
import type { Batch, Engine, EngineSpec } from '@/trainer/engine/types'
import { generate } from '@/trainer/model/generate'
import { adapterSide, batchLogits, batchLoss, createEagerEngine, disposeParams } from '@/trainer/model/eager'
import { readRuntime } from '@/trainer/runtime-file'
import { buildParams } from '@/trainer/model/params'
import { loadTensors } from '@/trainer/weights/load'

export interface Runner {
  /** Logits of every position of whole rows, [rows * length * vocab]. */
  logits(batch: Batch): Promise<Float32Array>
  /** Sum of the losses at the labels, and their number. */
  loss(batch: Batch): Promise<{ loss_sum: number; tokens: number }>
  /** Greedy continuation of `count` tokens. */
  greedy(prompt: number[], count: number, repetition_penalty: number): Promise<number[]>
  dispose(): void
}

/** An engine for a trajectory. */
export type OpenEngine = (spec: EngineSpec & { weights: string }) => Promise<Engine>

/** @param adapters folders of adapters; none for the base alone */
export type OpenRunner = (folder: string, config: ModelConfig, adapters: readonly string[]) => Promise<Runner>

/** Answers from the model code on the current eager backend. */
export const openEager: OpenRunner = async (folder, config, adapters) => {
  const base = loadTensors(folder, config)
  const { options, saved } = adapterSide(joinAdapters(adapters, config, folder))
  const params = buildParams(config, base, ({ name }) => saved.get(name))
  return {
    logits: batch => batchLogits(params, config, batch, options),
    loss: async batch => {
      const loss = batchLoss(params, config, batch, options)
      return { loss_sum: (await loss.data())[0], tokens: labelCount(batch) }
    },
    greedy: async (prompt, count, repetition_penalty) => {
      const rule = { do_sample: false, temperature: 1, top_k: 0, top_p: 1, repetition_penalty, count }
      const tokens: number[] = []
      for await (const token of generate(params, config, prompt, rule, options)) tokens.push(token)
      return tokens
    },
    dispose: () => disposeParams(buildParams(config, base)),
  }
}

export interface ModelRuntime {
  openRunner: OpenRunner
  openEngine: OpenEngine
}

export const eagerRuntime: ModelRuntime = { openRunner: openEager, openEngine: async spec => createEagerEngine(spec) }

/** The recorded graph; on a machine whose set-up found nothing native, the eager engine on WASM. */
export async function chosenRuntime(): Promise<ModelRuntime> {
  if (readRuntime()?.kind !== 'wasm') {
    const { openGraph } = await import('@/conform/graph-runner')
    const { createEngine } = await import('@/trainer/engine/engine')
    return { openRunner: openGraph, openEngine: createEngine }
  }
  await import('@tensorflow/tfjs-backend-wasm')
  await setBackend('wasm')
  return eagerRuntime
}
