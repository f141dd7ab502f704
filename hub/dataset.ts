/**
 * A dataset of a hub: what it offers, and its files brought here. What is fetched for a ref is noted when it is complete, so that reading (`held`) needs
 * neither the network nor a guess.
 */
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { readFile, statfs } from 'node:fs/promises'
import path from 'node:path'
import { UserError } from '@/lib/errors'
import { bytes } from '@/lib/format'
import type { HubFile, HubName } from '@/lib/hub/hub'
import { readCard, type Card } from '@/lib/hub/card'
import type { FetchProgress } from '@/lib/hub/download'
import { filesOf, layoutOf, type HubConfig } from '@/lib/hub/layout'
import type { DatasetRef } from '@/lib/hub/ref'
import { clients } from '@/hub/client'
import type { Note } from '@/hub/held'
import { withNearest } from '@/hub/near'
import { isHere, noteRevision, placeOf, repoFolder, type Repo } from '@/hub/place'
import type { Asking } from '@/hub/request'
import { noteFile } from '@/hub/settings'
import { transfer } from '@/hub/transfer'

export interface HubDataset {
  repo: Repo
  files: HubFile[]
  card: Card
  configs: HubConfig[]
}

export type Call = Omit<Asking, 'hub' | 'id'>

/** Looks a dataset up: its files, its card, its subsets and splits. Fetches the card alone. */
export async function lookUp(hub: HubName, id: string, revision: string | null, folder: string | null, call: Call = {}): Promise<HubDataset> {
  const asking = { ...call, hub, id }
  const { commit, files } = await clients[hub].snapshot('dataset', id, revision, asking).catch(withNearest(asking))
  const repo: Repo = { hub, kind: 'dataset', id, commit }
  const readme = files.find((file) => file.path === 'README.md')
  if (readme) await transfer({ repo, file: readme, asking, progress: () => {} })
  const card = readCard(readme ? await readFile(placeOf(repo, readme.path), 'utf8') : '')
  return { repo, files, card, configs: layoutOf(files.map((file) => file.path), card.configs, folder) }
}

/** The nearest folder that is there, for asking its disk. */
const existing = (folder: string): string => (existsSync(folder) ? folder : existing(path.dirname(folder)))

async function checkSpace(repo: Repo, files: readonly HubFile[]): Promise<void> {
  const needed = files.reduce((sum, { path: file, size }) => sum + (isHere(placeOf(repo, file), size) ? 0 : size), 0)
  const place = existing(repoFolder(repo))
  const { bavail, bsize } = await statfs(place)
  if (needed > bavail * bsize) throw new UserError('hub_no_space', { id: repo.id, path: place, needed: bytes(needed, 'en'), available: bytes(bavail * bsize, 'en') })
}

async function fetchFiles(repo: Repo, files: readonly HubFile[], asking: Asking, progress: (now: FetchProgress) => void): Promise<void> {
  const total = files.reduce((sum, { size }) => sum + size, 0)
  let before = 0
  for (const [files_done, file] of files.entries()) {
    const tell = (bytes: number) => progress({ file: file.path, files: files.length, files_done, bytes: before + bytes, total })
    tell(0)
    await transfer({ repo, file, asking, progress: tell })
    before += file.size
  }
  progress({ file: null, files: files.length, files_done: files.length, bytes: total, total })
}

function writeNote(ref: DatasetRef, note: Note): void {
  const file = noteFile(ref)
  mkdirSync(path.dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}.tmp`
  writeFileSync(temporary, `${JSON.stringify(note)}\n`)
  renameSync(temporary, file)
}

/**
 * Fetches what a ref means, as it is on the hub now; what is here already is not sent again.
 * @throws UserError; AbortError when `signal` says so
 */
export async function fetchDataset(ref: DatasetRef, call: Call, progress: (now: FetchProgress) => void): Promise<void> {
  progress({ file: null, files: 0, files_done: 0, bytes: 0, total: 0 })
  const { repo, files, configs } = await lookUp(ref.hub, ref.id, ref.revision, ref.folder, call)
  const wanted = filesOf(configs, ref)
  const chosen = files.filter((file) => wanted.includes(file.path)).sort((a, b) => wanted.indexOf(a.path) - wanted.indexOf(b.path))
  await checkSpace(repo, chosen)
  await fetchFiles(repo, chosen, { ...call, hub: ref.hub, id: ref.id }, progress)
  noteRevision(repo, ref.revision)
  writeNote(ref, { id: ref.id, hub: ref.hub, commit: repo.commit, fetched_at: Date.now(), files: chosen.map(({ path: file, size }) => ({ path: file, size })) })
}
