/** A batch as the arrays that a training program is fed: labels shifted by one and packed to the front, so that the vocabulary is met only there. */
import type { Batch } from '@/trainer/engine/types'

export interface BatchFeeds {
  [input: string]: Int32Array | Float32Array
  ids: Int32Array
  /** Which positions predict a label, first those; the rest are 0. [rows * length] */
  places: Int32Array
  /** The label that each predicts. */
  targets: Int32Array
  /** 1 for a real one, 0 for filling. */
  weights: Float32Array
  positions: Int32Array
  segments: Int32Array
}

/** @returns the feeds, and the number of labels in them */
export function batchFeeds(batch: Batch): { feeds: BatchFeeds; tokens: number } {
  const { rows, length, ids, labels } = batch
  const size = rows * length
  const feeds: BatchFeeds = {
    ids,
    places: new Int32Array(size),
    targets: new Int32Array(size),
    weights: new Float32Array(size),
    positions: batch.positions ?? Int32Array.from({ length: size }, (_, i) => i % length),
    segments: batch.segments ?? new Int32Array(size).fill(1),
  }
  let tokens = 0
  for (let row = 0; row < rows; row++) {
    for (let t = row * length; t < (row + 1) * length - 1; t++) {
      if (labels[t + 1] === -100) continue
      feeds.places[tokens] = t
      feeds.targets[tokens] = labels[t + 1]
      feeds.weights[tokens++] = 1
    }
  }
  return { feeds, tokens }
}

/** Whether a batch holds several texts in a row (packing): then positions and segments matter to attention. */
export function isPacked({ rows, length, positions, segments }: Batch): boolean {
  if (positions !== null) return true
  if (segments === null) return false
  for (let row = 0; row < rows; row++) {
    for (let t = row * length + 1; t < (row + 1) * length; t++) if (segments[t] > segments[t - 1]) return true
  }
  return false
}
