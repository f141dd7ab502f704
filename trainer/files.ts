/**
 * Files that are never seen half-written: whole ones by temporary name, sync and rename, logs by whole lines. Everything that a training
 * writes goes through here, so a full disk is one fault in one place.
 */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '@/lib/errors'
import { drained } from '@/trainer/steps'

/** The one call that can run out of space; tests put a failing one in its place. */
export type Write = (fd: number, data: Uint8Array) => number

const writeBytes: Write = (fd, data) => writeSync(fd, data)

/** Node takes less than 2 GiB a call. */
const atOnce = 1 << 30

function writeAll(fd: number, data: Uint8Array, write: Write): void {
  for (let done = 0; done < data.length; ) done += write(fd, data.subarray(done, done + atOnce))
}

/** ENOSPC and its kin become the user's fault `disk_full`, named by the outermost caller's file; all else passes as it is. */
export function diskFault(error: unknown, file: string): unknown {
  const code = error instanceof UserError ? error.fault.code : error instanceof Error && 'code' in error ? error.code : null
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'disk_full' ? new UserError('disk_full', { path: path.dirname(file) }, 'output_dir') : error
}

/** Replaces `file` by `data`, or leaves it as it was. */
export function writeWhole(file: string, data: string | Uint8Array, write: Write = writeBytes): void {
  writeChunks(file, [typeof data === 'string' ? Buffer.from(data) : data], write)
}

/** The same without waiting for the disk, for what is soon replaced: readers still see the old file or the new one. */
export function writeSwift(file: string, data: string): void {
  writeChunks(file, [Buffer.from(data)], writeBytes, () => undefined)
}

/** The same for data that is made piece by piece and need never be in memory whole. */
export function writeChunks(file: string, chunks: Iterable<Uint8Array>, write: Write = writeBytes, sync: (fd: number) => void = fsyncSync): void {
  drained(writingChunks(file, chunks, write, sync))
}

/** The same in steps, each the bytes that it wrote: whoever takes them can do other things in between, or leave, and then nothing is left of the file. */
export function* writingChunks(file: string, chunks: Iterable<Uint8Array>, write: Write = writeBytes, sync: (fd: number) => void = fsyncSync): Generator<number, void> {
  const temporary = `${file}.${process.pid}.tmp`
  try {
    const fd = openSync(temporary, 'w')
    try {
      for (const chunk of chunks) {
        writeAll(fd, chunk, write)
        yield chunk.length
      }
      sync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(temporary, file)
  } catch (error) {
    throw diskFault(error, file)
  } finally {
    rmSync(temporary, { force: true }) // gone already where all went well
  }
}

export interface LineLog {
  /** Appends a line at once; after a failed write the file ends with the line before. */
  append(line: string): void
  close(): void
}

/** Opens a file for whole lines. */
export function openLines(file: string, write: Write = writeBytes): LineLog {
  mkdirSync(path.dirname(file), { recursive: true })
  const fd = openSync(file, 'a')
  return {
    append(line) {
      const size = fstatSync(fd).size
      try {
        writeAll(fd, Buffer.from(`${line}\n`), write)
      } catch (error) {
        ftruncateSync(fd, size)
        throw diskFault(error, file)
      }
    },
    close: () => closeSync(fd),
  }
}

/** Makes a rename durable: a folder's entries are written when the folder is synced. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
