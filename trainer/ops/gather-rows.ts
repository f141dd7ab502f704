/** Rows of a matrix by index, with the plain scatter-add as gradient (TF.js's own goes through two transposes). */
import { type Tensor, type Tensor1D, type Tensor2D, gather, unsortedSegmentSum } from '@tensorflow/tfjs-core'
import { withGradient } from '@/trainer/ops/gradient'

/** @param x [n, d] @param rows int32 [m], indices into x; one may occur more than once @returns [m, d] in x's precision */
export function gatherRows(x: Tensor2D, rows: Tensor1D): Tensor2D {
  return withGradient([x], () => ({
    value: gather(x, rows),
    saved: [rows],
    gradient: (dy, [rows]: Tensor[]) => [unsortedSegmentSum(dy, rows as Tensor1D, x.shape[0])],
  }))
}
