/**
 * Arrow files, in the file or the stream format: record batches are found by walking the messages, and each is decoded by flechette, together with the
 * schema and the dictionaries.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { type DataType, type Field, tableFromIPC, Type } from '@uwdata/flechette'
import { systemProblem } from '@/lib/causes'
import { problem, UserError } from '@/lib/errors'
import '@/trainer/rows/arrow-codecs'
import type { FileAt, FileRows } from '@/trainer/rows/file'
import { groupRows } from '@/trainer/rows/groups'
import { type ColumnType, toPyObject } from '@/trainer/rows/values'

const MAGIC = 'ARROW1'
/** Kinds of messages, from Arrow's Message.fbs. */
const BATCH = 3

interface Message {
  kind: number
  offset: number
  size: number
  /** Of a record batch. */
  rows: number
}

/** UserError: not Arrow, or damaged. */
export async function arrowRows(path: string, at: FileAt): Promise<FileRows> {
  const file = await open(path)
  const bytesOf = async ({ offset, size }: Pick<Message, 'offset' | 'size'>) => {
    const bytes = Buffer.alloc(size)
    await file.read(bytes, 0, size, offset)
    return new Uint8Array(bytes.buffer, bytes.byteOffset, size)
  }
  try {
    const messages = await messagesOf(file)
    const batches = messages.filter(({ kind }) => kind === BATCH)
    const head = await Promise.all(messages.filter(({ kind }) => kind !== BATCH).map(bytesOf))
    const type = structure(tableFromIPC(head).schema.fields)
    const load = async (group: number) => {
      const bytes = await bytesOf(batches[group])
      const table = readable(at, () => tableFromIPC([...head, bytes], { useBigInt: true, useMap: true, useDate: true }))
      return Array.from({ length: table.numRows }, (_, i) => toPyObject(table.get(i), type))
    }
    return groupRows({ sizes: batches.map(({ rows }) => rows), load, close: () => file.close() })
  } catch (error) {
    await file.close()
    return readable(at, () => {
      throw error
    })
  }
}

/** The library's errors, and reads beyond the end, are about the file. */
function readable<T>(at: FileAt, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new UserError('dataset_unsupported', { dataset: at.dataset, problem: problem('file_arrow', { path: at.path, reason: systemProblem(error) }) }, 'dataset')
  }
}

/** The file format is the stream format between a magic word and a footer. */
async function messagesOf(file: FileHandle): Promise<Message[]> {
  const { size } = await file.stat()
  const word = Buffer.alloc(8)
  await file.read(word, 0, 8, 0)
  const messages: Message[] = []
  for (let at = word.toString('latin1', 0, 6) === MAGIC ? 8 : 0; at + 8 <= size; ) {
    await file.read(word, 0, 8, at)
    const continued = word.readInt32LE(0) === -1
    const length = word.readInt32LE(continued ? 4 : 0)
    if (length <= 0) break // the end of the stream
    const from = at + (continued ? 8 : 4)
    if (from + length > size) throw new Error('a message ends beyond the file')
    const head = Buffer.alloc(length)
    await file.read(head, 0, length, from)
    const { kind, body, rows } = messageHead(head)
    if (from + length + body > size) throw new Error('a message ends beyond the file')
    messages.push({ kind, offset: at, size: from + length + body - at, rows })
    at = from + length + body
  }
  if (messages.length === 0) throw new Error('it holds no schema')
  return messages
}

/** The few fields of a message's flatbuffer that say where the next one is. */
function messageHead(head: Buffer): { kind: number; body: number; rows: number } {
  const root = head.readUInt32LE(0)
  const kind = head[fieldAt(head, root, 1) ?? 0]
  const headerAt = fieldAt(head, root, 2)
  const bodyAt = fieldAt(head, root, 3)
  const header = headerAt === null ? 0 : headerAt + head.readUInt32LE(headerAt)
  const rowsAt = kind === BATCH ? fieldAt(head, header, 0) : null
  const long = (at: number | null) => (at === null ? 0 : Number(head.readBigInt64LE(at)))
  return { kind, body: long(bodyAt), rows: long(rowsAt) }
}

/** Place of a field in a flatbuffer's table; null when it is left out. */
function fieldAt(head: Buffer, table: number, field: number): number | null {
  const vtable = table - head.readInt32LE(table)
  const entry = 4 + 2 * field
  const offset = entry < head.readUInt16LE(vtable) ? head.readUInt16LE(vtable + entry) : 0
  return offset === 0 ? null : table + offset
}

const structure = (fields: readonly Field[]): ColumnType => ({ float: false, inner: new Map(fields.map(({ name, type }) => [name, columnType(type)])) })

function columnType(type: DataType): ColumnType {
  if (type.typeId === Type.Dictionary) return columnType(type.dictionary)
  const float = type.typeId === Type.Float || type.typeId === Type.Decimal
  if (!('children' in type) || !type.children) return { float, inner: new Map() }
  if (type.typeId === Type.Struct) return structure(type.children)
  return { float, inner: new Map(type.children.slice(0, 1).map((item) => ['', columnType(item.type)])) }
}
