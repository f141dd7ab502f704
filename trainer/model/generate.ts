/** Eager generation with a growing cache: the plainest use of the transformer's incremental form. The product's generator lives in trainer/engine. */
import { type Tensor3D, concat, dispose, keep, slice, tensor1d, tidy } from '@tensorflow/tfjs-core'
import type { ModelConfig } from '@/lib/models/config'
import type { Params } from '@/trainer/model/params'
import { type SamplingRule, nextToken } from '@/trainer/model/sampling'
import { type Attend, type ForwardOptions, attentionShape, decode, logits } from '@/trainer/model/transformer'
import { cachedAttention, toHeads } from '@/trainer/ops/attention'
import { cacheBias } from '@/trainer/ops/attention-mask'

/** Keys and values so far, per layer [kv_heads, tokens, head_dim]. */
interface Cache {
  keys: Tensor3D[]
  values: Tensor3D[]
}

/** Logits of the last of `ids`, which come after what the cache holds; the cache grows by them. */
function step(params: Params, config: ModelConfig, ids: number[], past: number, cache: Cache, options: ForwardOptions): Promise<Float32Array> {
  const shape = attentionShape(config, 1)
  const heads = { rows: 1, length: ids.length, kvHeads: config.num_key_value_heads, group: 1, headDim: config.head_dim }
  const last = tidy(() => {
    const positions = tensor1d(ids.map((_, i) => past + i), 'int32')
    const grow = (all: Tensor3D[], layer: number, fresh: Tensor3D): Tensor3D => {
      const old = all[layer]
      all[layer] = keep(old ? concat([old, fresh], 1) : fresh)
      old?.dispose()
      return all[layer]
    }
    const attend: Attend = (layer, q, k, v) => {
      const keys = grow(cache.keys, layer, toHeads(k, heads).clone())
      const values = grow(cache.values, layer, toHeads(v, heads).clone())
      return cachedAttention(q, keys, values, cacheBias(positions, past + ids.length, config.windows[layer]), shape)
    }
    const input = { rows: 1, length: ids.length, ids: tensor1d(ids, 'int32'), positions, total: past + ids.length }
    const hidden = decode(params, config, input, attend, options)
    return logits(params, config, slice(hidden, [ids.length - 1, 0], [1, config.hidden_size]))
  })
  return last.data<'float32'>().finally(() => last.dispose())
}

/**
 * New token ids after a prompt, up to `count`, ending before the first of `stop`.
 * @param random numbers in [0, 1), for sampling
 */
export async function* generate(
  params: Params,
  config: ModelConfig,
  prompt: number[],
  rule: SamplingRule & { count: number; stop?: number[] },
  options: ForwardOptions = {},
  random: () => number = Math.random,
): AsyncGenerator<number> {
  const cache: Cache = { keys: [], values: [] }
  const seen = [...prompt]
  try {
    for (let fresh = prompt; seen.length < prompt.length + rule.count; fresh = seen.slice(-1)) {
      const row = await step(params, config, fresh, seen.length - fresh.length, cache, options)
      const token = nextToken(row.slice(), seen, rule, random)
      if (rule.stop?.includes(token)) return
      seen.push(token)
      yield token
    }
  } finally {
    dispose([...cache.keys, ...cache.values])
  }
}
