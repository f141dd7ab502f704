/**
 * One file from a hub to the disk: goes on where an earlier transfer broke off, checks the content against the hub's checksum, and puts it in its place
 * only when it is whole. What a process that is gone has left unfinished is taken over; two processes never write to one file.
 */
import { createHash, type Hash } from 'node:crypto'
import { constants, createReadStream, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { open, rename, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasCode, systemProblem } from '@/lib/causes'
import { type FaultValue, problem, Unusable, UserError } from '@/lib/errors'
import { hubs, type HubFile } from '@/lib/hub/hub'
import { clients } from '@/hub/client'
import { contentOf, isHere, link, type Repo } from '@/hub/place'
import { ask, listenFor, networkProblem, patience as usual, refusalOf, type Asking } from '@/hub/request'

export interface Transfer {
  repo: Repo
  file: HubFile
  asking: Asking
  /** Called with the bytes that are there, as they come; fewer than before where a damaged beginning was thrown away. */
  progress: (bytes: number) => void
}

/** Unfinished content, named after the process that writes it. */
const unfinished = (content: string, pid: number) => `${content}.${pid}.incomplete`

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return hasCode(error, 'ESRCH')
  }
}

/** The unfinished file of this process, begun by one that is gone where there is such. */
function takeOver(content: string): string {
  const own = unfinished(content, process.pid)
  const [folder, name] = [path.dirname(content), path.basename(content)]
  mkdirSync(folder, { recursive: true })
  for (const found of readdirSync(folder)) {
    const pid = found.startsWith(`${name}.`) ? /\.(\d+)\.incomplete$/.exec(found)?.[1] : undefined
    if (pid !== undefined && isGone(Number(pid)) && !isHere(own, statSync(path.join(folder, found)).size)) renameSync(path.join(folder, found), own)
  }
  return own
}

/** The checksum that the hub names, begun; null where it names none. */
function checksumOf({ sha256, git_sha1, size }: HubFile): { hash: Hash; wanted: string } | null {
  if (sha256 !== null) return { hash: createHash('sha256'), wanted: sha256 }
  if (git_sha1 !== null) return { hash: createHash('sha1').update(`blob ${size}\0`), wanted: git_sha1 }
  return null
}

async function hashFile(place: string, hash: Hash | undefined): Promise<void> {
  if (hash) for await (const chunk of createReadStream(place)) hash.update(chunk as Buffer)
}

const sizeOf = (place: string): number => {
  try {
    return statSync(place).size
  } catch {
    return 0 // nothing yet
  }
}

/** A hub that ignores the range sends the whole again. */
const startsAt = (response: Response): number => (response.status === 206 ? Number(/^bytes (\d+)-/.exec(response.headers.get('Content-Range') ?? '')?.[1] ?? 0) : 0)

/** Asks for the rest and writes it; how much is there then. Throws what broke the connection. */
async function receive({ repo, file, asking, progress }: Transfer, handle: FileHandle, have: number): Promise<number> {
  const silence_ms = (asking.patience ?? usual).silence_ms
  const listening = listenFor(silence_ms, asking.signal)
  const range: Record<string, string> = have > 0 ? { Range: `bytes=${have}-` } : {}
  try {
    const url = clients[repo.hub].fileUrl(repo.kind, repo.id, repo.commit, file.path)
    const response = await ask(url, { ...asking, signal: listening.signal }, { 'Accept-Encoding': 'identity', ...range })
    if (response.status === 416) return 0
    if (!response.ok || !response.body) throw refusalOf(response, asking)
    let at = startsAt(response)
    if (at > have) return have
    if (at < have) await handle.truncate(at)
    listening.heard()
    const reader = response.body.getReader()
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      listening.heard()
      await handle.write(read.value, 0, read.value.length, at)
      at += read.value.length
      if (at > file.size) throw new Unusable(problem('hub_more', { size: file.size }))
      progress(at)
    }
    return at
  } catch (error) {
    if (!listening.isSilent()) throw error
    throw new Unusable(problem('hub_silent', { seconds: silence_ms / 1000 }))
  } finally {
    listening.end()
  }
}

/** Receives until the file is whole. A connection that breaks is taken up again as long as each brings something. */
async function receiveAll(transfer: Transfer, place: string): Promise<void> {
  const { file, asking, repo } = transfer
  const { attempts, first_ms } = asking.patience ?? usual
  const handle = await open(place, constants.O_RDWR | constants.O_CREAT)
  try {
    let have = sizeOf(place) <= file.size ? sizeOf(place) : 0
    for (let failures = 0; ; ) {
      await handle.truncate(have)
      if (have === file.size) return await handle.sync()
      const before = have
      let reason: FaultValue = problem('hub_cut', { have, size: file.size })
      try {
        have = await receive(transfer, handle, have)
      } catch (error) {
        asking.signal?.throwIfAborted()
        if (error instanceof UserError || isOfDisk(error)) throw error
        reason = error instanceof Unusable ? error.problem : networkProblem(error)
        have = sizeOf(place)
      }
      failures = have > before ? 0 : failures + 1
      if (failures === attempts) throw new UserError('hub_transfer_broken', { hub: hubs[repo.hub].title, id: repo.id, path: file.path, problem: reason })
      if (failures > 0) await sleep(first_ms * 2 ** (failures - 1), undefined, { signal: asking.signal })
    }
  } finally {
    await handle.close()
  }
}

/** Whether the received content is what the hub says; a hub that says nothing is believed. */
async function isIntact(place: string, file: HubFile): Promise<boolean> {
  const checksum = checksumOf(file)
  await hashFile(place, checksum?.hash)
  return checksum === null || checksum.hash.digest('hex') === checksum.wanted
}

/** A place that is not called by its content may hold an older state of the file: only what is in it tells. */
async function isSettled(content: string, file: HubFile): Promise<boolean> {
  if (!isHere(content, file.size)) return false
  return path.basename(content) === (file.sha256 ?? file.git_sha1) || (await isIntact(content, file))
}

/** Contents that this process is fetching: who wants the same one waits for it. */
const going = new Map<string, Promise<void>>()

/**
 * Fetches a file that is not there yet.
 * @throws UserError of `hub/request`, `hub_transfer_broken`, `hub_checksum`, `folder_unwritable`; AbortError
 */
export async function transfer(job: Transfer): Promise<void> {
  const content = contentOf(job.repo, job.file)
  for (let other = going.get(content); other; other = going.get(content)) await other.catch(() => {}) // its failure is told to whom it belongs
  const work = fetchContent(job, content).finally(() => going.delete(content))
  going.set(content, work)
  try {
    await work
    link(job.repo, job.file)
  } catch (error) {
    throw isOfDisk(error) ? new UserError('folder_unwritable', { path: path.dirname(content), problem: systemProblem(error) }) : error
  }
  job.progress(job.file.size)
}

/** Errors of the network come wrapped; only those of files name a call of the system. */
const isOfDisk = (error: unknown): boolean => error instanceof Error && 'syscall' in error

async function fetchContent(job: Transfer, content: string): Promise<void> {
  const { repo, file } = job
  if (await isSettled(content, file)) return
  const place = takeOver(content)
  for (let attempt = 1; ; attempt++) {
    await receiveAll(job, place)
    if (await isIntact(place, file)) return rename(place, content)
    rmSync(place) // a beginning that does not fit its end: once more from nothing
    job.progress(0)
    if (attempt === 2) throw new UserError('hub_checksum', { hub: hubs[repo.hub].title, id: repo.id, path: file.path })
  }
}
