/** Many short conversations into rows of one length: each row holds whole ones, marked as segments that do not see each other. */
import type { Batch } from '@/trainer/engine/types'

export interface Encoded {
  ids: readonly number[]
  /** -100 where nothing is learned. */
  labels: readonly number[]
}

/** Rows being filled at a time; more fit tighter and mix further. */
const openRows = 16

/** Groups of conversations whose lengths sum to at most `length`; one that is longer than a row is left out. */
export function* packRows(stream: Iterable<Encoded>, length: number): Generator<Encoded[]> {
  const open: { used: number; row: Encoded[] }[] = []
  for (const item of stream) {
    const size = item.ids.length
    if (size > length) continue
    const place = open.find(({ used }) => used + size <= length)
    if (place) {
      place.used += size
      place.row.push(item)
      continue
    }
    open.push({ used: size, row: [item] })
    if (open.length <= openRows) continue
    const fullest = open.reduce((best, { used }, i) => (used > open[best].used ? i : best), 0)
    yield open.splice(fullest, 1)[0].row
  }
  yield* open.map(({ row }) => row)
}

/** Packed rows as a batch: positions start anew in every conversation; padding has segment 0. */
export function toBatch(rows: Encoded[][], length: number, padId: number): Batch {
  const size = rows.length * length
  const batch = { ids: new Int32Array(size).fill(padId), labels: new Int32Array(size).fill(-100), positions: new Int32Array(size), segments: new Int32Array(size) }
  rows.forEach((row, r) => {
    let at = r * length
    row.forEach(({ ids, labels }, segment) => {
      batch.ids.set(ids, at)
      batch.labels.set(labels, at)
      batch.segments.fill(segment + 1, at, at + ids.length)
      for (let i = 0; i < ids.length; i++) batch.positions[at + i] = i
      at += ids.length
    })
  })
  return { rows: rows.length, length, ...batch }
}
