/** Files written whole: a reader sees the old one or the new one, never half of it. */
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const beside = (path) => `${path}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`

export function writeWhole(path, content) {
  mkdirSync(dirname(path), { recursive: true })
  const temporary = beside(path)
  writeFileSync(temporary, content)
  renameSync(temporary, path)
}

/** The JSON in `path`; null where the file is missing or was cut off, which for a note of ours means the same: do the work again. */
export function readNote(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return null
    throw error
  }
}

export function writeNote(path, value) {
  writeWhole(path, `${JSON.stringify(value, null, 2)}\n`)
}

/** Points the symbolic link `path` at `target`, in one step for whoever reads it meanwhile. */
export function linkWhole(target, path) {
  mkdirSync(dirname(path), { recursive: true })
  const temporary = beside(path)
  symlinkSync(target, temporary)
  renameSync(temporary, path)
}

/** Moves a finished folder into place; where another process was first, its equal result stays and this one goes. */
export function moveFolder(from, to) {
  try {
    renameSync(from, to)
  } catch (error) {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    rmSync(from, { recursive: true, force: true })
  }
}
