/**
 * Files that browsers send, by the tus protocol (tus.io): piece by piece straight to the disk, so that a dropped connection goes on where it was. What is
 * unfinished lies hidden below `<home>/uploads`; a finished file gets a safe name there, never another file's, once its rows can be read.
 */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, renameSync, rmSync, statSync } from 'node:fs'
import { mkdir, statfs } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'
import { z } from 'zod'
import { hasCode } from '@/lib/causes'
import type { UploadList } from '@/lib/api'
import { fileTypeOf, readableTypes } from '@/lib/datasets/info'
import { numberedName, safeFileName } from '@/lib/datasets/names'
import { fittingName, HEAD_BYTES } from '@/lib/datasets/sniff'
import { uploadLimit, uploadsPath } from '@/lib/datasets/upload'
import { problem, UserError, type Fault } from '@/lib/errors'
import { uploadsOf } from '@/server/datasets/datasets'
import { faultOf } from '@/server/fault'
import { writeFault } from '@/server/files'
import type { Inspect } from '@/server/workers/inspect'

/** What must stay free on the disk besides the files that are on their way. */
const SPARE_BYTES = 256 * 1024 ** 2

/** An upload that nobody has gone on with for so long is given up. */
const KEPT_MS = 7 * 24 * 3600_000

/** What the page says of a file; the rest of the store's record is tus's own. */
const recordSchema = z.looseObject({
  size: z.number(),
  metadata: z.looseObject({ name: z.string().max(4096), changed_at: z.string().max(20) }),
})
interface Unfinished extends z.output<typeof recordSchema> {
  id: string
}

export interface Uploads {
  /** Answers a request below `uploadsPath`. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** `listed`: files that datasets read. */
  list(listed: ReadonlySet<string>): UploadList
  /** Gives an upload that is complete its name and place. @throws UserError upload_missing, upload_incomplete, and what keeps its rows from being read */
  finish(id: string): Promise<{ path: string }>
  /** @throws UserError upload_missing */
  remove(file: string, listed: ReadonlySet<string>): void
}

export function openUploads(home: string, inspect: Inspect): Uploads {
  const folder = uploadsOf(home)
  const parts = path.join(folder, '.unfinished')
  const finished = new Map<string, Promise<{ path: string }>>()
  const partOf = (id: string) => path.join(parts, id)
  const unfinished = () => (existsSync(parts) ? readdirSync(parts).filter((name) => name.endsWith('.json')).flatMap((name) => readRecord(parts, name.slice(0, -'.json'.length)) ?? []) : [])
  const offsetOf = ({ id }: Unfinished) => statSync(partOf(id), { throwIfNoEntry: false })?.size ?? 0
  const drop = (id: string) => [partOf(id), `${partOf(id)}.json`].forEach((file) => rmSync(file, { force: true }))

  const makeServer = () =>
    new Server({
      path: uploadsPath,
      datastore: new FileStore({ directory: parts }),
      relativeLocation: true,
      async onUploadCreate(_, upload) {
        const due = unfinished().reduce((sum, record) => sum + record.size - offsetOf(record), 0)
        const fault = await refusal(upload.metadata?.name ?? '', upload.size ?? 0, due, folder)
        // The store's way to refuse: any status and body.
        if (fault !== null) throw { status_code: 400, body: JSON.stringify({ ok: false, fault }) }
        return {}
      },
    })

  /** Made with the first upload: before it, a home has no folder for it. */
  let server: Promise<Server> | null = null
  const open = async () => {
    try {
      await mkdir(parts, { recursive: true })
    } catch (error) {
      throw writeFault(error, folder)
    }
    for (const record of unfinished()) if (Date.now() - statSync(`${partOf(record.id)}.json`).mtimeMs > KEPT_MS) drop(record.id)
    return makeServer()
  }

  const settle = async (id: string): Promise<{ path: string }> => {
    const record = unfinished().find((one) => one.id === id)
    if (!record) throw new UserError('upload_missing', { name: id })
    const name = safeFileName(record.metadata.name)
    if (offsetOf(record) !== record.size) throw new UserError('upload_incomplete', { name, found: offsetOf(record), size: record.size })
    const file = place(partOf(id), folder, fittingName(name, head(partOf(id))))
    drop(id)
    try {
      await inspect.ask('examine', { path: file, mapping: null })
    } catch (error) {
      if (error instanceof UserError && !transient.has(error.fault.code)) rmSync(file, { force: true })
      throw error
    }
    return { path: file }
  }

  const uploaded = () => (existsSync(folder) ? readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map(({ name }) => path.join(folder, name)) : [])

  return {
    async handle(request, response) {
      try {
        // The store would also hand files out, under a type that their sender chose.
        if (request.method === 'GET') throw new UserError('request_invalid', { name: 'uploads', problem: problem('request_method', { found: 'GET' }) })
        server ??= open()
        await (await server).handle(request, response)
      } catch (error) {
        server = null
        if (response.headersSent) return void response.destroy()
        response.writeHead(400, { 'Content-Type': 'application/json' }).end(JSON.stringify({ ok: false, fault: faultOf(error) }))
      }
    },
    list: (listed) => ({
      unfinished: unfinished().map((record) => ({ id: record.id, name: record.metadata.name, changed_at: Number(record.metadata.changed_at), size: record.size, offset: offsetOf(record) })),
      unlisted: uploaded().filter((file) => !listed.has(file)).map((file) => ({ path: file, name: path.basename(file), size: statSync(file).size })),
    }),
    /** The page may ask again when the answer was lost on the way. */
    finish(id) {
      const done = finished.get(id) ?? settle(id)
      finished.set(id, done)
      done.catch(() => finished.delete(id))
      return done
    },
    remove(file, listed) {
      if (!uploaded().includes(file) || listed.has(file)) throw new UserError('upload_missing', { name: path.basename(file) })
      rmSync(file)
    },
  }
}

/** Faults that say nothing of the file. */
const transient: ReadonlySet<string> = new Set(['inspect_died', 'inspect_slow', 'internal'])

async function refusal(name: string, size: number, due: number, folder: string): Promise<Fault | null> {
  const { type, ending } = fileTypeOf(safeFileName(name))
  if (type === null && ending !== '') return { code: 'upload_type', values: { name, ending, types: readableTypes } }
  if (size === 0) return { code: 'upload_empty', values: { name } }
  if (size > uploadLimit) return { code: 'upload_too_large', values: { name, size, limit: uploadLimit } }
  const { bavail, bsize } = await statfs(folder)
  const free = Math.max(0, bavail * bsize - due - SPARE_BYTES)
  return size > free ? { code: 'upload_no_room', values: { name, size, free, path: folder } } : null
}

function readRecord(parts: string, id: string): Unfinished | null {
  try {
    const { data } = recordSchema.safeParse(JSON.parse(readFileSync(path.join(parts, `${id}.json`), 'utf8')))
    return data ? { ...data, id } : null
  } catch {
    return null // gone meanwhile, or half written by a server that was killed: no upload to go on with
  }
}

function head(file: string): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES)
  const fd = openSync(file, 'r')
  try {
    return bytes.subarray(0, readSync(fd, bytes))
  } finally {
    closeSync(fd)
  }
}

/** Moves a file to a name that nobody has: the name is taken first, by an empty file of ours. */
function place(part: string, folder: string, name: string): string {
  for (let number = 1; ; number++) {
    const file = path.join(folder, numberedName(name, number))
    try {
      closeSync(openSync(file, 'wx'))
    } catch (error) {
      if (hasCode(error, 'EEXIST')) continue
      throw writeFault(error, file)
    }
    renameSync(part, file)
    return file
  }
}
