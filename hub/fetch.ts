/** Files of a repository brought here one after the other, once the disk is known to have room for them. */
import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import path from 'node:path'
import { UserError } from '@/lib/errors'
import { bytes } from '@/lib/format'
import type { FetchProgress } from '@/lib/hub/download'
import type { HubFile } from '@/lib/hub/hub'
import { isHere, placeOf, repoFolder, type Repo } from '@/hub/place'
import type { Asking } from '@/hub/request'
import { transfer } from '@/hub/transfer'

/** What a caller may say of a request; whom it asks follows from the ref. */
export type Call = Omit<Asking, 'hub' | 'kind' | 'id'>

export const nothingYet: FetchProgress = { file: null, files: 0, files_done: 0, bytes: 0, total: 0 }

export const totalOf = (files: readonly HubFile[]): number => files.reduce((sum, { size }) => sum + size, 0)

/** Those that are not in the cache in their full size. */
export const missingOf = (repo: Repo, files: readonly HubFile[]): HubFile[] => files.filter(({ path: file, size }) => !isHere(placeOf(repo, file), size))

/** The nearest folder that is there, for asking its disk. */
const existing = (folder: string): string => (existsSync(folder) ? folder : existing(path.dirname(folder)))

/** Where a repository's files go, and how much of the disk is free there. */
export async function roomFor(repo: Repo): Promise<{ place: string; free: number }> {
  const place = existing(repoFolder(repo))
  const { bavail, bsize } = await statfs(place)
  return { place, free: bavail * bsize }
}

/** @throws UserError `hub_no_space`, those of `transfer`; AbortError when `signal` says so */
export async function fetchFiles(repo: Repo, files: readonly HubFile[], asking: Asking, progress: (now: FetchProgress) => void): Promise<void> {
  const needed = totalOf(missingOf(repo, files))
  const { place, free } = await roomFor(repo)
  if (needed > free) throw new UserError('hub_no_space', { id: repo.id, path: place, needed: bytes(needed, 'en'), available: bytes(free, 'en') })
  const total = totalOf(files)
  let before = 0
  for (const [files_done, file] of files.entries()) {
    const tell = (bytes: number) => progress({ file: file.path, files: files.length, files_done, bytes: before + bytes, total })
    tell(0)
    await transfer({ repo, file, asking, progress: tell })
    before += file.size
  }
  progress({ file: null, files: files.length, files_done: files.length, bytes: total, total })
}
