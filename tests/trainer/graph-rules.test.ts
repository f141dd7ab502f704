/** Every recording rule: the recorded graph's value and gradient against the same TF.js program run eagerly. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { rules } from '@/trainer/graph/backend'
import { loadNative } from '@/trainer/graph/native'
import { Program } from '@/trainer/graph/program'
import { Session } from '@/trainer/graph/session'
import { asFloat, asStorage } from '@/trainer/ops/precision'
import { onlyIf } from '@/trainer/ops/conditional'
import { inTurn } from '@/trainer/ops/in-turn'
import { dropoutMask } from '@/trainer/ops/dropout'

loadNative()

/** A program over x [2, 3] float32; what it returns is compared, and its gradient where it has one. */
interface Case {
  run: (x: tf.Tensor2D) => tf.Tensor
  gradient?: false
}

const ids = () => tf.tensor1d([1, 0, 1], 'int32')
const bool = (x: tf.Tensor) => tf.cast(x, 'float32')
const value = (run: Case['run']): Case => ({ run })
const only = (run: Case['run']): Case => ({ run, gradient: false })

/** One case per TF.js kernel that has a rule. Inputs stay inside every function's domain: x is in (0.1, 0.9). */
const cases: Record<string, Case> = {
  Abs: value(x => tf.abs(tf.sub(x, 0.5))), Ceil: only(x => tf.ceil(x)), Cos: value(x => tf.cos(x)), Cosh: value(x => tf.cosh(x)), Elu: value(x => tf.elu(tf.sub(x, 0.5))),
  Erf: value(x => tf.erf(x)), Exp: value(x => tf.exp(x)), Expm1: value(x => tf.expm1(x)), Floor: only(x => tf.floor(tf.mul(x, 5))), Log: value(x => tf.log(x)),
  Log1p: value(x => tf.log1p(x)), Neg: value(x => tf.neg(x)), Reciprocal: value(x => tf.reciprocal(x)), Relu: value(x => tf.relu(tf.sub(x, 0.5))),
  EluGrad: value(x => tf.elu(tf.sub(x, 0.6))), Cumprod: only(x => tf.cumprod(x, 1)), Relu6: value(x => tf.relu6(tf.mul(x, 9))), Round: only(x => tf.round(tf.mul(x, 5))), Rsqrt: value(x => tf.rsqrt(x)), Selu: value(x => tf.selu(tf.sub(x, 0.5))),
  Sigmoid: value(x => tf.sigmoid(x)), Sign: only(x => tf.sign(tf.sub(x, 0.5))), Sin: value(x => tf.sin(x)), Sinh: value(x => tf.sinh(x)), Softplus: value(x => tf.softplus(x)),
  Sqrt: value(x => tf.sqrt(x)), Square: value(x => tf.square(x)), Tan: value(x => tf.tan(x)), Tanh: value(x => tf.tanh(x)), ZerosLike: only(x => tf.zerosLike(x)),
  OnesLike: only(x => tf.onesLike(x)), Step: only(x => tf.step(tf.sub(x, 0.5), 0.25)), ClipByValue: value(x => tf.clipByValue(x, 0.3, 0.7)),
  Add: value(x => tf.add(x, tf.tensor1d([1, 2, 3]))), Sub: value(x => tf.sub(tf.tensor1d([1, 2, 3]), x)), Multiply: value(x => tf.mul(x, x)), RealDiv: value(x => tf.div(1, x)),
  FloorDiv: only(x => tf.floorDiv(tf.cast(tf.mul(x, 9), 'int32'), tf.scalar(2, 'int32'))), Maximum: value(x => tf.maximum(x, 0.5)), Minimum: value(x => tf.minimum(x, 0.5)), Pow: value(x => tf.pow(x, 3)),
  Mod: only(x => tf.mod(x, 0.3)), SquaredDifference: value(x => tf.squaredDifference(x, 0.4)), Atan2: value(x => tf.atan2(x, tf.scalar(2))),
  Equal: only(x => bool(tf.equal(tf.round(x), 1))), NotEqual: only(x => bool(tf.notEqual(tf.round(x), 1))), Greater: only(x => bool(tf.greater(x, 0.5))),
  GreaterEqual: only(x => bool(tf.greaterEqual(x, 0.5))), Less: only(x => bool(tf.less(x, 0.5))), LessEqual: only(x => bool(tf.lessEqual(x, 0.5))),
  LogicalAnd: only(x => bool(tf.logicalAnd(tf.less(x, 0.6), tf.greater(x, 0.3)))), LogicalOr: only(x => bool(tf.logicalOr(tf.less(x, 0.3), tf.greater(x, 0.6)))),
  LogicalNot: only(x => bool(tf.logicalNot(tf.less(x, 0.5)))), Identity: value(x => tf.mul(tf.clone(x), 2)), Cast: only(x => tf.cast(tf.mul(x, 9), 'int32')),
  Select: value(x => tf.where(tf.tensor2d([[1, 0, 1], [0, 0, 1]], [2, 3], 'bool'), tf.mul(x, 2), tf.neg(x))), AddN: value(x => tf.addN([x, x, tf.square(x)])), InTurn: only(x => inTurn(tf.mul(x, 2), tf.square(x))), ToStorage: value(x => asStorage(tf.mul(x, 2))), ToFloat: value(x => asFloat(tf.mul(x, 2))),
  Sum: value(x => tf.sum(x, 1)), Mean: value(x => tf.mean(x, 0, true)), Prod: only(x => tf.prod(x, 1)), Max: value(x => tf.max(x, 1)), Min: value(x => tf.min(x, 1)),
  All: only(x => bool(tf.all(tf.less(x, 0.5), 1))), Any: only(x => bool(tf.any(tf.less(x, 0.5), 1))), ArgMax: only(x => tf.argMax(x, 1)), ArgMin: only(x => tf.argMin(x, 1)),
  Cumsum: value(x => tf.cumsum(x, 1, true, true)), TopK: only(x => tf.topk(x, 2).values), Reshape: value(x => tf.reshape(x, [3, -1])), ExpandDims: value(x => tf.expandDims(x, 1)),
  Transpose: value(x => tf.transpose(x)), Slice: value(x => tf.slice(x, [0, 1], [2, 2])), StridedSlice: only(x => tf.stridedSlice(x, [0, 0], [2, 3], [1, 2])),
  Concat: value(x => tf.concat([x, tf.square(x)], 1)), Pack: value(x => tf.stack([x, tf.square(x)], 1)), Unpack: value(x => tf.unstack(x, 1)[2]), SplitV: value(x => tf.split(x, [1, 2], 1)[1]),
  GatherV2: value(x => tf.gather(x, ids(), 0)), GatherNd: only(x => tf.gatherND(x, tf.tensor2d([[0, 1], [1, 2]], [2, 2], 'int32'))),
  ScatterNd: only(x => tf.scatterND(tf.tensor2d([[2], [0]], [2, 1], 'int32'), x, [4, 3])), UnsortedSegmentSum: value(x => tf.unsortedSegmentSum(x, tf.tensor1d([2, 0], 'int32'), 3)),
  Tile: value(x => tf.tile(x, [2, 1])), BroadcastTo: only(x => tf.broadcastTo(tf.slice(x, [0, 0], [1, 3]), [4, 3])), PadV2: value(x => tf.pad(x, [[1, 0], [0, 2]], 0.5)), Reverse: value(x => tf.reverse(x, 1)),
  Fill: only(x => tf.add(x, tf.fill([2, 3], 0.5))), Range: only(x => tf.add(x, tf.range(0, 3, 1))), OneHot: only(() => tf.oneHot(ids(), 4, 2, -1)),
  BatchMatMul: value(x => tf.matMul(x, tf.tensor2d([[1, 2, 3], [4, 5, 6]]), false, true)), Einsum: only(x => tf.einsum('ij,kj->ik', x, x)),
  Softmax: value(x => tf.softmax(x)), LogSoftmax: value(x => tf.logSoftmax(x)),
}

