/** Writes tokens to disk as a store (store.ts): under another name until all are there. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import path from 'node:path'
import { systemProblem } from '@/lib/causes'
import { UserError } from '@/lib/errors'
import { diskFault, type Write, writeWhole } from '@/trainer/files'
import { isRunning } from '@/trainer/run/run-state'
import { type Note, NOTE, type Piece, SAMPLES, SIZES, VERSION } from '@/trainer/tokens/store'

const bytesOf = (words: Int32Array) => new Uint8Array(words.buffer, words.byteOffset, words.byteLength)

/**
 * Writes pieces in their order; `finish` makes them a store, which before that nobody takes for one. What else lies in the folder stays. UserError disk_full, and
 * tokens_no_place where no folder can be.
 */
export function tokenWriter(folder: string, key: string, write: Write = writeSync) {
  const temporary = `${folder}.${process.pid}.tmp`
  prepare(folder, temporary)
  const files = [SAMPLES, SIZES].map((name) => openSync(path.join(temporary, name), 'w'))
  const [samples, sizes] = files
  const note: Note = { version: VERSION, key, skipped: [], truncated: 0, unlearnable: 0 }
  const writeAll = (fd: number, bytes: Uint8Array) => {
    for (let done = 0; done < bytes.length; ) done += write(fd, bytes.subarray(done))
  }
  const close = () => files.splice(0).forEach(closeSync)
  const onDisk = (work: () => void) => {
    try {
      work()
    } catch (error) {
      throw diskFault(error, folder)
    }
  }
  return {
    add(piece: Piece): void {
      onDisk(() => {
        writeAll(samples, bytesOf(piece.words))
        writeAll(sizes, bytesOf(Int32Array.from({ length: 2 * piece.lengths.length }, (_, i) => (i % 2 ? piece.sizes : piece.lengths)[i >> 1])))
      })
      for (const row of piece.skipped) note.skipped.push(row)
      note.truncated += piece.truncated
      note.unlearnable += piece.unlearnable
    },
    finish(): void {
      onDisk(() => {
        files.forEach(fsyncSync)
        close()
        writeWhole(path.join(temporary, NOTE), JSON.stringify(note))
        mkdirSync(folder, { recursive: true })
        // The note goes first and comes last, so that nobody meets one store's note with another's samples.
        rmSync(path.join(folder, NOTE), { force: true })
        for (const name of [SAMPLES, SIZES, NOTE]) renameSync(path.join(temporary, name), path.join(folder, name))
      })
      rmSync(temporary, { recursive: true, force: true })
    },
    drop(): void {
      close()
      rmSync(temporary, { recursive: true, force: true })
    },
  }
}

/** Makes room, and takes away what killed processes left there. */
function prepare(folder: string, temporary: string): void {
  try {
    if (existsSync(folder) && !statSync(folder).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' })
    mkdirSync(path.dirname(folder), { recursive: true })
    for (const name of readdirSync(path.dirname(folder))) {
      const pid = leftBy(path.basename(folder), name)
      if (pid !== null && (pid === process.pid || !isRunning(pid))) rmSync(path.join(path.dirname(folder), name), { recursive: true, force: true })
    }
    mkdirSync(temporary)
  } catch (error) {
    const fault = diskFault(error, folder)
    throw fault instanceof UserError ? fault : new UserError('tokens_no_place', { path: folder, problem: systemProblem(error) }, 'tokenized_path')
  }
}

/** The process that wrote `name` on its way to a store of this name. */
function leftBy(store: string, name: string): number | null {
  const [, pid = null] = name.startsWith(`${store}.`) ? (/^(\d+)\.tmp$/.exec(name.slice(store.length + 1)) ?? []) : []
  return pid === null ? null : Number(pid)
}
