/** What of a hub is on this machine: the files of a ref, without asking anybody. Where nothing may be fetched, what other tools left in the cache counts too. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { hubNames } from '@/lib/hub/hub'
import { readCard } from '@/lib/hub/card'
import { filesOf, layoutOf } from '@/lib/hub/layout'
import type { DatasetRef } from '@/lib/hub/ref'
import { cachedSnapshot, isHere, placeOf, snapshotFolder, type Repo } from '@/hub/place'
import { noteFile, offlineBy } from '@/hub/settings'

const noteSchema = z.strictObject({
  id: z.string(),
  hub: z.enum(hubNames),
  commit: z.string(),
  fetched_at: z.number(),
  files: z.array(z.strictObject({ path: z.string(), size: z.number() })),
})
export type Note = z.infer<typeof noteSchema>

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null // not there
  }
}

function readNote(ref: DatasetRef): Note | null {
  const text = textOf(noteFile(ref))
  if (text === null) return null
  try {
    return noteSchema.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null // torn: as if it had not been fetched
  }
}

const repoOf = ({ hub, id }: DatasetRef, commit: string): Repo => ({ hub, kind: 'dataset', id, commit })

function filesBelow(folder: string, prefix = ''): string[] {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    return [] // no such snapshot
  }
  return names.filter((name) => !name.endsWith('.incomplete')).flatMap((name) => {
    const place = path.join(folder, name)
    return statSync(place, { throwIfNoEntry: false })?.isDirectory() ? filesBelow(place, `${prefix}${name}/`) : [`${prefix}${name}`]
  })
}

/**
 * Absolute paths of a ref's files; null where they must be fetched first.
 * @throws UserError of `filesOf`, for a cache that is all there may be and lacks what is asked for
 */
export function heldFiles(ref: DatasetRef): string[] | null {
  const note = readNote(ref)
  if (note !== null) {
    const repo = repoOf(ref, note.commit)
    if (note.files.every((file) => isHere(placeOf(repo, file.path), file.size))) return note.files.map((file) => placeOf(repo, file.path))
  }
  if (offlineBy() === null) return null
  const repo = cachedSnapshot({ hub: ref.hub, kind: 'dataset', id: ref.id }, ref.revision)
  const files = filesBelow(snapshotFolder(repo))
  if (files.length === 0) return null
  const card = readCard(files.includes('README.md') ? (textOf(placeOf(repo, 'README.md')) ?? '') : '')
  return filesOf(layoutOf(files, card.configs, ref.folder), ref).map((file) => placeOf(repo, file))
}
