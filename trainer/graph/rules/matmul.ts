/** Matrix products; one row times a matrix, and whole blocks where the processor has a unit for them, are kernels of ours where those are. A product of a bfloat16 and a float32 matrix is one of bfloat16: the storage dtype decides. */
import { broadcast_util } from '@tensorflow/tfjs-core'
import { attr, type Sym } from '../graph'
import type { AttrValue } from '../proto'
import { hasFusedKernels, hasTileProducts } from '@/trainer/ops/fused'
import type { GraphBackend } from '../backend'
import { type Rule, node, reshaped } from './rule'

/** a[..., m, k] · b[..., k, n], either transposed in its last two axes. Two matrices are one MatMul, whatever leading ones TF.js adds. */
export function matmul(b: GraphBackend, x: Sym, y: Sym, transposeA: boolean, transposeB: boolean): Sym {
  const storage = x.dtype === 'bfloat16' || y.dtype === 'bfloat16' ? 'bfloat16' : x.dtype
  const [p, q] = [b.cast(x, storage), b.cast(y, storage)]
  const batch = broadcast_util.assertAndGetBroadcastShape(p.shape.slice(0, -2), q.shape.slice(0, -2))
  const m = p.shape[p.shape.length - (transposeA ? 1 : 2)]
  const n = q.shape[q.shape.length - (transposeB ? 2 : 1)]
  if (batch.every(d => d === 1)) {
    const own = transposeA ? null : ownKernel(m, n)
    const [left, right] = [p, own ? b.g.unwidened(q) : q].map(s => reshaped(b, s, s.shape.slice(-2)))
    const attrs: Record<string, AttrValue> = own ? { W: attr.type(right.dtype), transpose: attr.bool(transposeB) } : { transpose_a: attr.bool(transposeA), transpose_b: attr.bool(transposeB) }
    const flat = node(b, own ?? 'MatMul', [left, right], [m, n], attrs)
    return reshaped(b, flat, [...batch, m, n])
  }
  return node(b, 'BatchMatMulV2', [p, q], [...batch, m, n], { adj_x: attr.bool(transposeA), adj_y: attr.bool(transposeB) })
}

/** The kernel of ours for a product of [m, n] numbers, if one is better than TensorFlow's. */
function ownKernel(m: number, n: number): string | null {
  if (m === 1 && hasFusedKernels()) return 'TuneboardVecMat'
  return hasTileProducts(m, n) ? 'TuneboardMatMul' : null
}

export const matmulRules = {
  BatchMatMul: ({ b, inputs, attrs: { transposeA, transposeB } }) => matmul(b, b.sym(inputs.a), b.sym(inputs.b), Boolean(transposeA), Boolean(transposeB)),
  Einsum: ({ b, inputs, attrs: { equation } }) => {
    const xs = inputs.map(x => b.sym(x))
    const [from, to] = (equation as string).replace(/\s/g, '').split('->')
    const size = new Map(from.split(',').flatMap((names, i) => [...names].map((name, d) => [name, xs[i].shape[d]] as const)))
    const shape = [...to].map(name => size.get(name) ?? 1)
    return node(b, 'Einsum', xs, shape, { N: attr.int(xs.length), equation: attr.text(equation) })
  },
} satisfies Record<string, Rule>