/** Tested with what they belong to: dropout, the cache, and the kernels of our own beside their compositions (fused-kernels.test.ts). */
const elsewhere = (name: string): boolean => name.startsWith('Fused') || name === 'WriteRows' || name === 'OnlyIf' || name === 'OrZeros' || name === 'StatelessUniform'

const input = Float32Array.of(0.15, 0.62, 0.41, 0.83, 0.27, 0.74)

/** Value and gradient of Σ value · weights, from one graph. */
function recorded({ run, gradient }: Case) {
  const program = new Program('float32')
  program.define('f', { x: { dtype: 'float32', shape: [2, 3] } }, (_, { x }) => outputs(x as tf.Tensor2D, run, gradient !== false))
  const session = Session.open(program)
  try {
    return session.run('f', { x: input })
  } finally {
    session.close()
  }
}

function outputs(x: tf.Tensor2D, run: Case['run'], gradient: boolean): Record<string, tf.Tensor> {
  if (!gradient) return { value: run(x) }
  // Weights that differ make a gradient that is in the wrong place visible.
  const total = (x: tf.Tensor) => {
    const y = run(x as tf.Tensor2D)
    return tf.sum(tf.mul(y, tf.reshape(tf.range(1, y.size + 1, 1), y.shape)))
  }
  return { value: run(x), gradient: tf.grad(total)(x) }
}

