/**
 * A data file as a plain UTF-8 file, by whose bytes rows can be found: the file itself in most cases, else a copy in the user's cache, unpacked or put into
 * UTF-8, and made once.
 */
import { createWriteStream, existsSync, renameSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Packing } from '@/lib/datasets/info'
import { type Problem, problem, UserError } from '@/lib/errors'
import { cachePlace, contentKey, touch } from '@/trainer/cache'
import { diskFault } from '@/trainer/files'
import { unpacked } from '@/trainer/rows/compressed'
import { type Encoding, encodingOf } from '@/trainer/rows/encoding'
import type { FileAt } from '@/trainer/rows/file'

/** How much of a file is looked at to tell its encoding. */
const HEAD = 1024 * 1024

/** The file itself, or its unpacked copy. UserError: damaged, a trap. */
export async function unpackedFile(packing: Packing | null, at: FileAt): Promise<string> {
  return packing === null ? at.path : copyOnce(`unpacked\n${await contentKey(at.path)}`, () => unpacked(at.path, packing, at))
}

/** The file or its copy in UTF-8, and where its text begins. UserError: an encoding that is not known. */
export async function utf8File(file: string, at: FileAt): Promise<{ file: string; begin: number }> {
  const found = encodingOf(await headOf(file))
  if (found === null) throw refused(at, problem('file_encoding', { path: at.path }))
  const { encoding, mark } = found
  if (encoding === 'utf-8') return { file, begin: mark }
  return { file: await copyOnce(`${encoding}\n${await contentKey(file)}`, () => decoded(file, encoding, at)), begin: 0 }
}

const refused = (at: FileAt, reason: Problem) => new UserError('dataset_unsupported', { dataset: at.dataset, problem: reason }, 'dataset')

async function headOf(file: string): Promise<Buffer> {
  const handle = await open(file)
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(HEAD), 0, HEAD, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

async function* decoded(file: string, encoding: Encoding, at: FileAt): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  const handle = await open(file)
  try {
    for await (const piece of handle.createReadStream({ autoClose: false })) yield Buffer.from(decoder.decode(piece, { stream: true }))
    yield Buffer.from(decoder.decode())
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw refused(at, problem('file_encoding_breaks', { path: at.path, encoding: encoding.toUpperCase() }))
  } finally {
    await handle.close()
  }
}

/** A file made once, in the user's cache under its key. */
export async function copyOnce(key: string, make: () => AsyncIterable<Uint8Array>): Promise<string> {
  const place = cachePlace('plain', key)
  if (existsSync(place)) {
    touch(place)
    return place
  }
  const temporary = `${place}.${process.pid}.tmp`
  try {
    await pipeline(Readable.from(make()), createWriteStream(temporary))
    renameSync(temporary, place)
    return place
  } catch (error) {
    rmSync(temporary, { force: true })
    throw diskFault(error, place)
  }
}
