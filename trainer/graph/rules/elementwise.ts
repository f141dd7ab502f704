/** Elementwise kernels. bfloat16 stays bfloat16 only where every operand is. */
import { backend_util, broadcast_util } from '@tensorflow/tfjs-core'
import { attr, type Dtype } from '../graph'
import { type Rule, node, reshaped, widened } from './rule'

/** TF.js kernel → TensorFlow op, one input `x`, same shape and dtype out. */
const unary = {
  Abs: 'Abs', Ceil: 'Ceil', Cos: 'Cos', Cosh: 'Cosh', Elu: 'Elu', Erf: 'Erf', Exp: 'Exp', Expm1: 'Expm1', Floor: 'Floor', Log: 'Log', Log1p: 'Log1p', Neg: 'Neg',
  Reciprocal: 'Reciprocal', Relu: 'Relu', Relu6: 'Relu6', Round: 'Rint', Rsqrt: 'Rsqrt', Selu: 'Selu', Sigmoid: 'Sigmoid', Sign: 'Sign', Sin: 'Sin', Sinh: 'Sinh',
  Softplus: 'Softplus', Sqrt: 'Sqrt', Square: 'Square', Tan: 'Tan', Tanh: 'Tanh', ZerosLike: 'ZerosLike', OnesLike: 'OnesLike',
} as const

const binary = {
  Add: 'AddV2', Sub: 'Sub', Multiply: 'Mul', RealDiv: 'RealDiv', FloorDiv: 'FloorDiv', Maximum: 'Maximum', Minimum: 'Minimum', Pow: 'Pow', Mod: 'FloorMod',
  SquaredDifference: 'SquaredDifference', Atan2: 'Atan2',
} as const

const comparison = { Equal: 'Equal', NotEqual: 'NotEqual', Greater: 'Greater', GreaterEqual: 'GreaterEqual', Less: 'Less', LessEqual: 'LessEqual' } as const
const logical = { LogicalAnd: 'LogicalAnd', LogicalOr: 'LogicalOr' } as const

const unaryRule = (op: string): Rule => ({ b, inputs }) => {
  const x = b.sym(inputs.x)
  return node(b, op, [x], x.shape)
}

const binaryRule = (op: string, out?: Dtype): Rule => ({ b, inputs }) => {
  const [x, y] = widened(b, b.sym(inputs.a), b.sym(inputs.b))
  return node(b, op, [x, y], backend_util.assertAndGetBroadcastShape(x.shape, y.shape), {}, out ?? x.dtype)
}

const logicalRule = (op: string): Rule => ({ b, inputs }) => {
  const [x, y] = [b.sym(inputs.a), b.sym(inputs.b)]
  return b.g.add(op, [x, y], {}, [{ dtype: 'bool', shape: broadcast_util.assertAndGetBroadcastShape(x.shape, y.shape) }])[0]
}

const table = <K extends string>(ops: Record<K, string>, rule: (op: string) => Rule): Record<K, Rule> =>
  Object.fromEntries(Object.entries<string>(ops).map(([kernel, op]) => [kernel, rule(op)])) as Record<K, Rule>

export const elementwiseRules = {
  ...table(unary, unaryRule),
  ...table(binary, op => binaryRule(op)),
  ...table(comparison, op => binaryRule(op, 'bool')),
  ...table(logical, logicalRule),

  LogicalNot: ({ b, inputs }) => {
    const x = b.sym(inputs.x)
    return b.g.add('LogicalNot', [x], {}, [{ dtype: 'bool', shape: x.shape }])[0]
  },
  Identity: ({ b, inputs }) => b.sym(inputs.x),
  Cast: ({ b, inputs, attrs: { dtype } }) => b.cast(b.sym(inputs.x), dtype),
  /** 1 where x > 0, `alpha` elsewhere (x is not NaN). */
  Step: ({ b, inputs, attrs: { alpha } }) => {
    const x = b.sym(inputs.x)
    const above = node(b, 'Greater', [x, b.cast(b.g.floats([0], []), x.dtype)], x.shape, {}, 'bool')
    const one = b.cast(b.g.floats([1], []), x.dtype)
    return node(b, 'SelectV2', [above, one, b.cast(b.g.floats([alpha ?? 0], []), x.dtype)], x.shape, { T: attr.type(x.dtype) }, x.dtype)
  },
  ClipByValue: ({ b, inputs, attrs: { clipValueMin, clipValueMax } }) => {
    const x = b.sym(inputs.x)
    return node(b, 'ClipByValue', [x, b.cast(b.g.floats([clipValueMin], []), x.dtype), b.cast(b.g.floats([clipValueMax], []), x.dtype)], x.shape)
  },
  Select: ({ b, inputs }) => {
    const condition = b.sym(inputs.condition)
    const [t, e] = widened(b, b.sym(inputs.t), b.sym(inputs.e))
    // TF.js lets a rank-1 condition choose whole rows.
    const rows = condition.shape.length === 1 && t.shape.length > 1
    const cond = rows ? reshaped(b, condition, [condition.shape[0], ...t.shape.slice(1).map(() => 1)]) : condition
    const shape = rows ? t.shape : backend_util.assertAndGetBroadcastShape(condition.shape, backend_util.assertAndGetBroadcastShape(t.shape, e.shape))
    return node(b, 'SelectV2', [cond, t, e], shape, { T: attr.type(t.dtype) }, t.dtype)
  },
  EluGrad: ({ b, inputs }) => {
    const [dy, y] = widened(b, b.sym(inputs.dy), b.sym(inputs.y))
    return node(b, 'EluGrad', [dy, y], dy.shape)
  },
  AddN: ({ b, inputs }) => {
    const xs = inputs.map(x => b.cast(b.sym(x), 'float32'))
    return node(b, 'AddN', xs, xs[0].shape, { N: attr.int(xs.length) })
  },
  /** Storage markers of trainer/ops/precision.ts. Which storage is the program's choice. */
  ToStorage: ({ b, inputs }) => b.cast(b.sym(inputs.x), b.storage),
  ToFloat: ({ b, inputs }) => b.cast(b.sym(inputs.x), 'float32'),
} satisfies Record<string, Rule>
