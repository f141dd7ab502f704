/**
 * Compressed files unpacked: gzip by Node, Zstandard by fzstd. What unpacks to far more than text ever does is no dataset but a trap, and is
 * not unpacked to its end.
 */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { Decompress } from 'fzstd'
import { systemProblem } from '@/lib/causes'
import type { Packing } from '@/lib/datasets/info'
import { type Problem, problem, UserError } from '@/lib/errors'
import type { FileAt } from '@/trainer/rows/file'

/** By the last ending of a name. */
const unpackers: Record<Packing, (file: string) => AsyncIterable<Uint8Array>> = {
  gz: (file) => createReadStream(file).pipe(createGunzip()),
  zst: unzstd,
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

/** Text shrinks to a tenth, the most repetitive to a fiftieth. */
const MOST_RATIO = 100
/** What may be unpacked at any ratio, in bytes. */
const HARMLESS = 256 * 1024 * 1024

/** UserError: the file is damaged, or a trap. */
export async function* unpacked(file: string, packing: Packing, at: FileAt, harmless = HARMLESS): AsyncGenerator<Uint8Array> {
  const { size } = await stat(file)
  const refused = (reason: Problem) => new UserError('dataset_unsupported', { dataset: at.dataset, problem: reason }, 'dataset')
  let bytes = 0
  try {
    for await (const piece of unpackers[packing](file)) {
      bytes += piece.length
      if (bytes > Math.max(harmless, size * MOST_RATIO)) throw refused(problem('file_swells', { path: at.path, ratio: MOST_RATIO }))
      yield piece
    }
  } catch (error) {
    if (error instanceof UserError || (error instanceof Error && 'syscall' in error)) throw error
    throw refused(problem('file_packed', { path: at.path, reason: systemProblem(error) }))
  }
}
