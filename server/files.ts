/** Small reads and writes of the server: files written whole, and "not there" told apart from every other failure. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { hasCode, systemProblem } from '@/lib/causes'
import { UserError } from '@/lib/errors'

/** Whether an error says that a file or folder is not there (or that a part of its path is no folder). */
export const isMissing = (error: unknown): boolean => hasCode(error, 'ENOENT', 'ENOTDIR')

/** Whether an error says that the system does not let us. */
export const isClosed = (error: unknown): boolean => hasCode(error, 'EACCES', 'EPERM')

/** Whether an error says that the system has no more of what we ask for: open files, or folders to watch. */
export const isExhausted = (error: unknown): boolean => hasCode(error, 'EMFILE', 'ENFILE', 'ENOSPC')

/** Text of a file, or null where there is none. */
export function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** A file's JSON, or null where there is no file, or its text is not JSON (a file that another program is writing). */
export function readJson(file: string): unknown {
  const text = readIfThere(file)
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** What keeps a file from being written, as the user's fault where it is one. */
export function writeFault(error: unknown, file: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code === 'ENOSPC' || code === 'EDQUOT') return new UserError('disk_full', { path: file })
  if (code === 'EACCES' || code === 'EROFS') return new UserError('folder_unwritable', { path: path.dirname(file), problem: systemProblem(error) })
  return error
}

/**
 * Replaces a file, or leaves it as it was: temporary name, rename. `durable` also waits for the disk, for what must outlive a power cut;
 * on a busy disk that can hold up the whole server for half a second.
 * @throws UserError `disk_full`, `folder_unwritable`
 */
export function writeWhole(file: string, text: string, { durable }: { durable: boolean }): void {
  const temporary = `${file}.${process.pid}.tmp`
  try {
    const fd = openSync(temporary, 'w')
    try {
      writeFileSync(fd, text)
      if (durable) fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(temporary, file)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw writeFault(error, file)
  }
}

/** A name that is one folder or file: it may hold any script's letters, but nothing that a path, a shell or another system would take amiss. */
export function folderName(name: string, field: string): string {
  if (!/^[\p{L}\p{N}_][\p{L}\p{N}._ ()+-]*$/u.test(name) || name.endsWith('.') || name.trim() !== name) throw new UserError('name_invalid', { name }, field)
  return name
}
