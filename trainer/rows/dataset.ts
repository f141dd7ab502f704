/**
 * A dataset of dataset_info.json, open: its rows, raw or aligned, in the one shape that its rows have together. A small dataset is read once and kept; of
 * a large one the first rows decide the shape, and rows are read as they are asked for.
 */
import { type Aligned, RowError } from '@/lib/datasets/align'
import { align, formats } from '@/lib/datasets/formats'
import { type DatasetSource, fileTypeOf } from '@/lib/datasets/info'
import { type Shapes, shapeCollector, unified } from '@/lib/datasets/unify'
import { type Fault, UserError } from '@/lib/errors'
import type { PyObject } from '@/lib/pyjson'
import { datasetFiles, rowFault } from '@/trainer/data/dataset-files'
import { remember } from '@/trainer/inspect/remember'
import { openRows } from '@/trainer/rows/store'
import type { RowStore, StoredRow } from '@/trainer/rows/stored'

/** A row in aligned form, or what is wrong with it. */
export type AlignedRow = { row: number } & ({ aligned: Aligned; record: PyObject; fault?: undefined } | { aligned?: undefined; fault: Fault })

export interface Dataset {
  source: DatasetSource
  store: RowStore
  /** Rows, at least one. */
  count: number
  /** What its rows have together; who has opened it before need not look again. */
  shapes: Shapes
  /** UserError: what makes a file unreadable, and a column that no row has. */
  align(rows: readonly StoredRow[]): AlignedRow[]
}

/** Files that are kept in memory as rows, in bytes. */
const SMALL = 8 * 1024 * 1024
/** Pieces of a scan that decide the shape: about 64 MB of text. */
const SHAPING = 256

/** UserError: the files' faults, dataset_empty. */
export async function openDataset(source: DatasetSource, dataset_dir: string, known: Shapes | null = null): Promise<Dataset> {
  const opened = await openRows(source, dataset_dir)
  const small = opened.bytes <= SMALL && opened.files.every(isPlain)
  const store = small ? await kept(opened) : opened
  try {
    const count = await store.count()
    if (count === 0) throw new UserError('dataset_empty', { dataset: source.name }, 'dataset')
    const shapes = known ?? (small ? await shapesIn(store, source) : await largeShapes({ source, dataset_dir }))
    return { source, store, count, shapes, align: (rows) => rows.map((row) => alignRow(row, source, shapes)) }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** Neither compressed nor an archive: no larger than it looks. */
function isPlain(file: string): boolean {
  const { type, packing } = fileTypeOf(file)
  return packing === null && type !== 'zip'
}

/** All rows read once; the files are closed. */
async function kept(store: RowStore): Promise<RowStore> {
  const rows: StoredRow[] = []
  try {
    for await (const piece of store.scan()) for (const row of piece) rows.push(row)
  } finally {
    await store.close()
  }
  return {
    ...store,
    count: async () => rows.length,
    read: async (from, to) => rows.slice(from - 1, to - 1),
    async *scan() {
      yield rows
    },
    close: async () => {},
  }
}

export const usedColumns = ({ columns }: DatasetSource): string[] => Object.values(columns).filter((name) => name !== null)

async function shapesIn(store: RowStore, source: DatasetSource): Promise<Shapes> {
  const { add, shapes } = shapeCollector(usedColumns(source))
  let pieces = 0
  for await (const piece of store.scan()) {
    for (const { record } of piece) if (record) add(record)
    if (++pieces === SHAPING) break
  }
  return shapes
}

const largeShapes = remember(
  async ({ source, dataset_dir }: { source: DatasetSource; dataset_dir: string }) => {
    const store = await openRows(source, dataset_dir)
    try {
      return await shapesIn(store, source)
    } finally {
      await store.close()
    }
  },
  ({ source, dataset_dir }) => datasetFiles(source, dataset_dir),
)

/** Rows by themselves, whatever else their dataset holds. UserError: a column that none of them has. */
export function alignTogether(rows: readonly StoredRow[], source: DatasetSource): AlignedRow[] {
  const { add, shapes } = shapeCollector(usedColumns(source))
  for (const { record } of rows) if (record) add(record)
  return rows.map((row) => alignRow(row, source, shapes))
}

function alignRow(stored: StoredRow, source: DatasetSource, shapes: Shapes): AlignedRow {
  const { row, record, fault } = stored
  if (!record) return { row, fault }
  try {
    return { row, record, aligned: align(formats[source.formatting].one_shape ? unified(record, shapes) : record, source) }
  } catch (error) {
    if (!(error instanceof RowError)) throw error
    const absent = error.problem === null && usedColumns(source).find((name) => name === error.column && !shapes.has(name))
    if (absent) throw new UserError('dataset_column_absent', { dataset: source.name, column: absent, found: [...record.keys()].join(', ') }, 'dataset')
    return { row, fault: rowFault(source.name, row, error) }
  }
}
