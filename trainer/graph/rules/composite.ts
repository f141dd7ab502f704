/** Kernels that TensorFlow has whole where plain ops would take several. */
import { type Sym, attr, nodeOf } from '../graph'
import type { GraphBackend } from '../backend'
import { type Rule, node } from './rule'

const whenTrue = (b: GraphBackend, x: Sym, condition: Sym): Sym =>
  b.g.add('Switch', [x, condition], { T: attr.type(x.dtype) }, [{ dtype: x.dtype, shape: x.shape }, { dtype: x.dtype, shape: x.shape }])[1]

export const compositeRules = {
  Softmax: ({ b, inputs }) => {
    const x = b.cast(b.sym(inputs.logits), 'float32')
    return node(b, 'Softmax', [x], x.shape)
  },
  LogSoftmax: ({ b, inputs }) => {
    const x = b.cast(b.sym(inputs.logits), 'float32')
    return node(b, 'LogSoftmax', [x], x.shape)
  },
  /** Uniform numbers in [0, 1) that depend on the seed [2] int32 alone (trainer/ops/random.ts). */
  StatelessUniform: ({ b, inputs, attrs: { shape } }) =>
    b.g.add('StatelessRandomUniform', [b.g.ints(shape), b.sym(inputs.seed)], { dtype: attr.type('float32'), T: attr.type('int32'), Tseed: attr.type('int32') }, [{ dtype: 'float32', shape }])[0],
  /**
   * Rows of a cache replaced in place: `x` is a variable's own buffer, and TensorFlow's InplaceUpdate writes into it without a copy.
   * Ordinary assignments to slices copy the whole variable at every read.
   */
  WriteRows: ({ b, inputs }) => {
    const x = b.sym(inputs.x)
    return b.g.add('InplaceUpdate', [x, b.sym(inputs.rows), b.cast(b.sym(inputs.fresh), x.dtype)], { T: attr.type(x.dtype) }, [{ dtype: x.dtype, shape: x.shape }], { effect: true })[0]
  },
  /** Waits without taking anything of what it waits for. */
  InTurn: ({ b, inputs }) => {
    const x = b.sym(inputs.x)
    return b.g.add('Identity', [x], { T: attr.type(x.dtype) }, [{ dtype: x.dtype, shape: x.shape }], { after: [nodeOf(b.sym(inputs.earlier).ref)] })[0]
  },
  /** TensorFlow's Switch: without the condition its output is dead, and so is whatever depends on it. */
  OnlyIf: ({ b, inputs }) => {
    const x = b.sym(inputs.x)
    return whenTrue(b, x, b.sym(inputs.condition))
  },
  /** Merge of the result and of zeros that live only without the condition. */
  OrZeros: ({ b, inputs }) => {
    const [x, condition] = [b.sym(inputs.x), b.sym(inputs.condition)]
    const zero = b.cast(b.g.floats([0], []), x.dtype)
    const none = b.g.add('Switch', [zero, condition], { T: attr.type(x.dtype) }, [{ dtype: x.dtype, shape: [] }, { dtype: x.dtype, shape: [] }])[0]
    const zeros = node(b, 'Fill', [b.g.ints(x.shape), none], x.shape, { T: attr.type(x.dtype), index_type: attr.type('int32') }, x.dtype)
    return b.g.add('Merge', [zeros, x], { T: attr.type(x.dtype), N: attr.int(2) }, [{ dtype: x.dtype, shape: x.shape }, { dtype: 'int32', shape: [] }])[0]
  },
} satisfies Record<string, Rule>