async function eager({ run, gradient }: Case) {
  await tf.setBackend('tensorflow')
  const result = outputs(tf.tensor2d(input, [2, 3]), run, gradient !== false)
  return Object.fromEntries(Object.entries(result).map(([key, t]) => [key, t.dataSync()]))
}

describe('recording rules', () => {
  it('has a case for every rule', () => {
    expect(Object.keys(rules).filter(name => !(name in cases) && !elsewhere(name))).toEqual([])
    expect(Object.keys(cases).filter(name => !(name in rules))).toEqual([])
  })

  it.each(Object.entries(cases))('%s', async (_, one) => {
    const [ours, theirs] = [recorded(one), await eager(one)]
    for (const key of Object.keys(theirs)) {
      expect(ours[key]).toHaveLength(theirs[key].length)
      theirs[key].forEach((want, i) => expect(ours[key][i]).toBeCloseTo(want, 5))
    }
  })

  it('draws dropout from the seed alone', () => {
    const program = new Program('float32')
    program.define('mask', { seed: { dtype: 'int32', shape: [2] } }, (_, { seed }) => ({ a: dropoutMask(seed as tf.Tensor1D, 5, [40, 50], 0.25), b: dropoutMask(seed as tf.Tensor1D, 6, [40, 50], 0.25) }))
    const session = Session.open(program)
    const [first, again, other] = [1, 1, 2].map(s => session.run('mask', { seed: Int32Array.of(s, 0) }))
    session.close()
    expect(first.a).toEqual(again.a)
    expect(first.a).not.toEqual(other.a)
    expect(first.a).not.toEqual(first.b)
    expect(new Set(first.a)).toEqual(new Set([0, Math.fround(1 / 0.75)]))
    const dropped = first.a.filter(v => v === 0).length / 2000
    expect(Math.abs(dropped - 0.25)).toBeLessThan(0.04)
  })

  it('leaves out a part whose condition does not hold', () => {
    const program = new Program('float32')
    program.define('f', { x: { dtype: 'float32', shape: [2] }, bound: { dtype: 'float32', shape: [] } }, (_, { x, bound }) => {
      const [root, sum] = onlyIf(tf.greater(tf.max(x), bound), [x], ([x]) => [tf.sqrt(x), tf.sum(x)])
      return { root, sum }
    })
    const session = Session.open(program)
    const x = Float32Array.of(4, 9)
    expect(session.run('f', { x, bound: 5 })).toEqual({ root: Float32Array.of(2, 3), sum: Float32Array.of(13) })
    expect(session.run('f', { x, bound: 50 })).toEqual({ root: Float32Array.of(0, 0), sum: Float32Array.of(0) })
    session.close()
  })

  it('names a kernel that has no rule', () => {
    const program = new Program('float32')
    expect(() => program.define('f', { x: { dtype: 'float32', shape: [1, 4, 4, 1] } }, (_, { x }) => ({ y: tf.maxPool(x as tf.Tensor4D, 2, 1, 'same') }))).toThrow(/MaxPool/)
  })
})

describe('graphs', () => {
  it('keep equal nodes once and write only what a signature needs', () => {
    const program = new Program('float32')
    program.define('f', { x: { dtype: 'float32', shape: [2] } }, (_, { x }) => {
      tf.exp(x) // needed by nobody
      return { y: tf.add(tf.square(x), tf.square(x)) }
    })
    const ops = program.export().nodes.map(n => n.op)
    expect(ops.filter(op => op === 'Square')).toHaveLength(1)
    expect(ops).not.toContain('Exp')
  })

  it('share variables between signatures, and order effects with reads', () => {
    const program = new Program('float32')
    const v = program.variable('v', 'float32', [2])
    const x = { dtype: 'float32' as const, shape: [2] }
    program.define('set', { x }, (scope, { x }) => { scope.assign(v, x); return {} })
    program.define('step', { x }, (scope, { x }) => {
      const before = tf.mul(scope.read(v), 1)
      scope.assignAdd(v, x)
      return { before, after: scope.read(v) }
    })
    const session = Session.open(program)
    session.run('set', { x: Float32Array.of(1, 2) })
    expect(session.run('step', { x: Float32Array.of(10, 20) })).toEqual({ before: Float32Array.of(1, 2), after: Float32Array.of(11, 22) })
    expect(session.run('step', { x: Float32Array.of(1, 1) }).before).toEqual(Float32Array.of(11, 22))
    session.close()
    expect(() => session.run('step', { x: Float32Array.of(1, 1) })).toThrow(/closed/)
  })
})
