/** The types of data files, each with its reader. A type is a row; compressions lie around any of them (compressed.ts). */
import { type DatasetSource, type FileType, fileTypeOf } from '@/lib/datasets/info'
import { contentKey } from '@/trainer/cache'
import { arrowRows } from '@/trainer/rows/arrow'
import { csvFormat } from '@/trainer/rows/csv'
import type { FileAt, FileRows } from '@/trainer/rows/file'
import type { TextFormat } from '@/trainer/rows/format'
import { jsonFormat } from '@/trainer/rows/json'
import { jsonLines, textLines } from '@/trainer/rows/lines'
import { parquetRows } from '@/trainer/rows/parquet'
import { unpackedFile, utf8File } from '@/trainer/rows/plain'
import { textRows } from '@/trainer/rows/text'
import { zipRows } from '@/trainer/rows/zip'

type Reader = (file: string, at: FileAt, source: DatasetSource) => Promise<FileRows>

const text = (formatOf: (begin: number, head: Buffer, source: DatasetSource) => TextFormat): Reader => async (file, at, source) => {
  const { file: plain, begin } = await utf8File(file, at)
  return textRows(plain, await contentKey(plain), at, (head) => formatOf(begin, head, source))
}

const readers: Record<FileType, Reader> = {
  json: text(jsonFormat),
  jsonl: text(jsonLines),
  txt: text(textLines),
  csv: text((begin, head, { columns }) => csvFormat(begin, head, ',', columns.kto_tag)),
  tsv: text((begin, head, { columns }) => csvFormat(begin, head, '\t', columns.kto_tag)),
  parquet: parquetRows,
  arrow: arrowRows,
  zip: (file, at, source) => zipRows(file, at, (copy, type, member) => readers[type](copy, member, source)),
}

/** Opens one file, whose type must be one that is read. */
export async function openFile(path: string, source: DatasetSource): Promise<FileRows> {
  const { type, packing } = fileTypeOf(path)
  if (type === null) throw new Error(`${path} is of no type that is read`)
  const at: FileAt = { dataset: source.name, path }
  return readers[type](await unpackedFile(packing, at), at, source)
}
