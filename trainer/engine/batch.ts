/** A batch as the arrays that a program is fed: its ids, and the places where labels are predicted, packed to the front, so that the vocabulary is met only there. */
import type { Batch } from '@/trainer/engine/types'

/** What every program takes. */
export function inputFeeds({ rows, length, ids, positions, segments }: Batch) {
  const size = rows * length
  return { ids, positions: positions ?? Int32Array.from({ length: size }, (_, i) => i % length), segments: segments ?? new Int32Array(size).fill(1) }
}

export interface LabelFeeds {
  [input: string]: Int32Array | Float32Array
  /** Which positions predict a label, first those; the rest are 0. */
  places: Int32Array
  /** The label that each predicts. */
  targets: Int32Array
  /** 1 for a real one, 0 for filling. */
  weights: Float32Array
}

/** The labels of the rows from `from` up to `to`, whose positions count from 0 there, in arrays of `room`; and how many there are. */
export function labelFeeds({ rows, length, labels }: Batch, room: number, from = 0, to = rows): { feeds: LabelFeeds; tokens: number } {
  const feeds: LabelFeeds = { places: new Int32Array(room), targets: new Int32Array(room), weights: new Float32Array(room) }
  let tokens = 0
  for (let row = from; row < to; row++) {
    for (let t = row * length; t < (row + 1) * length - 1; t++) {
      if (labels[t + 1] === -100) continue
      feeds.places[tokens] = t - from * length
      feeds.targets[tokens] = labels[t + 1]
      feeds.weights[tokens++] = 1
    }
  }
  return { feeds, tokens }
}

/** How many labels a batch has to predict. */
export function labelCount({ rows, length, labels }: Batch): number {
  let count = 0
  for (let row = 0; row < rows; row++) for (let t = row * length + 1; t < (row + 1) * length; t++) if (labels[t] !== -100) count++
  return count
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
