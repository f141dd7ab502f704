/**
 * A dataset of a hub: what it offers, and its files brought here. What is fetched for a ref is noted when it is complete, so that reading (`held`) needs
 * neither the network nor a guess.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { HubFile, HubName } from '@/lib/hub/hub'
import { readCard, type Card } from '@/lib/hub/card'
import type { FetchProgress } from '@/lib/hub/download'
import { filesOf, layoutOf, type HubConfig } from '@/lib/hub/layout'
import type { DatasetRef } from '@/lib/hub/ref'
import { clients } from '@/hub/client'
import { fetchFiles, nothingYet, type Call } from '@/hub/fetch'
import type { Note } from '@/hub/held'
import { withNearest } from '@/hub/near'
import { noteRevision, placeOf, type Repo } from '@/hub/place'
import type { Asking } from '@/hub/request'
import { noteFile } from '@/hub/settings'
import { transfer } from '@/hub/transfer'

export interface HubDataset {
  repo: Repo
  files: HubFile[]
  card: Card
  configs: HubConfig[]
}

/** Looks a dataset up: its files, its card, its subsets and splits. Fetches the card alone. */
export async function lookUp(hub: HubName, id: string, revision: string | null, folder: string | null, call: Call = {}): Promise<HubDataset> {
  const asking: Asking = { ...call, hub, kind: 'dataset', id }
  const { commit, files } = await clients[hub].snapshot(revision, asking).catch(withNearest(asking))
  const repo: Repo = { hub, kind: 'dataset', id, commit }
  const readme = files.find((file) => file.path === 'README.md')
  if (readme) await transfer({ repo, file: readme, asking, progress: () => {} })
  const card = readCard(readme ? await readFile(placeOf(repo, readme.path), 'utf8') : '')
  return { repo, files, card, configs: layoutOf(files.map((file) => file.path), card.configs, folder) }
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
  progress(nothingYet)
  const { repo, files, configs } = await lookUp(ref.hub, ref.id, ref.revision, ref.folder, call)
  const wanted = filesOf(configs, ref)
  const chosen = files.filter((file) => wanted.includes(file.path)).sort((a, b) => wanted.indexOf(a.path) - wanted.indexOf(b.path))
  await fetchFiles(repo, chosen, { ...call, hub: ref.hub, kind: 'dataset', id: ref.id }, progress)
  noteRevision(repo, ref.revision)
  writeNote(ref, { id: ref.id, hub: ref.hub, commit: repo.commit, fetched_at: Date.now(), files: chosen.map(({ path: file, size }) => ({ path: file, size })) })
}
