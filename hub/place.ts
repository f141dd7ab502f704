/**
 * Where a file of a repository lies in a hub's cache, as its Python tools lay it out: Hugging Face's snapshots are links to blobs named by their
 * content, ModelScope's are the files themselves. What is there is read by those tools, and what they fetched is not fetched again.
 */
import { mkdirSync, readFileSync, readlinkSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '@/lib/errors'
import { hubs, type HubFile, type HubName, type RepoKind } from '@/lib/hub/hub'
import { cacheOf } from '@/hub/settings'

export interface Repo {
  hub: HubName
  kind: RepoKind
  id: string
  /** Commit of Hugging Face, revision of ModelScope: what the snapshot's folder is called. */
  commit: string
}

/** The repository's folder in the cache. */
export function repoFolder({ hub, kind, id }: Omit<Repo, 'commit'>): string {
  const name = id.replaceAll('/', '--')
  return hub === 'huggingface' ? path.join(cacheOf(hub), `${kind}s--${name}`) : path.join(cacheOf(hub), `${kind}s`, name)
}

export const snapshotFolder = (repo: Repo): string => path.join(repoFolder(repo), 'snapshots', repo.commit)

/** A branch's commit, as Hugging Face's tools noted it. */
function notedCommit(repo: Omit<Repo, 'commit'>, revision: string): string | null {
  try {
    return readFileSync(path.join(repoFolder(repo), 'refs', revision), 'utf8').trim()
  } catch {
    return null // never fetched by name
  }
}

/** The snapshot of a revision as far as it is here, whoever fetched it. */
export const cachedSnapshot = (repo: Omit<Repo, 'commit'>, revision: string | null): Repo => {
  const name = revision ?? hubs[repo.hub].revision
  return { ...repo, commit: notedCommit(repo, name) ?? name }
}

/** Where a cache may hold a repository: its snapshot, and the folders that ModelScope's tools used before they had snapshots. */
export function cachedFolders(repo: Omit<Repo, 'commit'>, revision: string | null): string[] {
  const newest = snapshotFolder(cachedSnapshot(repo, revision))
  if (repo.hub === 'huggingface' || revision !== null) return [newest]
  const [owner, name = ''] = repo.id.split('/')
  const older = path.join(`${repo.kind}s`, owner, name.replaceAll('.', '___'))
  return [newest, path.join(cacheOf(repo.hub), older), path.join(cacheOf(repo.hub), 'hub', older)]
}

/** A name that leads out of its folder is no file of a repository. */
export function safePath(id: string, file: string): string {
  const parts = file.split('/')
  if (file.includes('\\') || file.includes('\0') || /^[A-Za-z]:/.test(file) || parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw new UserError('hub_path_unsafe', { id, path: file.slice(0, 200) })
  }
  return file
}

export const placeOf = (repo: Repo, file: string): string => path.join(snapshotFolder(repo), safePath(repo.id, file))

/** Where the content is written: the blob that the snapshot points to, or the place itself. */
export function contentOf(repo: Repo, file: HubFile): string {
  const name = file.sha256 ?? file.git_sha1
  return repo.hub === 'huggingface' && name !== null ? path.join(repoFolder(repo), 'blobs', name) : placeOf(repo, file.path)
}

/** Whether a file is there in its full size. */
export function isHere(place: string, size: number): boolean {
  try {
    return statSync(place).size === size
  } catch {
    return false // not there, or a link to nothing
  }
}

const linkTarget = (place: string): string | null => {
  try {
    return readlinkSync(place)
  } catch {
    return null
  }
}

/** Puts the content in its place in the snapshot, where that is another one. */
export function link(repo: Repo, file: HubFile): void {
  const [content, place] = [contentOf(repo, file), placeOf(repo, file.path)]
  if (content === place) return
  mkdirSync(path.dirname(place), { recursive: true })
  const target = path.relative(path.dirname(place), content)
  if (linkTarget(place) === target) return
  const temporary = `${place}.${process.pid}.tmp`
  symlinkSync(target, temporary)
  renameSync(temporary, place)
}

/** Notes which commit a branch was at, as Hugging Face's tools do to find a snapshot without asking. */
export function noteRevision(repo: Repo, revision: string | null): void {
  const name = revision ?? hubs[repo.hub].revision
  if (repo.hub !== 'huggingface' || name === repo.commit) return
  const file = path.join(repoFolder(repo), 'refs', name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, repo.commit)
}
