/**
 * The safetensors format (github.com/huggingface/safetensors): 8 bytes of header length, a JSON header, then the tensors' bytes. Files are
 * read by ranges, and damage is found from the header alone. Which tensors a model needs is in index.ts.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { hasCode, systemProblem } from '@/lib/causes'
import { type Problem, problem, UserError } from '@/lib/errors'
import type { NamedTensor } from '@/trainer/engine/types'
import { writeChunks } from '@/trainer/files'
import { type FloatType, floatTypes, fromFloat32, isFloatType, toFloat32 } from '@/trainer/weights/dtypes'

/** Where a tensor lies. */
export interface TensorEntry {
  file: string
  dtype: FloatType
  shape: number[]
  /** First byte in the file, and the one after the last. */
  begin: number
  end: number
}

/** Larger headers are refused, as the reference implementation does. */
const MAX_HEADER = 100_000_000

const headerSchema = z.record(
  z.string(),
  z.object({
    dtype: z.string(),
    shape: z.array(z.number().int().nonnegative()),
    data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
  }),
)

/**
 * The tensors of a file by name, from its header.
 * @throws UserError `model_weights_damaged` naming the file and what is wrong
 */
export function readHeader(file: string): Map<string, TensorEntry> {
  const damaged = (reason: Problem): UserError => new UserError('model_weights_damaged', { path: file, problem: reason })
  const fd = openExisting(file)
  try {
    const size = fstatSync(fd).size
    if (size < 8) throw damaged(problem('weights_short', { size }))
    const length = Number(readRange(fd, 0, 8).readBigUInt64LE())
    if (length > MAX_HEADER || 8 + length > size) throw damaged(problem('weights_header_cut', { length, size }))
    const header = parseHeader(readRange(fd, 8, length).toString('utf8'), damaged)
    const entries = Object.entries(header).map(([name, { dtype, shape, data_offsets: [begin, end] }]): [string, TensorEntry] => {
      if (!isFloatType(dtype)) throw damaged(problem('weights_type', { tensor: name, found: dtype, types: Object.keys(floatTypes).join(', ') }))
      return [name, { file, dtype, shape, begin: 8 + length + begin, end: 8 + length + end }]
    })
    checkLayout(entries, 8 + length, size, damaged)
    return new Map(entries)
  } finally {
    closeSync(fd)
  }
}

function openExisting(file: string): number {
  try {
    return openSync(file, 'r')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) throw new UserError('file_missing', { path: file })
    throw new UserError('file_unreadable', { path: file, problem: systemProblem(error) })
  }
}

function readRange(fd: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let done = 0; done < length; ) {
    const n = readSync(fd, bytes, done, Math.min(length - done, 1 << 30), position + done)
    if (n === 0) throw new Error(`safetensors: the file ended at byte ${position + done} while it was read`)
    done += n
  }
  return bytes
}

function parseHeader(text: string, damaged: (reason: Problem) => UserError): z.infer<typeof headerSchema> {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    throw damaged(problem('weights_header_json'))
  }
  if (raw !== null && typeof raw === 'object' && '__metadata__' in raw) delete raw.__metadata__
  const parsed = headerSchema.safeParse(raw)
  if (!parsed.success) throw damaged(problem('weights_header', { place: parsed.error.issues[0].path.join('.') || problem('weights_start') }))
  return parsed.data
}

/** Every byte after the header belongs to exactly one tensor, and each tensor has the bytes of its shape. */
function checkLayout(entries: [string, TensorEntry][], start: number, size: number, damaged: (reason: Problem) => UserError): void {
  let at = start
  for (const [name, { dtype, shape, begin, end }] of [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (end - begin !== elements(shape) * floatTypes[dtype]) {
      throw damaged(problem('weights_bytes', { tensor: name, found: end - begin, shape: `[${shape.join(', ')}]`, type: dtype }))
    }
    if (begin !== at) throw damaged(problem('weights_begin', { tensor: name, begin, wanted: at }))
    if (end > size) throw damaged(problem('weights_cut', { size, tensor: name, end }))
    at = end
  }
  if (at !== size) throw damaged(problem('weights_more', { end: at, size }))
}

export const elements = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** A tensor's bytes as they lie in its file, or `count` numbers of them from the `from`th on. */
export function readBytes(entry: TensorEntry, from = 0, count = elements(entry.shape) - from): Uint8Array {
  const width = floatTypes[entry.dtype]
  const fd = openSync(entry.file, 'r')
  try {
    return readRange(fd, entry.begin + from * width, count * width)
  } finally {
    closeSync(fd)
  }
}

/** A tensor as float32, row-major, in the file's layout. */
export function readTensor(entry: TensorEntry): Float32Array {
  return toFloat32(readBytes(entry), entry.dtype)
}

/** Every tensor of a small file (adapter, optimiser). */
export function readSafetensors(file: string): NamedTensor[] {
  return [...readHeader(file)].map(([name, entry]) => ({ name, shape: entry.shape, data: readTensor(entry) }))
}

/** A tensor to be written; its data is asked for when its turn comes. */
export interface TensorSource {
  name: string
  shape: number[]
  dtype: FloatType
  read: () => Float32Array | Uint8Array | Iterable<Float32Array | Uint8Array>
}

/** The pieces of a file: header, then the tensors' in the given order. A `Uint8Array` is taken as bytes in the tensor's own type. */
export function* safetensorsChunks(sources: TensorSource[]): Generator<Uint8Array> {
  let at = 0
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } }
  for (const { name, shape, dtype } of sources) {
    const end = at + elements(shape) * floatTypes[dtype]
    header[name] = { dtype, shape, data_offsets: [at, end] }
    at = end
  }
  const json = Buffer.from(JSON.stringify(header))
  const padded = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ')
  padded.writeBigUInt64LE(BigInt(padded.length - 8))
  json.copy(padded, 8)
  yield padded
  for (const { name, shape, dtype, read } of sources) {
    const data = read()
    let length = 0
    for (const piece of ArrayBuffer.isView(data) ? [data] : data) {
      const bytes = piece instanceof Float32Array ? fromFloat32(piece, dtype) : piece
      length += bytes.byteLength
      yield bytes
    }
    if (length !== elements(shape) * floatTypes[dtype]) throw new Error(`safetensors: ${name} has ${length} bytes, not those of [${shape.join(', ')}] in ${dtype}`)
  }
}

/** Writes a file piece by piece, whole or not at all. */
export function writeSafetensors(file: string, sources: TensorSource[]): void {
  writeChunks(path.resolve(file), safetensorsChunks(sources))
}

/** A small file in memory, in float32. */
export function encodeSafetensors(tensors: NamedTensor[]): Uint8Array {
  return Buffer.concat([...safetensorsChunks(tensors.map(({ name, shape, data }) => ({ name, shape, dtype: 'F32' as const, read: () => data })))])
}
