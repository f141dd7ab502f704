/** The model checks' runner on the recorded graph: the product's own generator, and programs for logits and losses recorded per batch shape. */
import { type Tensor, type Tensor1D, reshape } from '@tensorflow/tfjs-core'
import type { OpenRunner } from '@/conform/runner'
import type { ModelConfig } from '@/lib/models/config'
import { joinAdapters } from '@/trainer/adapter/joined'
import { paramsIn } from '@/trainer/engine/base'
import { inputFeeds, isPacked, labelFeeds } from '@/trainer/engine/batch'
import { FrozenWeights } from '@/trainer/engine/frozen'
import { createGenerator } from '@/trainer/engine/generator'
import { openSource } from '@/trainer/engine/source'
import type { Batch } from '@/trainer/engine/types'
import { type InputSpec, Program } from '@/trainer/graph/program'
import { Session } from '@/trainer/graph/session'
import { adapterSide } from '@/trainer/model/eager'
import { paramSpecs } from '@/trainer/model/params'
import { forward, logits } from '@/trainer/model/transformer'
import { crossEntropy } from '@/trainer/ops/cross-entropy'
import { gatherRows } from '@/trainer/ops/gather-rows'

export const openGraph: OpenRunner = async (folder, config, adapters) => {
  return {
    logits: async batch => run(folder, config, adapters, batch, 'logits').values,
    loss: async batch => {
      const { values, tokens } = run(folder, config, adapters, batch, 'loss')
      return { loss_sum: values[0], tokens }
    },
    greedy: async (prompt, count, repetition_penalty) => {
      const generator = await createGenerator({ config, weights: folder, adapters, dtype: 'float32', max_length: prompt.length + count })
      const rule = { do_sample: false, temperature: 1, top_k: 0, top_p: 1, repetition_penalty, seed: 0, max_new_tokens: count }
      const tokens: number[] = []
      try {
        const side = adapters.length === 0 ? 'base' : 'adapter'
        for await (const token of generator.generate(prompt, { ...rule, stop_ids: [], side, signal: new AbortController().signal })) tokens.push(token)
      } finally {
        generator.dispose()
      }
      return tokens
    },
    dispose: () => {},
  }
}

/** Loads the base, records one program for this batch's shape (adapters' tensors are constants of it), and runs it. */
function run(folder: string, config: ModelConfig, adapters: readonly string[], batch: Batch, output: 'logits' | 'loss'): { values: Float32Array; tokens: number } {
  const program = new Program('float32')
  const frozen = new FrozenWeights(program, paramSpecs(config), openSource(folder, config))
  frozen.define(program)
  const { rows, length } = batch
  const int: InputSpec = { dtype: 'int32', shape: [rows * length] }
  const inputs: Record<string, InputSpec> = { ids: int }
  if (isPacked(batch)) Object.assign(inputs, { positions: int, segments: int })
  if (output === 'loss') Object.assign(inputs, { places: int, targets: int, weights: { dtype: 'float32', shape: [rows * length] } })
  program.define(output, inputs, (scope, given) => {
    const x = given as Record<string, Tensor1D>
    const { options, saved } = adapterSide(joinAdapters(adapters, config, folder))
    const params = paramsIn(scope, config, frozen, { saved })
    const input = { rows, length, ids: x.ids, positions: x.positions ?? null, segments: x.segments ?? null }
    const hidden = forward(params, config, input, options)
    const value: Tensor = output === 'logits'
      ? reshape(logits(params, config, hidden), [-1])
      : crossEntropy(gatherRows(hidden, x.places), params.head, x.targets, x.weights, { softcap: config.logit_softcap })
    return { value }
  })
  const session = Session.open(program)
  try {
    const { feeds, tokens } = labelFeeds(batch, rows * length)
    frozen.load(session)
    return { values: session.run(output, { ...inputFeeds(batch), ...feeds }).value as Float32Array, tokens }
  } finally {
    session.close()
  }
}
