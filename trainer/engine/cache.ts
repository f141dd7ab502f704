/** The keys and values of one conversation, in resource variables that are written in place; and the attention over them. */
import { type Tensor1D, type Tensor2D, type Tensor3D, add, engine, range, reshape, tensor1d } from '@tensorflow/tfjs-core'
import type { ModelConfig } from '@/lib/models/config'
import type { Program, Scope, Variable } from '@/trainer/graph/program'
import { attr } from '@/trainer/graph/graph'
import { type Attend, attentionShape } from '@/trainer/model/transformer'
import { cachedAttention, toHeads } from '@/trainer/ops/attention'
import { cacheBias } from '@/trainer/ops/attention-mask'
import { fused, hasFusedKernels } from '@/trainer/ops/fused'

export class Cache {
  private readonly layers: { keys: Variable; values: Variable }[]

  /** @param capacity tokens, prompt and answer together */
  constructor(program: Program, name: string, private readonly config: ModelConfig, private readonly capacity: number) {
    const shape = [config.num_key_value_heads, capacity, config.head_dim]
    this.layers = Array.from({ length: config.num_hidden_layers }, (_, i) => ({
      keys: program.variable(`${name}/${i}/keys`, program.storage, shape),
      values: program.variable(`${name}/${i}/values`, program.storage, shape),
    }))
  }

  /** Makes room: to be run once, before anything is attended. */
  allocate(scope: Scope): void {
    for (const v of this.layers.flatMap(l => [l.keys, l.values])) {
      const types = { dtype: attr.type(v.dtype), init: attr.bool(true) }
      // Each variable needs a buffer of its own, since each is written in place. Empty is one of the few ops that TensorFlow neither folds into a
      // constant nor shares between equal nodes, as it does with Fill.
      const [zeros] = scope.b.g.add('Empty', [scope.b.g.ints(v.shape)], types, [{ dtype: v.dtype, shape: v.shape }], { effect: true })
      scope.assign(v, zeros)
    }
  }

  /** Attention of `n` new tokens, whose first has the position `start` [1], over all tokens so far. */
  attend(scope: Scope, start: Tensor1D, n: number): Attend {
    return (layer, q, k, v) => {
      const { keys, values } = this.layers[layer]
      const window = this.config.windows[layer]
      const shape = attentionShape(this.config, 1)
      if (hasFusedKernels()) {
        const attrs = { heads: shape.heads, kvHeads: shape.kvHeads, window, softcap: shape.softcap }
        return fused<Tensor2D[]>('FusedCacheAttention', { q, k, v, cache: scope.read(keys), cached: scope.read(values), start }, attrs)[0]
      }
      const positions = add(start, range(0, n, 1, 'int32')) as Tensor1D
      const all = [[keys, k], [values, v]].map(([cache, fresh]) => this.write(scope, cache as Variable, fresh as Tensor2D, start, n))
      return cachedAttention(q, all[0], all[1], cacheBias(positions, this.capacity, window), shape)
    }
  }

  private write(scope: Scope, cache: Variable, fresh: Tensor2D, start: Tensor1D, n: number): Tensor3D {
    const { num_key_value_heads: kvHeads, head_dim: headDim } = this.config
    const heads = toHeads(fresh, { rows: 1, length: n, kvHeads, group: 1, headDim })
    const places = Int32Array.from({ length: kvHeads * n }, (_, i) => Math.floor(i / n) * this.capacity + (i % n))
    const inputs = { x: reshape(scope.read(cache), [kvHeads * this.capacity, headDim]), rows: add(start, tensor1d(places, 'int32')), fresh: reshape(heads, [kvHeads * n, headDim]) }
    return reshape(engine().runKernel('WriteRows', inputs) as Tensor2D, [kvHeads, this.capacity, headDim])
  }
}
