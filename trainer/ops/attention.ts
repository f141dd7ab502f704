/**
 * Causal grouped-query attention as one op. Its gradient computes the probabilities again, so none are kept across layers; the queries of a
 * group stand under one another, so keys and values are never repeated. Scaling the queries is the caller's (rope tables carry it).
 */
import {
  type Tensor, type Tensor2D, type Tensor3D, type Tensor4D, add, matMul, mul, reshape, softmax, square, sub, sum, tanh, transpose,
} from '@tensorflow/tfjs-core'
import { fused, hasFusedKernels } from '@/trainer/ops/fused'
import { withGradient } from '@/trainer/ops/gradient'
import type { AttentionMask } from '@/trainer/ops/attention-mask'
import { asFloat, asStorage } from '@/trainer/ops/precision'

export interface AttentionOptions {
  rows: number
  heads: number
  kvHeads: number
  headDim: number
  /** Scores become softcap · tanh(score / softcap) before masking (Gemma 2); null = plain. */
  softcap: number | null
}

/**
 * softmax(softcap(q · kᵀ) + mask) · v per head, over all positions of each row.
 * @param q [rows * length, heads * headDim] in the storage type, rotated and scaled
 * @param k [rows * length, kvHeads * headDim] in the storage type, rotated
 * @param v like k
 * @returns like q
 */
export function attention(q: Tensor2D, k: Tensor2D, v: Tensor2D, mask: AttentionMask, options: AttentionOptions): Tensor2D {
  const { rows, heads, kvHeads, headDim, softcap } = options
  const length = q.shape[0] / rows
  const group = heads / kvHeads
  if (hasFusedKernels()) return fusedAttention([q, k, v], mask, options)
  const queries = { rows, length, kvHeads, group, headDim }
  const keys = { ...queries, group: 1 }
  return withGradient([q, k, v], () => {
    const [qh, kh, vh] = [toHeads(q, queries), toHeads(k, keys), toHeads(v, keys)]
    const { probabilities } = scores(qh, kh, mask.bias, heads, softcap)
    const out = matMul(asStorage(probabilities), vh) as Tensor3D
    const gradient = (dy: Tensor2D, saved: Tensor[]) => {
      const [qh, kh, vh, out, bias] = saved as [Tensor3D, Tensor3D, Tensor3D, Tensor3D, Tensor4D]
      const dOut = toHeads(dy, queries)
      const { probabilities: p, slope } = scores(qh, kh, bias, heads, softcap)
      const dv = matMul(asStorage(p), dOut, true)
      // The softmax's row term Σ p·dp equals Σ out·dOut, which is over headDim instead of length.
      const rowTerm = sum(mul(asFloat(out), asFloat(dOut)), 2, true)
      const dCapped = mul(p, sub(asFloat(matMul(dOut, vh, false, true)), rowTerm))
      const dScores = asStorage(slope === null ? dCapped : mul(dCapped, slope)) as Tensor3D
      return [fromHeads(matMul(dScores, kh), queries), fromHeads(matMul(dScores, qh, true), keys), fromHeads(dv as Tensor3D, keys)]
    }
    return { value: fromHeads(out, queries), saved: [qh, kh, vh, out, mask.bias], gradient }
  })
}

/**
 * The same for a few new positions against a cache that already holds them; no gradient.
 * @param q [rows * length, heads * headDim], rotated and scaled
 * @param keys [rows * kvHeads, capacity, headDim] in the storage type
 * @param values like keys
 * @param bias [1 or rows, 1, length, capacity] float32, from `cacheBias`
 */
export function cachedAttention(q: Tensor2D, keys: Tensor3D, values: Tensor3D, bias: Tensor4D, options: AttentionOptions): Tensor2D {
  const { rows, heads, kvHeads, headDim, softcap } = options
  const queries = { rows, length: q.shape[0] / rows, kvHeads, group: heads / kvHeads, headDim }
  const { probabilities } = scores(toHeads(q, queries), keys, bias, heads, softcap)
  return fromHeads(matMul(asStorage(probabilities), values), queries)
}

/** The same as one node; what it keeps for its gradient is one number per query and head. */
function fusedAttention(inputs: Tensor2D[], { segments, window }: AttentionMask, { rows, heads, kvHeads, softcap }: AttentionOptions): Tensor2D {
  const attrs = { rows, heads, kvHeads, softcap, window }
  const seen: Record<string, Tensor> = segments === null ? {} : { segments }
  return withGradient(inputs, () => {
    const [q, k, v] = inputs
    const [out, lse] = fused<Tensor2D[]>('FusedAttention', { q, k, v, ...seen }, attrs)
    const gradient = (dy: Tensor2D, [q, k, v, out, lse]: Tensor[]) => fused<Tensor2D[]>('FusedAttentionGrad', { dy, q, k, v, out, lse, ...seen }, attrs)
    return { value: out, saved: [q, k, v, out, lse], gradient }
  })
}

interface HeadShape {
  rows: number
  length: number
  kvHeads: number
  group: number
  headDim: number
}

/** [rows * length, kvHeads * group * headDim] → [rows * kvHeads, group * length, headDim] */
export function toHeads(x: Tensor2D, { rows, length, kvHeads, group, headDim }: HeadShape): Tensor3D {
  const shape: [number, number, number] = [rows * kvHeads, group * length, headDim]
  if (length === 1) return reshape(x, shape)
  // The heads of a group are neighbours, so [kvHeads, group] is one dimension of `heads` throughout.
  return reshape(transpose(reshape(x, [rows, length, kvHeads * group, headDim]), [0, 2, 1, 3]), shape)
}

/** The way back from `toHeads`. */
function fromHeads(x: Tensor3D, { rows, length, kvHeads, group, headDim }: HeadShape): Tensor2D {
  const heads = kvHeads * group
  if (length === 1) return reshape(x, [rows, heads * headDim])
  return reshape(transpose(reshape(x, [rows, heads, length, headDim]), [0, 2, 1, 3]), [rows * length, heads * headDim])
}

/** Probabilities in float32 [rows * kvHeads, group * length, capacity], and the soft-cap's derivative at the scores. */
function scores(q: Tensor3D, k: Tensor3D, bias: Tensor4D, heads: number, softcap: number | null) {
  const raw = asFloat(matMul(q, k, false, true)) as Tensor3D
  const t = softcap === null ? null : tanh(mul(raw, 1 / softcap))
  const capped = t === null || softcap === null ? raw : mul(t, softcap)
  const length = bias.shape[2]
  const rows = raw.size / (heads * length * raw.shape[2])
  const masked = add(reshape(capped, [rows, heads, length, raw.shape[2]]), bias)
  const probabilities = reshape(softmax(masked), raw.shape)
  return { probabilities, slope: t === null ? null : sub(1, square(t)) }
}
