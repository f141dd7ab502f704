/**
 * The user's cache of what was made of data files: indexes, plain copies, tokens. Everything in it can be made again; what has not been used for
 * a month is removed. Names are hashes of what an entry was made from, so an entry is never stale.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { cacheDir } from '@/scripts/setup/paths.mjs'
import { writeWhole } from '@/trainer/files'

const MONTH = 30 * 24 * 3600_000

/** What names a file's content without reading it: its path, size and time. */
export async function contentKey(file: string): Promise<string> {
  const { size, mtimeMs, ino } = await stat(file)
  return [path.resolve(file), size, mtimeMs, ino].join('\n')
}

/** Where the entry of a kind lies, whether or not it exists; its folder does, rid of what nobody used. */
export function cachePlace(kind: 'rows' | 'plain' | 'tokens', key: string): string {
  const folder = path.join(cacheDir(), 'data', kind)
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(folder)) {
    const entry = path.join(folder, name)
    const found = statSync(entry, { throwIfNoEntry: false })
    if (found && Date.now() - found.mtimeMs > MONTH) rmSync(entry, { recursive: true, force: true })
  }
  return path.join(folder, createHash('sha256').update(key).digest('hex').slice(0, 32))
}

/** Puts off the day on which an entry counts as unused. */
export function touch(entry: string): void {
  const now = new Date()
  utimesSync(entry, now, now)
}

/** A value that JSON can hold, made once per key. */
export async function remembered<T>(kind: 'rows', key: string, make: () => Promise<T>): Promise<T> {
  const file = `${cachePlace(kind, key)}.json`
  if (statSync(file, { throwIfNoEntry: false })) {
    touch(file)
    return JSON.parse(readFileSync(file, 'utf8'))
  }
  const value = await make()
  writeWhole(file, JSON.stringify(value))
  return value
}
