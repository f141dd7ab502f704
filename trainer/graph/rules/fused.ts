/**
 * The model's heavy pieces as single nodes, run by our own TensorFlow kernels (trainer/native). Each takes and gives what its composition in
 * trainer/ops does; whether they are there is `hasFusedKernels`.
 */
import { type Sym, attr } from '../graph'
import type { GraphBackend } from '../backend'
import type { Rule } from './rule'

const dtypes = (b: GraphBackend) => ({ T: attr.type(b.storage) })
const stored = (b: GraphBackend, x: Sym): Sym => b.cast(x, b.storage)
const wide = (b: GraphBackend, x: Sym): Sym => b.cast(x, 'float32')
/** A frozen weight: in the storage type, or in bfloat16 where that holds the same numbers. */
const frozen = (b: GraphBackend, w: Sym): Sym => b.g.unwidened(stored(b, w))

interface AttentionAttrs {
  rows: number
  heads: number
  kvHeads: number
  window: number | null
  softcap: number | null
}

const attentionAttrs = (b: GraphBackend, attrs: unknown) => {
  const { rows, heads, kvHeads, window, softcap } = attrs as AttentionAttrs
  return { ...dtypes(b), rows: attr.int(rows), heads: attr.int(heads), kv_heads: attr.int(kvHeads), window: attr.int(window ?? 0), softcap: attr.float(softcap ?? 0) }
}

