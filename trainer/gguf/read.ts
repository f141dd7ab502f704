/** Reads a GGUF file back: keys, and tensors by rows as float32. Only the number types that are written here; its shapes are trusted, as the file is one of ours. */
import { closeSync, openSync, readSync } from 'node:fs'
import { ALIGNMENT, MAGIC, VERSION, type ValueKind, valueKinds } from '@/trainer/gguf/format'
import { bytesIn, type TensorType, tensorTypes } from '@/trainer/gguf/types'
import { elements } from '@/trainer/weights/safetensors'

type Value = number | bigint | boolean | string | Value[]

export interface GgufEntry {
  /** Slowest dimension first. */
  shape: number[]
  type: TensorType
  rows: (from: number, count: number) => Float32Array
}

export interface GgufFile {
  keys: Map<string, Value>
  tensors: Map<string, GgufEntry>
}

/** Bytes that are read at once while the head is parsed. */
const WINDOW = 1 << 20

export function readGguf(file: string): GgufFile {
  const cursor = openCursor(file)
  try {
    const magic = cursor.take(4).toString('latin1')
    const version = cursor.take(4).readUInt32LE()
    if (magic !== MAGIC || version !== VERSION) throw new Error(`gguf: ${file} begins with ${magic} ${version}`)
    const [tensors, keys] = [cursor.count(), cursor.count()]
    const read = { keys: new Map(Array.from({ length: keys }, () => [cursor.text(), readValue(cursor, cursor.kind())] as const)) }
    const infos = Array.from({ length: tensors }, () => {
      const name = cursor.text()
      const shape = Array.from({ length: cursor.take(4).readUInt32LE() }, () => cursor.count()).reverse()
      return { name, shape, type: typeOf(cursor.take(4).readUInt32LE()), offset: cursor.count() }
    })
    const start = Math.ceil(cursor.at() / ALIGNMENT) * ALIGNMENT
    return { ...read, tensors: new Map(infos.map(({ name, shape, type, offset }) => [name, { shape, type, rows: rowsOf(file, start + offset, shape, type) }])) }
  } finally {
    cursor.close()
  }
}

function typeOf(id: number): TensorType {
  const found = (Object.keys(tensorTypes) as TensorType[]).find((type) => tensorTypes[type].id === id)
  if (found === undefined) throw new Error(`gguf: tensors of type ${id} are not read`)
  return found
}

function rowsOf(file: string, start: number, shape: number[], type: TensorType): GgufEntry['rows'] {
  const row = bytesIn(type, [1, ...shape.slice(1)])
  return (from, count) => tensorTypes[type].decode(readRange(file, start + from * row, count * row))
}

function readRange(file: string, from: number, length: number): Uint8Array {
  const fd = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(length)
    if (readSync(fd, bytes, 0, length, from) < length) throw new Error(`gguf: ${file} ends before byte ${from + length}`)
    return bytes
  } finally {
    closeSync(fd)
  }
}

/** All of a tensor. */
export const readAll = ({ shape, rows }: GgufEntry): Float32Array => (elements(shape) === 0 ? new Float32Array() : rows(0, shape[0]))

type Cursor = ReturnType<typeof openCursor>

function openCursor(file: string) {
  const fd = openSync(file, 'r')
  let window = Buffer.alloc(0)
  let [start, at] = [0, 0]
  const take = (length: number): Buffer => {
    if (at + length > start + window.length) {
      window = Buffer.alloc(Math.max(WINDOW, length))
      start = at
      window = window.subarray(0, readSync(fd, window, 0, window.length, start))
      if (window.length < length) throw new Error(`gguf: ${file} ends in the middle of its head`)
    }
    at += length
    return window.subarray(at - length - start, at - start)
  }
  const count = (): number => Number(take(8).readBigUInt64LE())
  return {
    take,
    count,
    text: (): string => take(count()).toString(),
    kind: (): number => take(4).readUInt32LE(),
    at: () => at,
    close: () => closeSync(fd),
  }
}

const readers: Record<Exclude<ValueKind, 'array'>, (cursor: Cursor) => Value> = {
  u8: (cursor) => cursor.take(1).readUInt8(),
  i8: (cursor) => cursor.take(1).readInt8(),
  u16: (cursor) => cursor.take(2).readUInt16LE(),
  i16: (cursor) => cursor.take(2).readInt16LE(),
  u32: (cursor) => cursor.take(4).readUInt32LE(),
  i32: (cursor) => cursor.take(4).readInt32LE(),
  f32: (cursor) => cursor.take(4).readFloatLE(),
  bool: (cursor) => cursor.take(1).readUInt8() === 1,
  string: (cursor) => cursor.text(),
  u64: (cursor) => cursor.take(8).readBigUInt64LE(),
  i64: (cursor) => cursor.take(8).readBigInt64LE(),
  f64: (cursor) => cursor.take(8).readDoubleLE(),
}

function readValue(cursor: Cursor, kind: number): Value {
  if (kind === valueKinds.array) {
    const item = cursor.kind()
    return Array.from({ length: cursor.count() }, () => readValue(cursor, item))
  }
  const found = (Object.keys(readers) as (keyof typeof readers)[]).find((name) => valueKinds[name] === kind)
  if (found === undefined) throw new Error(`gguf: values of kind ${kind} are not read`)
  return readers[found](cursor)
}
