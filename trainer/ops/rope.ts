/** Rotary position embedding (arXiv 2104.09864) on halves, as Hugging Face's `rotate_half` lays them out. The angles come from model/rope.ts. */
import { type Tensor, type Tensor2D, type Tensor4D, add, concat, mul, neg, reshape, slice, sub } from '@tensorflow/tfjs-core'
import { fused, hasFusedKernels } from '@/trainer/ops/fused'
import { withGradient } from '@/trainer/ops/gradient'
import { asFloat, asStorage } from '@/trainer/ops/precision'

/** Cosines and sines of one call, shared by all layers. Queries use tables that already carry the attention's scale. */
export interface RopeTables {
  /** [1 or rows, length, 1, rotary / 2] float32 */
  cos: Tensor4D
  sin: Tensor4D
  /** Factor for the dimensions past the rotated ones, where only a part of a head is rotated. */
  rest: number
}

export interface RopeOptions {
  rows: number
  headDim: number
}

/**
 * Rotates each head of x by its position's angles.
 * @param x [rows * length, heads * headDim] in the storage type
 * @returns the same shape, in the storage type
 */
export function rope(x: Tensor2D, tables: RopeTables, { rows, headDim }: RopeOptions): Tensor2D {
  if (hasFusedKernels()) {
    const turn = (x: Tensor2D, inverse: boolean): Tensor2D =>
      fused<Tensor2D[]>('FusedRope', { x, cos: tables.cos, sin: tables.sin }, { headDim, rest: tables.rest, inverse })[0]
    return withGradient([x], () => ({ value: turn(x, false), saved: [], gradient: dy => [turn(dy, true)] }))
  }
  const shape: [number, number, number, number] = [rows, x.shape[0] / rows, x.shape[1] / headDim, headDim]
  const apply = (x: Tensor2D, cos: Tensor4D, sin: Tensor4D): Tensor2D => {
    const heads = asFloat(reshape(x, shape)) as Tensor4D
    return asStorage(reshape(rotate(heads, { cos, sin, rest: tables.rest }), x.shape))
  }
  return withGradient([x], () => ({
    value: apply(x, tables.cos, tables.sin),
    saved: [tables.cos, tables.sin],
    // A rotation's transpose is the rotation back.
    gradient: (dy, [cos, sin]: Tensor[]) => [apply(dy, cos as Tensor4D, neg(sin) as Tensor4D)],
  }))
}

/** @param x [rows, length, heads, headDim] */
function rotate(x: Tensor4D, { cos, sin, rest }: RopeTables): Tensor4D {
  const [rows, length, heads, headDim] = x.shape
  const half = cos.shape[3]
  const part = (from: number, size: number): Tensor4D => slice(x, [0, 0, 0, from], [rows, length, heads, size])
  const a = part(0, half)
  const b = part(half, half)
  const parts: Tensor4D[] = [sub(mul(a, cos), mul(b, sin)), add(mul(b, cos), mul(a, sin))]
  if (2 * half < headDim) parts.push(mul(part(2 * half, headDim - 2 * half), rest))
  return concat(parts, 3)
}