export const fusedRules = {
  FusedRmsNorm: ({ b, inputs, attrs: { eps, offset } }) => {
    const [x, weight] = [wide(b, b.sym(inputs.x)), wide(b, b.sym(inputs.weight))]
    return b.g.add('TuneboardRmsNorm', [x, weight], { ...dtypes(b), eps: attr.float(eps), offset: attr.float(offset) }, [{ dtype: b.storage, shape: x.shape }])
  },
  FusedRmsNormGrad: ({ b, inputs, attrs: { eps, offset } }) => {
    const [dy, x, weight] = [stored(b, b.sym(inputs.dy)), wide(b, b.sym(inputs.x)), wide(b, b.sym(inputs.weight))]
    return b.g.add('TuneboardRmsNormGrad', [dy, x, weight], { ...dtypes(b), eps: attr.float(eps), offset: attr.float(offset) }, [{ dtype: 'float32', shape: x.shape }])
  },
  FusedGlu: ({ b, inputs, attrs: { activation } }) => {
    const [gate, up] = [stored(b, b.sym(inputs.gate)), stored(b, b.sym(inputs.up))]
    return b.g.add('TuneboardGlu', [gate, up], { ...dtypes(b), activation: attr.text(activation) }, [{ dtype: b.storage, shape: gate.shape }])
  },
  FusedGluGrad: ({ b, inputs, attrs: { activation } }) => {
    const [dy, gate, up] = [inputs.dy, inputs.gate, inputs.up].map(x => stored(b, b.sym(x)))
    const out = { dtype: b.storage, shape: gate.shape }
    return b.g.add('TuneboardGluGrad', [dy, gate, up], { ...dtypes(b), activation: attr.text(activation) }, [out, out])
  },
  FusedRope: ({ b, inputs, attrs: { headDim, rest, inverse } }) => {
    const x = stored(b, b.sym(inputs.x))
    const more = { ...dtypes(b), head_dim: attr.int(headDim), rest: attr.float(rest), inverse: attr.bool(inverse) }
    return b.g.add('TuneboardRope', [x, b.sym(inputs.cos), b.sym(inputs.sin)], more, [{ dtype: b.storage, shape: x.shape }])
  },
  /** Two results: the output, and per query the logarithm of its softmax's denominator. */
  FusedAttention: ({ b, inputs, attrs }) => {
    const [q, k, v] = [inputs.q, inputs.k, inputs.v].map(x => stored(b, b.sym(x)))
    const { rows, heads } = attrs as unknown as AttentionAttrs
    const segments = inputs.segments ? b.sym(inputs.segments) : b.g.ints([])
    return b.g.add('TuneboardAttention', [q, k, v, segments], attentionAttrs(b, attrs), [
      { dtype: b.storage, shape: q.shape }, { dtype: 'float32', shape: [rows * heads, q.shape[0] / rows] },
    ])
  },
  FusedAttentionGrad: ({ b, inputs, attrs }) => {
    const [dy, q, k, v, out] = [inputs.dy, inputs.q, inputs.k, inputs.v, inputs.out].map(x => stored(b, b.sym(x)))
    const segments = inputs.segments ? b.sym(inputs.segments) : b.g.ints([])
    return b.g.add('TuneboardAttentionGrad', [dy, q, k, v, segments, out, b.sym(inputs.lse)], attentionAttrs(b, attrs), [q, k, v].map(x => ({ dtype: b.storage, shape: x.shape })))
  },
  /** Writes the new keys and values into the caches, so it is never shared nor left out. */
  FusedCacheAttention: ({ b, inputs, attrs }) => {
    const all = [inputs.q, inputs.k, inputs.v, inputs.cache, inputs.cached].map(x => stored(b, b.sym(x)))
    const { heads, kvHeads, window, softcap } = attrs as unknown as AttentionAttrs
    const more = { ...dtypes(b), heads: attr.int(heads), kv_heads: attr.int(kvHeads), window: attr.int(window ?? 0), softcap: attr.float(softcap ?? 0) }
    return b.g.add('TuneboardCacheAttention', [...all, b.sym(inputs.start), b.sym(inputs.slot)], more, [{ dtype: b.storage, shape: all[0].shape }], { effect: true })
  },
  FusedCrossEntropy: ({ b, inputs, attrs: { softcap } }) => {
    const logits = stored(b, b.sym(inputs.logits))
    return b.g.add('TuneboardCrossEntropy', [logits, b.sym(inputs.targets), b.sym(inputs.weights)], { ...dtypes(b), softcap: attr.float((softcap as number | null) ?? 0) }, [
      { dtype: 'float32', shape: [logits.shape[0]] }, { dtype: b.storage, shape: logits.shape },
    ])
  },
  FusedLoraLinear: ({ b, inputs, attrs: { scale } }) => {
    const [x, w] = [stored(b, b.sym(inputs.x)), frozen(b, b.sym(inputs.w))]
    const [a, up] = [wide(b, b.sym(inputs.a)), wide(b, b.sym(inputs.b))]
    return b.g.add('TuneboardLoraLinear', [x, w, a, up], { ...dtypes(b), W: attr.type(w.dtype), scale: attr.float(scale) }, [
      { dtype: b.storage, shape: [x.shape[0], w.shape[1]] }, { dtype: 'float32', shape: [x.shape[0], a.shape[0]] },
    ])
  },
  FusedLoraLinearGrad: ({ b, inputs, attrs: { scale } }) => {
    const [dy, x] = [inputs.dy, inputs.x].map(t => stored(b, b.sym(t)))
    const w = frozen(b, b.sym(inputs.w))
    const [low, a, up] = [inputs.low, inputs.a, inputs.b].map(t => wide(b, b.sym(t)))
    return b.g.add('TuneboardLoraLinearGrad', [dy, x, w, low, a, up], { ...dtypes(b), W: attr.type(w.dtype), scale: attr.float(scale) }, [
      { dtype: b.storage, shape: x.shape }, { dtype: 'float32', shape: a.shape }, { dtype: 'float32', shape: up.shape },
    ])
  },
  FusedLora: ({ b, inputs, attrs: { scale } }) => {
    const [y, x] = [stored(b, b.sym(inputs.y)), stored(b, b.sym(inputs.x))]
    const [a, w] = [wide(b, b.sym(inputs.a)), wide(b, b.sym(inputs.b))]
    return b.g.add('TuneboardLora', [y, x, a, w], { ...dtypes(b), scale: attr.float(scale) }, [
      { dtype: b.storage, shape: y.shape }, { dtype: 'float32', shape: [x.shape[0], a.shape[0]] },
    ])
  },
  FusedLoraGrad: ({ b, inputs, attrs: { scale } }) => {
    const [dx, dy, x] = [inputs.dx, inputs.dy, inputs.x].map(t => stored(b, b.sym(t)))
    const [low, a, w] = [inputs.low, inputs.a, inputs.b].map(t => wide(b, b.sym(t)))
    return b.g.add('TuneboardLoraGrad', [dx, dy, x, low, a, w], { ...dtypes(b), scale: attr.float(scale) }, [
      { dtype: b.storage, shape: dx.shape }, { dtype: 'float32', shape: a.shape }, { dtype: 'float32', shape: w.shape },
    ])
  },
} satisfies Record<string, Rule>
