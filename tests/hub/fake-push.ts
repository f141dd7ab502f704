/** The writing half of the fake hub: Hugging Face's calls for making a repository, asking how each file goes, LFS's batch and upload, and the commit. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { commitOf, type FakeHub, type FakeRepo, sha256 } from '@/tests/hub/fake-hub'

const bodySchemas = {
  create: z.looseObject({ name: z.string(), organization: z.string(), visibility: z.string() }),
  preupload: z.looseObject({ files: z.array(z.looseObject({ path: z.string(), size: z.number() })) }),
  batch: z.looseObject({ objects: z.array(z.object({ oid: z.string(), size: z.number() })) }),
}
const lineSchema = z.discriminatedUnion('key', [
  z.object({ key: z.literal('header'), value: z.looseObject({ summary: z.string() }) }),
  z.object({ key: z.literal('file'), value: z.looseObject({ path: z.string(), content: z.string(), encoding: z.literal('base64') }) }),
  z.object({ key: z.literal('lfsFile'), value: z.looseObject({ path: z.string(), oid: z.string(), size: z.number() }) }),
])

/** Uploaded by content, until a commit names it. */
const uploads = new WeakMap<FakeHub, Map<string, Buffer>>()
const uploadsOf = (hub: FakeHub) => uploads.get(hub) ?? uploads.set(hub, new Map()).get(hub)!

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

export async function servePush(hub: FakeHub, address: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const send = (value: unknown, status = 200) => void response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))
  const body = await bodyOf(request)
  const path = decodeURIComponent(address.pathname)
  if (request.method === 'PUT') {
    if (sha256(body) !== path.slice(1)) return send({ error: 'not what was announced' }, 400)
    uploadsOf(hub).set(path.slice(1), body)
    return void response.writeHead(200).end()
  }
  if (request.headers.authorization !== `Bearer ${hub.token}`) return send({ error: 'Invalid credentials in Authorization header' }, 401)
  if (path === '/api/repos/create') {
    const { name, organization, visibility } = bodySchemas.create.parse(JSON.parse(body.toString()))
    const id = `${organization}/${name}`
    if (organization === 'strangers') return send({ error: 'You don\'t have the rights to create a model under this namespace' }, 403)
    if (hub.models[id]) return send({ error: 'You already created this model repo' }, 409)
    hub.models[id] = { files: {}, lfs: [], private: visibility === 'private' }
    return send({ url: `${hub.url}/${id}`, id })
  }
  const [, id = '', what = 'batch'] = /^(?:\/api\/models)?\/([^/]+\/[^/]+?)(?:\/(preupload|commit)\/main|\.git\/info\/lfs\/objects\/batch)$/.exec(path) ?? []
  const repo = hub.models[id] as FakeRepo | undefined
  if (repo === undefined) return send({ error: 'Repository not found' }, 404)
  if (what === 'preupload') {
    const { files } = bodySchemas.preupload.parse(JSON.parse(body.toString()))
    return send({ files: files.map(({ path: file }) => ({ path: file, uploadMode: /\.(safetensors|gguf)$/.test(file) ? 'lfs' : 'regular' })) })
  }
  if (what === 'commit') return commit(repo, uploadsOf(hub), body, send)
  const { objects } = bodySchemas.batch.parse(JSON.parse(body.toString()))
  send({ transfer: 'basic', objects: objects.map(({ oid, size }) => ({ oid, size, actions: { upload: { href: `${hub.content_url}/${oid}` } } })) })
}

function commit(repo: FakeRepo, held: Map<string, Buffer>, body: Buffer, send: (value: unknown, status?: number) => void): void {
  for (const line of body.toString().split('\n')) {
    const { key, value } = lineSchema.parse(JSON.parse(line))
    if (key === 'file') repo.files[value.path] = Buffer.from(value.content, 'base64')
    if (key !== 'lfsFile') continue
    const content = held.get(value.oid)
    if (content === undefined || content.length !== value.size) return send({ error: `LFS object ${value.oid} is not there` }, 400)
    repo.files[value.path] = content
    repo.lfs?.push(value.path)
  }
  send({ success: true, commitOid: commitOf(repo), commitUrl: 'https://example.org' })
}
