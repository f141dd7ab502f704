/** A part of a dataset's rows, as a slice of its split names it (`lib/datasets/split.ts`): numbered anew from 1. */
import { type Slice, sliceRange } from '@/lib/datasets/split'
import type { RowStore, StoredRow } from '@/trainer/rows/stored'

/** Rows that a scan hands out at once. */
const PIECE = 500

export function slicedRows(store: RowStore, slices: readonly Slice[]): RowStore {
  const ranges = async () => {
    const count = await store.count()
    return slices.map((slice) => sliceRange(slice, count)).filter(([from, to]) => to > from)
  }
  const read = async (from: number, to: number) => {
    const rows: StoredRow[] = []
    let before = 0
    for (const [first, end] of await ranges()) {
      const [low, high] = [Math.max(from - 1 - before, 0), Math.min(to - 1 - before, end - first)]
      if (low < high) for (const [i, row] of (await store.read(first + low + 1, first + high + 1)).entries()) rows.push(renumbered(row, before + low + i + 1))
      before += end - first
    }
    return rows
  }
  const count = async () => (await ranges()).reduce((sum, [from, to]) => sum + to - from, 0)
  return {
    ...store,
    count,
    read,
    async *scan(signal) {
      const total = await count()
      for (let at = 1; at <= total; at += PIECE) {
        signal?.throwIfAborted()
        yield await read(at, at + PIECE)
      }
    },
  }
}

const renumbered = (stored: StoredRow, row: number): StoredRow => (stored.record ? { ...stored, row } : { ...stored, row, fault: { ...stored.fault, values: { ...stored.fault.values, row } } })
