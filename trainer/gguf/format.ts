/**
 * The GGUF file format, version 3 (github.com/ggml-org/ggml/blob/master/docs/gguf.md): typed key-value pairs, a list of tensors, and their data,
 * each at a multiple of 32 bytes. Little-endian. Arrays of arrays are left out. What the keys and tensors of a model are is metadata.ts's and layout.ts's.
 */
import { type TensorType, bytesIn, tensorTypes } from '@/trainer/gguf/types'

export const MAGIC = 'GGUF'
export const VERSION = 3
export const ALIGNMENT = 32

/** The format's number for each kind of value. */
export const valueKinds = { u8: 0, i8: 1, u16: 2, i16: 3, u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9, u64: 10, i64: 11, f64: 12 } as const
export type ValueKind = keyof typeof valueKinds

/** The kinds that are written here. */
export type GgufValue =
  | { kind: 'u32' | 'f32'; value: number }
  | { kind: 'bool'; value: boolean }
  | { kind: 'string'; value: string }
  | { kind: 'strings'; value: readonly string[] }
  | { kind: 'i32s' | 'f32s'; value: readonly number[] }

export const u32 = (value: number): GgufValue => ({ kind: 'u32', value })
export const f32 = (value: number): GgufValue => ({ kind: 'f32', value })
export const bool = (value: boolean): GgufValue => ({ kind: 'bool', value })
export const text = (value: string): GgufValue => ({ kind: 'string', value })

/** Keys in the order in which they are written. */
export type Metadata = Record<string, GgufValue>

export interface GgufTensor {
  name: string
  /** Slowest dimension first, as in Hugging Face's files; the format has it the other way round. */
  shape: number[]
  type: TensorType
  /** The bytes in pieces; made when their turn comes. */
  pieces: () => Iterable<Uint8Array>
}

const padding = (length: number): Uint8Array => new Uint8Array((ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT)

/** All bytes of the file, piece by piece. */
export function* ggufChunks(metadata: Metadata, tensors: readonly GgufTensor[]): Generator<Uint8Array> {
  const head = header(metadata, tensors)
  yield head
  yield padding(head.length)
  for (const { name, shape, type, pieces } of tensors) {
    let length = 0
    for (const piece of pieces()) {
      length += piece.byteLength
      yield piece
    }
    if (length !== bytesIn(type, shape)) throw new Error(`gguf: ${name} has ${length} bytes, not those of [${shape.join(', ')}] in ${type}`)
    yield padding(length)
  }
}

function header(metadata: Metadata, tensors: readonly GgufTensor[]): Buffer {
  const pairs = Object.entries(metadata)
  const parts = [Buffer.from(MAGIC), u32Bytes(VERSION), u64Bytes(tensors.length), u64Bytes(pairs.length)]
  for (const [key, value] of pairs) parts.push(stringBytes(key), ...valueBytes(value))
  let offset = 0
  for (const { name, shape, type } of tensors) {
    parts.push(stringBytes(name), u32Bytes(shape.length), ...shape.toReversed().map(u64Bytes), u32Bytes(tensorTypes[type].id), u64Bytes(offset))
    const length = bytesIn(type, shape)
    offset += length + padding(length).length
  }
  return Buffer.concat(parts)
}

function u32Bytes(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function u64Bytes(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

function stringBytes(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([u64Bytes(bytes.length), bytes])
}

const raw = (array: Float32Array | Int32Array): Buffer => Buffer.from(array.buffer, array.byteOffset, array.byteLength)
const arrayBytes = (kind: ValueKind, count: number, items: Buffer[]): Buffer[] => [u32Bytes(valueKinds.array), u32Bytes(valueKinds[kind]), u64Bytes(count), ...items]

/** A value's kind and its bytes. */
function valueBytes(item: GgufValue): Buffer[] {
  switch (item.kind) {
    case 'u32':
      return [u32Bytes(valueKinds.u32), u32Bytes(item.value)]
    case 'f32':
      return [u32Bytes(valueKinds.f32), raw(Float32Array.of(item.value))]
    case 'bool':
      return [u32Bytes(valueKinds.bool), Buffer.of(item.value ? 1 : 0)]
    case 'string':
      return [u32Bytes(valueKinds.string), stringBytes(item.value)]
    case 'strings':
      return arrayBytes('string', item.value.length, item.value.map(stringBytes))
    case 'i32s':
      return arrayBytes('i32', item.value.length, [raw(Int32Array.from(item.value))])
    case 'f32s':
      return arrayBytes('f32', item.value.length, [raw(Float32Array.from(item.value))])
  }
}
