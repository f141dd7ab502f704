/**
 * The rows of a dataset, whatever its files: how many there are, some by their numbers, or all in turn. Rows count from 1 over all files of a folder.
 * What cannot be read of a row stands in its place as a fault; what makes a file unreadable is thrown.
 */
import { stat } from 'node:fs/promises'
import { RowError } from '@/lib/datasets/align'
import type { DatasetSource } from '@/lib/datasets/info'
import { datasetFiles, rowFault } from '@/trainer/data/dataset-files'
import type { FileRow, FileRows } from '@/trainer/rows/file'
import { slicedRows } from '@/trainer/rows/sliced'
import { openFile } from '@/trainer/rows/table'
import type { RowStore, StoredRow } from '@/trainer/rows/stored'

/** UserError: a file is missing, outside the allowed folders, of a type that is not read, or damaged; the last also from the store's functions. */
export async function openRows(source: DatasetSource, dataset_dir: string): Promise<RowStore> {
  const files = await datasetFiles(source, dataset_dir)
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size))
  const open: FileRows[] = []
  const close = async () => {
    for (const file of open) await file.close()
  }
  try {
    for (const file of files) open.push(await openFile(file, source))
  } catch (error) {
    await close()
    throw error
  }
  const stored = (found: FileRow, row: number, file: string): StoredRow => (found instanceof RowError ? { row, file, fault: rowFault(source.name, row, found) } : { row, file, record: found })
  const store: RowStore = {
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    files,
    async count() {
      let sum = 0
      for (const file of open) sum += await file.count()
      return sum
    },
    async read(from, to) {
      const rows: StoredRow[] = []
      let before = 0
      for (const [i, file] of open.entries()) {
        if (before >= to - 1) break
        const count = await file.count()
        const first = Math.max(from - 1 - before, 0)
        const found = first < count ? await file.read(first, Math.min(to - 1 - before, count)) : []
        for (const [k, row] of found.entries()) rows.push(stored(row, before + first + k + 1, files[i]))
        before += count
      }
      return rows
    },
    async *scan(signal) {
      let row = 0
      for (const [i, file] of open.entries()) for await (const found of file.scan(signal)) yield found.map((one) => stored(one, ++row, files[i]))
    },
    close,
  }
  return source.slices ? slicedRows(store, source.slices) : store
}
