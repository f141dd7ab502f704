/** The generator's contract on any eager TF.js backend, in float32: for machines where nothing native runs, and to check the recorded one against. */
import { getBackend } from '@tensorflow/tfjs-core'
import type { ModelConfig } from '@/lib/models/config'
import { joinAdapters } from '@/trainer/adapter/joined'
import type { Answered, AnswerOptions, Asked } from '@/trainer/engine/many'
import type { GenerateOptions, Generator } from '@/trainer/engine/types'
import { adapterSide, disposeParams, disposeSide } from '@/trainer/model/eager'
import { generate } from '@/trainer/model/generate'
import { buildParams } from '@/trainer/model/params'
import { sequence, streamOf } from '@/trainer/random'
import { loadTensors } from '@/trainer/weights/load'

export interface EagerGeneratorSpec {
  config: ModelConfig
  /** Checkpoint folder. */
  weights: string
  /** Folders of adapters; none for the base alone. */
  adapters: readonly string[]
  /** Longest prompt plus answer, in tokens. */
  max_length: number
}

/** One answer after the other: without a recorded graph, several at once would save nothing. */
async function* inTurn(generate: Generator['generate'], max_length: number, prompts: Iterable<Asked>, options: AnswerOptions): AsyncGenerator<Answered> {
  for (const { index, ids: prompt, seed } of prompts) {
    const ids: number[] = []
    for await (const id of generate(prompt, { ...options, seed })) ids.push(id)
    if (options.signal.aborted) return
    yield { index, ids, end: ids.length >= Math.min(options.max_new_tokens, max_length - prompt.length) ? 'length' : 'stop' }
  }
}

export function createEagerGenerator({ config, weights, adapters, max_length }: EagerGeneratorSpec): Generator {
  const base = loadTensors(weights, config)
  const adapted = adapterSide(joinAdapters(adapters, config, weights))
  const sides = {
    base: { params: buildParams(config, base), options: {} },
    adapter: { params: buildParams(config, base, ({ name }) => adapted.saved.get(name)), options: adapted.options },
  }
  async function* answer(promptIds: number[], { stop_ids, side, signal, seed, max_new_tokens, ...rule }: GenerateOptions): AsyncGenerator<number> {
    const random = sequence(seed < 0 ? Math.floor(Math.random() * 2 ** 32) : seed, streamOf('sampling'))
    const count = Math.min(max_new_tokens, max_length - promptIds.length)
    const { params, options } = sides[side]
    for await (const token of generate(params, config, promptIds, { ...rule, count, stop: stop_ids }, options, random)) {
      if (signal.aborted) return
      yield token
      await new Promise<void>((resolve) => setImmediate(resolve)) // lets a cancellation in
    }
  }
  return {
    runtime: `eager ${getBackend()}`,
    generate: answer,
    generateAll: (prompts, options) => inTurn(answer, max_length, prompts, options),
    dispose: () => {
      disposeParams(sides.base.params)
      disposeSide(adapted)
    },
  }
}
