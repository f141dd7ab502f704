/** Kernels that TensorFlow has whole where plain ops would take several. */
import { attr } from '../graph'
import { type Rule, node } from './rule'

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
} satisfies Record<string, Rule>
