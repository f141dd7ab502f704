/** Reductions. Sums and means of bfloat16 are taken in float32. */
import { util } from '@tensorflow/tfjs-core'
import { type Sym, attr } from '../graph'
import { type KernelArgs, type Rule, node } from './rule'

type Axes = number | number[] | undefined

const reduce = (op: string, wide: boolean) => ({ b, inputs, attrs }: KernelArgs): Sym => {
  const given = b.sym(inputs.x)
  const x = wide && given.dtype === 'bfloat16' ? b.cast(given, 'float32') : given
  const { axis, reductionIndices, keepDims } = attrs as { axis?: Axes; reductionIndices?: Axes; keepDims?: boolean }
  const axes = util.parseAxisParam(axis ?? reductionIndices ?? x.shape.map((_, i) => i), x.shape)
  const shape = keepDims ? x.shape.map((d, i) => (axes.includes(i) ? 1 : d)) : x.shape.filter((_, i) => !axes.includes(i))
  const logical = op === 'All' || op === 'Any'
  const more = { keep_dims: attr.bool(Boolean(keepDims)), Tidx: attr.type('int32') }
  if (logical) return b.g.add(op, [x, b.g.ints(axes)], more, [{ dtype: 'bool', shape }])[0]
  return node(b, op, [x, b.g.ints(axes)], shape, more)
}

const arg = (op: string): Rule => ({ b, inputs, attrs: { axis } }) => {
  const x = b.sym(inputs.x)
  const [a] = util.parseAxisParam(axis ?? 0, x.shape)
  return node(b, op, [x, b.g.ints([a], [])], x.shape.filter((_, i) => i !== a), { Tidx: attr.type('int32'), output_type: attr.type('int32') }, 'int32')
}

const cumulative = (op: string): Rule => ({ b, inputs, attrs: { axis, exclusive, reverse } }) => {
  const x = b.sym(inputs.x)
  const more = { exclusive: attr.bool(Boolean(exclusive)), reverse: attr.bool(Boolean(reverse)), Tidx: attr.type('int32') }
  return node(b, op, [x, b.g.ints([axis], [])], x.shape, more)
}

export const reductionRules = {
  Sum: reduce('Sum', true),
  Mean: reduce('Mean', true),
  Prod: reduce('Prod', true),
  Max: reduce('Max', false),
  Min: reduce('Min', false),
  All: reduce('All', false),
  Any: reduce('Any', false),
  ArgMax: arg('ArgMax'),
  ArgMin: arg('ArgMin'),
  Cumsum: cumulative('Cumsum'),
  Cumprod: cumulative('Cumprod'),
  TopK: ({ b, inputs, attrs: { k, sorted } }) => {
    const x = b.sym(inputs.x)
    const shape = [...x.shape.slice(0, -1), k as number]
    return b.g.add('TopKV2', [x, b.g.ints([k], [])], { T: attr.type(x.dtype), sorted: attr.bool(Boolean(sorted)) }, [
      { dtype: x.dtype, shape }, { dtype: 'int32', shape },
    ])
  },
} satisfies Record<string, Rule>
