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
export function cachePlace(kind: 'rows' | 'plain' | 'tokens' | 'statistics', key: string): string {
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
export async function remembered<T>(kind: 'rows' | 'statistics', key: string, make: () => Promise<T>): Promise<T> {
  const known = recall<T>(kind, key)
  if (known !== null) return known
  const value = await make()
  keep(kind, key, value)
  return value
}

/** A value that was kept; null when there is none. */
export function recall<T>(kind: 'rows' | 'statistics', key: string): T | null {
  const file = fileOf(kind, key)
  if (!statSync(file, { throwIfNoEntry: false })) return null
  touch(file)
  return JSON.parse(readFileSync(file, 'utf8'))
}

export const keep = (kind: 'rows' | 'statistics', key: string, value: unknown): void => writeWhole(fileOf(kind, key), JSON.stringify(value))

const fileOf = (kind: 'rows' | 'statistics', key: string) => `${cachePlace(kind, key)}.json`
