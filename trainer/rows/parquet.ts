/** Parquet files, read by hyparquet one row group at a time. */
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema, type SchemaTree } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { systemProblem } from '@/lib/causes'
import { problem, UserError } from '@/lib/errors'
import type { FileAt, FileRows } from '@/trainer/rows/file'
import { groupRows } from '@/trainer/rows/groups'
import { type ColumnType, toPyObject } from '@/trainer/rows/values'

/** UserError: not parquet, or damaged. */
export async function parquetRows(file: string, at: FileAt): Promise<FileRows> {
  const buffer = await asyncBufferFromFile(file)
  const metadata = await readable(at, () => parquetMetadataAsync(buffer))
  const type = columnType(parquetSchema(metadata))
  const sizes = metadata.row_groups.map(({ num_rows }) => Number(num_rows))
  const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0))
  const load = async (group: number) => {
    const rows = await readable(at, () => parquetReadObjects({ file: buffer, metadata, compressors, rowStart: starts[group], rowEnd: starts[group] + sizes[group] }))
    return rows.map((row) => toPyObject(row, type))
  }
  return groupRows({ sizes, load, close: async () => {} })
}

/** The library's errors are about the file. */
async function readable<T>(at: FileAt, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    throw new UserError('dataset_unsupported', { dataset: at.dataset, problem: problem('file_parquet', { path: at.path, reason: systemProblem(error) }) }, 'dataset')
  }
}

/** Lists and maps are wrapped in groups of one child, whose names writers choose; they are passed through. */
function columnType({ element, children }: SchemaTree): ColumnType {
  const float = element.type === 'FLOAT' || element.type === 'DOUBLE' || element.converted_type === 'DECIMAL'
  if (element.converted_type === 'LIST' || element.logical_type?.type === 'LIST') {
    const [repeated] = children
    const item = repeated?.children.length === 1 ? repeated.children[0] : repeated
    return { float, inner: new Map(item ? [['', columnType(item)]] : []) }
  }
  const inner = new Map(children.map((child) => [child.element.name, columnType(child)]))
  return element.repetition_type === 'REPEATED' ? { float: false, inner: new Map([['', { float, inner }]]) } : { float, inner }
}
