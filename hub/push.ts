/** Sends a folder to a repository of the Hugging Face hub, which is made where it is not there. The token goes to the hub alone, and is neither kept nor said. */
import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { commitIter, createRepo, HubApiError } from '@huggingface/hub'
import { networkProblem } from '@/hub/request'
import { field } from '@/hub/push-check'
import { endpointOf, tokenOf } from '@/hub/settings'
import { type FaultValue, UserError } from '@/lib/errors'
import { hubs } from '@/lib/hub/hub'

const hub = 'huggingface'

interface Push {
  folder: string
  /** owner/name */
  id: string
  isPrivate: boolean
  /** In place of the environment's. */
  token: string | null
}

/**
 * @param progress 0 to 1, by bytes; may throw to stop
 * @returns the repository's page
 * @throws UserError `export_push_refused`, `export_push_failed`
 */
export async function pushFolder(push: Push, progress: (share: number) => void): Promise<string> {
  const { folder, id, isPrivate, token } = push
  const access = { hubUrl: endpointOf(hub), accessToken: token ?? tokenOf(hub) ?? '', repo: { type: 'model' as const, name: id } }
  const files = readdirSync(folder).map((name) => ({ name, size: statSync(path.join(folder, name)).size }))
  const total = files.reduce((sum, { size }) => sum + size, 1)
  const shares = new Map<string, number>()
  const abort = new AbortController()
  progress(0)
  try {
    await made(createRepo({ ...access, visibility: isPrivate ? 'private' : 'public' }))
    const operations = files.map(({ name }) => ({ operation: 'addOrUpdate' as const, path: name, content: pathToFileURL(path.join(folder, name)) }))
    for await (const event of commitIter({ ...access, title: 'Upload from Tuneboard', operations, abortSignal: abort.signal })) {
      if (event.event === 'fileProgress' && event.state === 'uploading') shares.set(event.path, event.progress)
      progress(files.reduce((sum, { name, size }) => sum + size * (shares.get(name) ?? 0), 0) / total)
    }
  } catch (error) {
    abort.abort()
    throw pushFault(error, push)
  }
  progress(1)
  return `${access.hubUrl}/${id}`
}

/** A repository that is there already is as good. */
async function made(creation: Promise<unknown>): Promise<void> {
  try {
    await creation
  } catch (error) {
    if (!(error instanceof HubApiError && error.statusCode === 409)) throw error
  }
}

function pushFault(error: unknown, { folder, id }: Push): unknown {
  const failed = (reason: FaultValue) => new UserError('export_push_failed', { id, path: folder, problem: reason }, field)
  if (!(error instanceof HubApiError)) return error instanceof TypeError && error.message === 'fetch failed' ? failed(networkProblem(error)) : error
  const { statusCode: status } = error
  return status === 401 || status === 403 ? new UserError('export_push_refused', { hub: hubs[hub].title, id, status, path: folder }, field) : failed(`HTTP ${status}`)
}
