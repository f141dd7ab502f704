/**
 * A zip archive as the rows of its members, one after the other by their names: data files of one type, as in a folder; hidden ones and a Mac's own are passed over. Members are
 * unpacked once into the user's cache, under names of ours; nothing is written where an archive says. The reader is yauzl.
 */
import type { Readable } from 'node:stream'
import { stat } from 'node:fs/promises'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { systemProblem } from '@/lib/causes'
import { type FileType, fileTypeOf, readableTypes } from '@/lib/datasets/info'
import { type Problem, problem, UserError } from '@/lib/errors'
import { contentKey } from '@/trainer/cache'
import { checkRatio, guarded, packedFault } from '@/trainer/rows/compressed'
import type { FileAt, FileRow, FileRows } from '@/trainer/rows/file'
import { copyOnce } from '@/trainer/rows/plain'

/** No dataset has more parts; a trap may. */
const MOST_MEMBERS = 10_000

/** Opens a member, unpacked: its file, its type, and its place as the user knows it. */
export type OpenMember = (file: string, type: FileType, at: FileAt) => Promise<FileRows>

/** UserError: damaged, a trap, encrypted, empty, or of types that are not read. */
export async function zipRows(file: string, at: FileAt, open: OpenMember): Promise<FileRows> {
  const parts: FileRows[] = []
  try {
    const { size } = await stat(file)
    for (const { name, copy } of await copies(file, size, at)) {
      const { type } = fileTypeOf(name)
      if (type === null) throw new Error(`${name} is of no type that is read`)
      parts.push(await open(copy, type, { ...at, path: `${at.path}/${name}` }))
    }
    return oneAfterTheOther(parts)
  } catch (error) {
    for (const part of parts) await part.close()
    throw error
  }
}

/** The members' copies in the cache. */
async function copies(file: string, size: number, at: FileAt): Promise<{ name: string; copy: string }[]> {
  const zip = await openPromise(file, { lazyEntries: true, autoClose: false, validateEntrySizes: true }).catch((error: unknown) => {
    throw packedFault(at, systemProblem(error))
  })
  try {
    const members = await membersOf(zip, at)
    checkRatio(members.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0), size, at)
    const made: { name: string; copy: string }[] = []
    for (const member of members) {
      const pieces = () => guarded(piecesOf(zip, member), size, at)
      made.push({ name: member.fileName, copy: await copyOnce(`zip\n${member.fileName}\n${await contentKey(file)}`, pieces) })
    }
    return made
  } finally {
    zip.close()
  }
}

const piecesOf = async function* (zip: ZipFile, member: Entry): AsyncGenerator<Uint8Array> {
  const stream: Readable = await zip.openReadStreamPromise(member)
  yield* stream
}

/** The data files among the members, by name. */
async function membersOf(zip: ZipFile, at: FileAt): Promise<Entry[]> {
  const members: Entry[] = []
  try {
    for await (const member of zip.eachEntry()) {
      const parts = member.fileName.split('/')
      if (member.fileName.endsWith('/') || parts.some((part) => part.startsWith('.') || part === '__MACOSX')) continue
      if (members.push(member) > MOST_MEMBERS) throw refused(at, problem('zip_members', { path: at.path, maximum: MOST_MEMBERS }))
    }
  } catch (error) {
    throw error instanceof UserError ? error : packedFault(at, systemProblem(error))
  }
  if (members.length === 0) throw refused(at, problem('folder_empty', { path: at.path }))
  const locked = members.find((member) => member.isEncrypted())
  if (locked) throw refused(at, problem('zip_locked', { path: `${at.path}/${locked.fileName}` }))
  const [first] = members.map(({ fileName }) => fileTypeOf(fileName))
  const wrong = members.map(({ fileName }) => fileTypeOf(fileName)).find(({ type, packing }) => type === null || type === 'zip' || packing !== null || type !== first.type)
  if (wrong) throw refused(at, problem('folder_type', { type: wrong.packing ?? wrong.ending, types: readableTypes }))
  return members.sort((a, b) => (a.fileName < b.fileName ? -1 : 1))
}

const refused = (at: FileAt, reason: Problem) => new UserError('dataset_unsupported', { dataset: at.dataset, problem: reason }, 'dataset')

function oneAfterTheOther(parts: readonly FileRows[]): FileRows {
  return {
    async count() {
      let sum = 0
      for (const part of parts) sum += await part.count()
      return sum
    },
    async read(from, to) {
      const rows: FileRow[] = []
      let before = 0
      for (const part of parts) {
        if (before >= to) break
        const count = await part.count()
        const first = Math.max(from - before, 0)
        if (first < count) for (const row of await part.read(first, Math.min(to - before, count))) rows.push(row)
        before += count
      }
      return rows
    },
    async *scan(signal) {
      for (const part of parts) yield* part.scan(signal)
    },
    async close() {
      for (const part of parts) await part.close()
    },
  }
}
