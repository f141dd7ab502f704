'use client'
/**
 * Files on their way to the board. Sending is tus-js-client's, loaded with the first file; what is unfinished is the server's to know, so that an upload
 * goes on after a reload, once its file has been chosen again. Goes on while other screens are looked at.
 */
import type { Upload as Sender } from 'tus-js-client'
import { z } from 'zod'
import { call } from '@/components/call'
import { createStore } from '@/components/store'
import type { UploadList } from '@/lib/api'
import { uploadPiece, uploadsPath } from '@/lib/datasets/upload'
import { faultSchema, type Fault } from '@/lib/errors'

export interface Upload {
  key: string
  name: string
  size: number
  sent: number
  state: 'waiting' | 'going' | 'paused' | 'checking' | 'failed'
  fault: Fault | null
}

export const uploads = createStore<readonly Upload[]>([])

/** The file that came last, until somebody takes it up. */
export const arrived = createStore<string | null>(null)

interface Task {
  file: File
  /** Of an upload that the server knows already. */
  url: string | null
  sender: Sender | null
}
const tasks = new Map<string, Task>()

/** As many as leave the browser connections for the page itself. */
const AT_ONCE = 2
const RETRY_MS = [500, 1000, 3000, 5000, 10_000, 20_000]

const keyOf = (name: string, size: number, changed_at: number): string => JSON.stringify([name, size, changed_at])
export const keyOfUnfinished = ({ name, size, changed_at }: UploadList['unfinished'][number]): string => keyOf(name, size, changed_at)

const change = (key: string, values: Partial<Upload>): void => uploads.set((now) => now.map((upload) => (upload.key === key ? { ...upload, ...values } : upload)))
const find = (key: string): Upload | undefined => uploads.get().find((upload) => upload.key === key)

/** Takes files up; those that the server has a part of go on where they were. */
export function addFiles(files: readonly File[], unfinished: UploadList['unfinished']): void {
  for (const file of files) {
    const key = keyOf(file.name, file.size, file.lastModified)
    if (find(key) && find(key)?.state !== 'failed') continue
    const known = unfinished.find((one) => keyOfUnfinished(one) === key)
    tasks.set(key, { file, url: known ? `${window.location.origin}${uploadsPath}/${known.id}` : null, sender: null })
    uploads.set((now) => [...now.filter((one) => one.key !== key), { key, name: file.name, size: file.size, sent: known?.offset ?? 0, state: 'waiting', fault: null }])
  }
  pump()
}

function pump(): void {
  const now = uploads.get()
  const room = AT_ONCE - now.filter(({ state }) => state === 'going').length
  for (const { key } of now.filter(({ state }) => state === 'waiting').slice(0, Math.max(0, room))) void send(key)
}

async function send(key: string): Promise<void> {
  const task = tasks.get(key)
  if (!task) return
  change(key, { state: 'going', fault: null })
  const { Upload: TusUpload } = await import('tus-js-client')
  task.sender ??= new TusUpload(task.file, {
    endpoint: `${window.location.origin}${uploadsPath}`,
    uploadUrl: task.url,
    metadata: { name: task.file.name, changed_at: String(task.file.lastModified) },
    chunkSize: uploadPiece,
    retryDelays: RETRY_MS,
    storeFingerprintForResuming: false,
    onProgress: (sent) => change(key, { sent }),
    onSuccess: () => void finish(key),
    onError: (error) => {
      change(key, stopped(error, task.file.name))
      pump()
    },
  })
  task.sender.start()
}

const refusalSchema = z.object({ ok: z.literal(false), fault: faultSchema })

/** A refusal of the server is the end; anything else can be gone on with. */
function stopped(error: Error, name: string): Pick<Upload, 'state' | 'fault'> {
  const response = 'originalResponse' in error && typeof error.originalResponse === 'object' ? (error.originalResponse as { getBody(): string; getStatus(): number } | null) : null
  if (response === null) return { state: 'paused', fault: { code: 'server_unreachable', values: { address: window.location.host } } }
  try {
    return { state: 'failed', fault: refusalSchema.parse(JSON.parse(response.getBody())).fault }
  } catch {
    return { state: 'paused', fault: { code: 'upload_broken', values: { name, problem: `HTTP ${response.getStatus()}` } } } // not our server's words
  }
}

/** All bytes are there: the server looks into the file and gives it its place. */
async function finish(key: string): Promise<void> {
  const id = tasks.get(key)?.sender?.url?.split('/').at(-1) ?? ''
  change(key, { state: 'checking' })
  pump()
  const reply = await call('upload_finish', { id })
  if (!reply.ok) return change(key, reply.fault.code === 'server_unreachable' ? { state: 'paused', fault: reply.fault } : { state: 'failed', fault: reply.fault })
  forget(key)
  arrived.set(reply.value.path)
}

function forget(key: string): void {
  tasks.delete(key)
  uploads.set((now) => now.filter((upload) => upload.key !== key))
  pump()
}

export async function pause(key: string): Promise<void> {
  change(key, { state: 'paused' })
  await tasks.get(key)?.sender?.abort()
  pump()
}

export function resume(key: string): void {
  change(key, { state: 'waiting', fault: null })
  pump()
}

/** Leaves nothing behind, here and on the server. */
export async function cancel(key: string): Promise<void> {
  const sender = tasks.get(key)?.sender
  const refused = find(key)?.state === 'failed' // nothing of it was kept
  forget(key)
  // What the server cannot be told now stays in its list of unfinished ones.
  if (!refused) await sender?.abort(sender.url !== null).catch(() => undefined)
}

/** An upload of another visit. */
export async function discard(id: string): Promise<void> {
  const { Upload: TusUpload } = await import('tus-js-client')
  await TusUpload.terminate(`${window.location.origin}${uploadsPath}/${id}`)
}
