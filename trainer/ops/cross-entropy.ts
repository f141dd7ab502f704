/**
 * Cross-entropy against a large vocabulary, in chunks of rows, so that [rows, vocab] never exists whole. The gradient for the hidden states
 * (and, when asked, for the head) is computed with the loss, while a chunk's logits are at hand. Which rows have a label is the caller's.
 */
import {
  type Scalar, type Tensor, type Tensor1D, type Tensor2D, add, addN, any, concat, div, exp, gather, greater, log, matMul, max, mul, reshape, slice, square, sub, sum, tanh,
  unsortedSegmentSum,
} from '@tensorflow/tfjs-core'
import { fused, hasFusedKernels } from '@/trainer/ops/fused'
import { onlyIf } from '@/trainer/ops/conditional'
import { inTurn } from '@/trainer/ops/in-turn'
import { withGradient } from '@/trainer/ops/gradient'
import { asFloat, asStorage } from '@/trainer/ops/precision'

export interface CrossEntropyOptions {
  /** Logits become softcap · tanh(logit / softcap) (Gemma 2); null = plain. */
  softcap: number | null
  /** Whether the head is trained: then its gradient [vocab, d] is made too. */
  train?: boolean
  /** Logits held at once; the rows of a chunk follow from it. */
  budget?: number
}

/** 16 Mi logits: 64 MB in float32, and still 340 rows at 49,152 tokens. */
export const LOGITS_AT_ONCE = 16 << 20

/**
 * Σ weight · -log softmax(hidden · headᵀ)[target].
 * @param hidden [n, d] in the storage type
 * @param head [vocab, d] in the storage type, or in float32 when trained
 * @param targets int32 [n]
 * @param weights float32 [n]; 0 for rows that only fill up a static shape
 * @returns a scalar in float32
 */
export function crossEntropy(hidden: Tensor2D, head: Tensor2D, targets: Tensor1D, weights: Tensor1D, options: CrossEntropyOptions): Scalar {
  const { train = false } = options
  return withGradient(train ? [hidden, head] : [hidden], () => {
    const stored = asStorage(head)
    const all = chunksOf({ hidden, targets, weights }, head, options)
    const { chunks, dHead } = train ? withHead(all, stored, options) : { chunks: all.map(chunk => labelledChunk(chunk, stored, options)), dHead: [] }
    const saved = [concat(chunks.map(c => c.dHidden), 0), ...dHead]
    return {
      value: addN(chunks.map(c => sum(c.losses))) as Scalar,
      saved,
      gradient: (dy, [dHidden, ...dHead]) => [asStorage(mul(dHidden, dy)), ...dHead.map(g => mul(g, dy))],
    }
  })
}

/** The same losses one by one, [n] in float32, for those who weigh them by what comes of them. */
export function tokenLosses(hidden: Tensor2D, head: Tensor2D, targets: Tensor1D, weights: Tensor1D, options: CrossEntropyOptions): Tensor1D {
  const { train = false } = options
  return withGradient(train ? [hidden, head] : [hidden], () => {
    const stored = asStorage(head)
    const chunks = chunksOf({ hidden, targets, weights }, head, options).map(chunk => labelledChunk(chunk, stored, options))
    return {
      value: concat(chunks.map(c => c.losses), 0),
      saved: [concat(chunks.map(c => c.dHidden), 0), ...(train ? [hidden, stored, targets, weights] : [])],
      gradient: (dy, [dHidden, ...rest]) => [asStorage(mul(dHidden, reshape(dy, [-1, 1]))), ...(train ? [headGradient(dy, rest, options)] : [])],
    }
  })
}

/** What the losses are weighed by is known only now, so the logits are made once more, with it in the weights. */
function headGradient(dy: Tensor1D, [hidden, head, targets, weights]: Tensor[], options: CrossEntropyOptions): Tensor {
  const weighed = { hidden: hidden as Tensor2D, targets: targets as Tensor1D, weights: mul(weights, dy) as Tensor1D }
  return withHead(chunksOf(weighed, head as Tensor2D, options), head as Tensor2D, options).dHead[0]
}

/** The head's gradient is as large as the head: one chunk after the other adds to it, so that it is there twice at most. */
function withHead(all: readonly Chunk[], head: Tensor2D, options: CrossEntropyOptions): { chunks: { losses: Tensor1D; dHidden: Tensor2D }[]; dHead: [Tensor2D] } {
  const [first, ...rest] = all
  const begun = chunkLoss(first, head, options)
  const chunks = [begun]
  let dHead = begun.dHead()
  for (const chunk of rest) {
    const next = chunkLoss({ ...chunk, hidden: inTurn(chunk.hidden, dHead) }, head, options)
    chunks.push(next)
    dHead = add(dHead, next.dHead())
  }
  return { chunks, dHead: [dHead] }
}

