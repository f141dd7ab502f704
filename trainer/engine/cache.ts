/** The keys and values of some conversations, each in a slot of its own, in resource variables that are written in place; and the attention over them. */
import { type Tensor1D, type Tensor2D, type Tensor3D, add, engine, gather, mul, range, reshape, scalar, tensor1d, tile } from '@tensorflow/tfjs-core'
import type { ModelConfig } from '@/lib/models/config'
import type { Program, Scope, Variable } from '@/trainer/graph/program'
import { attr } from '@/trainer/graph/graph'
import { type Attend, attentionShape } from '@/trainer/model/transformer'
import { cachedAttention, toHeads } from '@/trainer/ops/attention'
import { cacheBias } from '@/trainer/ops/attention-mask'
import { fused, hasFusedKernels } from '@/trainer/ops/fused'

export class Cache {
  private readonly layers: { keys: Variable; values: Variable }[]

  /** @param capacity tokens of a slot, prompt and answer together */
  constructor(program: Program, name: string, private readonly config: ModelConfig, private readonly capacity: number, private readonly slots = 1) {
    const shape = [slots * config.num_key_value_heads, capacity, config.head_dim]
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

  /**
   * Attention of new tokens over all tokens so far, in as many slots from `slot` [1] on as `starts` has entries: each slot's number of tokens before
   * them. Queries, keys and values are [rows * n, …], row by row.
   */
  attend(scope: Scope, starts: Tensor1D, slot: Tensor1D, n: number): Attend {
    const rows = starts.shape[0]
    return (layer, q, k, v) => {
      const { keys, values } = this.layers[layer]
      const window = this.config.windows[layer]
      const shape = attentionShape(this.config, rows)
      if (hasFusedKernels()) {
        const attrs = { heads: shape.heads, kvHeads: shape.kvHeads, window, softcap: shape.softcap }
        return fused<Tensor2D[]>('FusedCacheAttention', { q, k, v, cache: scope.read(keys), cached: scope.read(values), start: starts, slot }, attrs)[0]
      }
      const positions = reshape(add(reshape(starts, [rows, 1]), range(0, n, 1, 'int32')), [rows * n]) as Tensor1D
      const all = [[keys, k], [values, v]].map(([cache, fresh]) => this.write(scope, cache as Variable, fresh as Tensor2D, { starts, slot, n }))
      return cachedAttention(q, all[0], all[1], cacheBias(positions, this.capacity, window, rows), shape)
    }
  }

  /** @returns the slots' keys or values, the new ones in their places: [rows * kv_heads, capacity, head_dim] */
  private write(scope: Scope, cache: Variable, fresh: Tensor2D, { starts, slot, n }: { starts: Tensor1D; slot: Tensor1D; n: number }): Tensor3D {
    const { capacity, slots, config: { num_key_value_heads: kvHeads, head_dim: headDim } } = this
    const rows = starts.shape[0]
    const heads = toHeads(fresh, { rows, length: n, kvHeads, group: 1, headDim })
    const within = Int32Array.from({ length: rows * kvHeads * n }, (_, i) => Math.floor(i / n) * capacity + (i % n))
    const first = mul(slot, scalar(kvHeads * capacity, 'int32'))
    const own = reshape(tile(reshape(starts, [rows, 1]), [1, kvHeads * n]), [rows * kvHeads * n])
    const places = add(add(tensor1d(within, 'int32'), own), first)
    const inputs = { x: reshape(scope.read(cache), [slots * kvHeads * capacity, headDim]), rows: places, fresh: reshape(heads, [rows * kvHeads * n, headDim]) }
    const whole: Tensor3D = reshape(engine().runKernel('WriteRows', inputs) as Tensor2D, [slots * kvHeads, capacity, headDim])
    return rows === slots ? whole : gather(whole, add(mul(slot, scalar(kvHeads, 'int32')), range(0, rows * kvHeads, 1, 'int32')) as Tensor1D)
  }
}
