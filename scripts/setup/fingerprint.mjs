/** Tells whether a set of files is what it was: by content, so that a fresh checkout of the same commit or a touched file is no change. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { readNote, writeNote } from './files.mjs'

/** Every file under `paths` (files or folders; missing ones are skipped), sorted; folders named node_modules and dot-names are left out. */
export function filesUnder(paths) {
  const found = []
  const visit = (path) => {
    let entries
    try {
      entries = readdirSync(path, { withFileTypes: true })
    } catch (error) {
      if (error.code === 'ENOTDIR') found.push(path)
      else if (error.code !== 'ENOENT') throw error
      return
    }
    for (const entry of entries) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
      if (entry.isDirectory()) visit(join(path, entry.name))
      else found.push(join(path, entry.name))
    }
  }
  for (const path of paths) visit(path)
  return found.sort()
}

/** SHA-256 over names (relative to `base`) and contents. A file that is gone counts as a change, not as an error. */
export function fingerprint(base, files, ...more) {
  const hash = createHash('sha256')
  for (const file of files) {
    hash.update(`${relative(base, file)}\0`)
    hash.update(contentHash(file))
  }
  hash.update(JSON.stringify(more))
  return hash.digest('hex')
}

/** Notes what a result was made from: `inputs` under `base`, with the fingerprint they had when it was made. */
export function noteInputs(noteFile, base, inputs, result = fingerprint(base, inputs)) {
  writeNote(noteFile, { inputs: inputs.map((path) => relative(base, path)), result })
}

/** True while every noted input has the content it was noted with. */
export function inputsAreUnchanged(noteFile, base) {
  const note = readNote(noteFile)
  return note !== null && note.result === fingerprint(base, note.inputs.map((path) => resolve(base, path)))
}

function contentHash(file) {
  try {
    return createHash('sha256').update(readFileSync(file)).digest()
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
    return 'gone'
  }
}
