/**
 * Compressed files unpacked: gzip by Node, Zstandard by fzstd, bzip2 by unbzip2-stream, xz by xz-decompress (WebAssembly). What unpacks to far more than text ever
 * does is no dataset but a trap, and is not unpacked to its end. Archives of several files are zip.ts's.
 */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { PassThrough, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Decompress } from 'fzstd'
import unbzip2 from 'unbzip2-stream'
import xz from 'xz-decompress'
import { systemProblem } from '@/lib/causes'
import type { Packing } from '@/lib/datasets/info'
import { type Problem, problem, UserError } from '@/lib/errors'
import type { FileAt } from '@/trainer/rows/file'

/** By the last ending of a name. */
const unpackers: Record<Packing, (file: string) => AsyncIterable<Uint8Array>> = {
  gz: (file) => createReadStream(file).pipe(createGunzip()),
  zst: unzstd,
  bz2: unbzip,
  xz: unxz,
}

async function* unzstd(file: string): AsyncGenerator<Uint8Array> {
  const pieces: Uint8Array[] = []
  const stream = new Decompress((piece) => void pieces.push(piece))
  for await (const packed of createReadStream(file)) {
    stream.push(packed)
    yield* pieces.splice(0)
  }
  stream.push(new Uint8Array(0), true)
  yield* pieces.splice(0)
}

/** The library's stream is of Node's oldest kind, and meets a file that is cut with an error of its own. */
async function* unbzip(file: string): AsyncGenerator<Uint8Array> {
  const unpacked = new PassThrough()
  const fail = (error: unknown) => void unpacked.destroy(error instanceof TypeError ? new Unfinished() : error instanceof Error ? error : new Error(String(error)))
  const packed = createReadStream(file).on('error', fail)
  packed.pipe(unbzip2().on('error', fail)).pipe(unpacked)
  try {
    yield* unpacked
  } finally {
    packed.destroy()
  }
}

class Unfinished extends Error {}

async function* unxz(file: string): AsyncGenerator<Uint8Array> {
  const packed = createReadStream(file)
  try {
    const reader = new xz.XzReadableStream(Readable.toWeb(packed) as ReadableStream<Uint8Array>).getReader()
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value
  } finally {
    packed.destroy()
  }
}

/** Text shrinks to a tenth, the most repetitive to a fiftieth. */
const MOST_RATIO = 100
/** What may be unpacked at any ratio, in bytes. */
const HARMLESS = 256 * 1024 * 1024

/** UserError: the file is damaged, or a trap. */
export async function* unpacked(file: string, packing: Packing, at: FileAt, harmless = HARMLESS): AsyncGenerator<Uint8Array> {
  yield* guarded(unpackers[packing](file), (await stat(file)).size, at, harmless)
}

/** Pieces that `size` packed bytes become. UserError: the packed bytes are damaged, or a trap. */
export async function* guarded(pieces: AsyncIterable<Uint8Array>, size: number, at: FileAt, harmless = HARMLESS): AsyncGenerator<Uint8Array> {
  let bytes = 0
  try {
    for await (const piece of pieces) {
      bytes += piece.length
      checkRatio(bytes, size, at, harmless)
      yield piece
    }
  } catch (error) {
    if (error instanceof UserError || (error instanceof Error && 'syscall' in error)) throw error
    throw packedFault(at, error instanceof Unfinished ? problem('file_cut') : systemProblem(error))
  }
}

/** UserError: so few bytes become so many. */
export function checkRatio(bytes: number, size: number, at: FileAt, harmless = HARMLESS): void {
  if (bytes > Math.max(harmless, size * MOST_RATIO)) throw refused(at, problem('file_swells', { path: at.path, ratio: MOST_RATIO }))
}

const refused = (at: FileAt, reason: Problem) => new UserError('dataset_unsupported', { dataset: at.dataset, problem: reason }, 'dataset')

export const packedFault = (at: FileAt, reason: ReturnType<typeof systemProblem>): UserError => refused(at, problem('file_packed', { path: at.path, reason }))
