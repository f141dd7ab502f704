/** Rows of a file that is stored in groups (parquet's row groups, Arrow's record batches), each read whole. The last ones read are kept for random access. */
import type { FileRow, FileRows } from '@/trainer/rows/file'

export interface Groups {
  /** Rows of each group. */
  sizes: readonly number[]
  load(group: number): Promise<FileRow[]>
  close(): Promise<void>
}

const KEPT = 2
/** Rows that a scan hands out at once. */
const PIECE = 1000

export function groupRows({ sizes, load, close }: Groups): FileRows {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const kept = new Map<number, Promise<FileRow[]>>()
  const group = (i: number) => {
    const found = kept.get(i) ?? load(i)
    kept.delete(i)
    kept.set(i, found)
    if (kept.size > KEPT) kept.delete([...kept.keys()][0])
    return found
  }
  return {
    count: async () => total,
    async read(from, to) {
      const rows: FileRow[] = []
      for (let i = 0, start = 0; i < sizes.length && start < to; start += sizes[i++]) {
        if (start + sizes[i] <= from) continue
        rows.push(...(await group(i)).slice(Math.max(from - start, 0), to - start))
      }
      return rows
    },
    async *scan(signal) {
      for (let i = 0; i < sizes.length; i++) {
        signal?.throwIfAborted()
        const rows = await load(i)
        for (let at = 0; at < rows.length; at += PIECE) yield rows.slice(at, at + PIECE)
      }
    },
    close,
  }
}