function chunksOf({ hidden, targets, weights }: Chunk, head: Tensor2D, { budget }: CrossEntropyOptions): Chunk[] {
  const [n, d] = hidden.shape
  return chunkRows(n, head.shape[0], budget).map(([from, size]) => ({ hidden: slice(hidden, [from, 0], [size, d]), targets: slice(targets, from, size), weights: slice(weights, from, size) }))
}

/** A chunk whose rows all have weight 0 is left out: the vocabulary is met only where there are labels. */
function labelledChunk({ hidden, targets, weights }: Chunk, head: Tensor2D, options: CrossEntropyOptions): { losses: Tensor1D; dHidden: Tensor2D } {
  const [losses, dHidden] = onlyIf(any(greater(weights, 0)), [hidden, targets, weights], ([hidden, targets, weights]) => {
    const part = chunkLoss({ hidden: hidden as Tensor2D, targets: targets as Tensor1D, weights: weights as Tensor1D }, head, options)
    return [part.losses, part.dHidden]
  })
  return { losses: losses as Tensor1D, dHidden: dHidden as Tensor2D }
}

interface Chunk {
  hidden: Tensor2D
  targets: Tensor1D
  weights: Tensor1D
}

function chunkLoss({ hidden, targets, weights }: Chunk, head: Tensor2D, { softcap }: CrossEntropyOptions) {
  if (hasFusedKernels()) {
    const [losses, dLogits] = fused<Tensor[]>('FusedCrossEntropy', { logits: matMul(hidden, head, false, true), targets, weights }, { softcap })
    return {
      losses: reshape(losses, [-1]) as Tensor1D,
      dHidden: matMul(dLogits as Tensor2D, head) as Tensor2D,
      dHead: (): Tensor2D => asFloat(matMul(dLogits as Tensor2D, hidden, true)) as Tensor2D,
    }
  }
  const cap = softcapOf(softcap)
  const all = cap(asFloat(matMul(hidden, head, false, true))) // [m, vocab]
  const top = max(all.value, 1, true)
  const powers = exp(sub(all.value, top))
  const total = sum(powers, 1, true) // [m, 1]
  const targetRows = gather(head, targets)
  const own = cap(sum(mul(asFloat(hidden), asFloat(targetRows)), 1, true) as Tensor2D) // [m, 1]
  const weight = reshape(weights, [-1, 1])
  const losses = reshape(mul(weight, sub(add(log(total), top), own.value)), [-1]) as Tensor1D
  // d loss / d logits = weight · (softmax - onehot), times the soft-cap's derivative; the onehot part needs the targets' rows only.
  const spread = asStorage(all.slope === null ? powers : mul(powers, all.slope)) as Tensor2D
  const spreadWeight = div(weight, total)
  const ownWeight = own.slope === null ? weight : mul(weight, own.slope)
  const dHidden = sub(mul(asFloat(matMul(spread, head)), spreadWeight), mul(asFloat(targetRows), ownWeight)) as Tensor2D
  const dHead = (): Tensor2D => {
    const pushed = asFloat(matMul(spread, asStorage(mul(asFloat(hidden), spreadWeight)) as Tensor2D, true))
    return sub(pushed, unsortedSegmentSum(mul(asFloat(hidden), ownWeight), targets, head.shape[0]))
  }
  return { losses, dHidden, dHead }
}

function softcapOf(softcap: number | null): (x: Tensor2D) => { value: Tensor2D; slope: Tensor2D | null } {
  if (softcap === null) return value => ({ value, slope: null })
  return x => {
    const t = tanh(mul(x, 1 / softcap))
    return { value: mul(t, softcap), slope: sub(1, square(t)) as Tensor2D }
  }
}

/** [from, size] of each chunk; sizes are multiples of 32 but for the last, and as equal as that allows, so that few shapes occur. */
export function chunkRows(n: number, vocab: number, budget = LOGITS_AT_ONCE): [number, number][] {
  const most = Math.max(32, Math.floor(budget / vocab / 32) * 32)
  const size = Math.min(n, Math.ceil(n / Math.ceil(n / most) / 32) * 32)
  return Array.from({ length: Math.ceil(n / size) }, (_, i) => [i * size, Math.min(size, n - i * size)])
}
