/**
 * A hub on loopback that speaks the real protocols: Hugging Face's (pages of a tree, redirects to a content server of another origin, ETags, X-Error-Code)
 * and ModelScope's. Tests say what it holds and how it misbehaves. Checked with the hubs' own Python clients, which fetch from it.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { servePush } from '@/tests/hub/fake-push'

export interface FakeRepo {
  files: Record<string, string | Buffer>
  /** Paths that git keeps a pointer for, and the content server the content. */
  lfs?: string[]
  gated?: boolean
  private?: boolean
  downloads?: number
}

/** What a request gets instead of its answer; `break_after` ends the connection after so many bytes of the body. */
export type Trouble = { status: number; headers?: Record<string, string>; body?: string } | { break_after: number } | { hang: true } | { whole: true } | { content: Buffer } | null

export interface FakeHub {
  url: string
  /** Of the server that contents are redirected to. */
  content_url: string
  datasets: Record<string, FakeRepo>
  models: Record<string, FakeRepo>
  token: string
  seen: { server: 'hub' | 'content'; url: string; range: string | undefined; authorization: string | undefined; status: number }[]
  trouble: (request: IncomingMessage, server: 'hub' | 'content') => Trouble
  close(): Promise<void>
}

export const commitOf = (repo: FakeRepo): string => createHash('sha1').update(JSON.stringify(Object.entries(repo.files).map(([name, text]) => [name, sha256(Buffer.from(text))]))).digest('hex')
export const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex')
export const gitSha1 = (content: Buffer): string => createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex')

const bytesOf = (repo: FakeRepo | undefined, file: string): Buffer => Buffer.from(repo?.files[file] ?? '')
const pageSize = 2

/** Sends a content or the part that is asked for, as both hubs' content servers do. */
function sendContent(request: IncomingMessage, response: ServerResponse, content: Buffer, etag: string, trouble: Trouble): void {
  const range = trouble !== null && 'whole' in trouble ? null : /^bytes=(\d+)-$/.exec(request.headers.range ?? '')
  const start = range ? Number(range[1]) : 0
  if (range && start >= content.length) return void response.writeHead(416, { 'Content-Range': `bytes */${content.length}` }).end()
  const part = content.subarray(start)
  const headers = { ETag: `"${etag}"`, 'Content-Length': part.length, 'Accept-Ranges': 'bytes', ...(range ? { 'Content-Range': `bytes ${start}-${content.length - 1}/${content.length}` } : {}) }
  response.writeHead(range ? 206 : 200, headers)
  if (request.method === 'HEAD') return void response.end()
  if (trouble === null || !('break_after' in trouble)) return void response.end(part)
  response.write(part.subarray(0, trouble.break_after), () => response.socket?.resetAndDestroy())
}

function sendJson(response: ServerResponse, value: unknown, status = 200, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(value))
}

const listen = (server: Server): Promise<string> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)))

export async function openFakeHub(datasets: Record<string, FakeRepo>, models: Record<string, FakeRepo> = {}): Promise<FakeHub> {
  const servers = { hub: createServer(), content: createServer() }
  const hub: FakeHub = {
    url: await listen(servers.hub), content_url: await listen(servers.content), datasets, models, token: 'hf_right', seen: [], trouble: () => null,
    async close() {
      for (const server of Object.values(servers)) {
        server.closeAllConnections()
        await new Promise((done) => server.close(done))
      }
    },
  }
  for (const [name, server] of [['hub', servers.hub], ['content', servers.content]] as const) {
    server.on('request', (request, response) => {
      const { url = '', headers } = request
      response.on('finish', () => hub.seen.push({ server: name, url, range: headers.range, authorization: headers.authorization, status: response.statusCode }))
      const trouble = hub.trouble(request, name)
      if (trouble !== null && 'hang' in trouble) return
      if (trouble !== null && 'status' in trouble) return void response.writeHead(trouble.status, trouble.headers).end(trouble.body ?? '')
      const address = new URL(url, hub.url)
      if (request.method === 'POST' || request.method === 'PUT') return void servePush(hub, address, request, response)
      if (name === 'content') return serveContent(hub, address, request, response, trouble)
      if (address.pathname.startsWith('/api/v1/') || address.pathname.startsWith('/openapi/')) return serveModelscope(hub, address, request, response, trouble)
      serveHuggingface(hub, address, request, response, trouble)
    })
  }
  return hub
}

function serveContent(hub: FakeHub, address: URL, request: IncomingMessage, response: ServerResponse, trouble: Trouble): void {
  const [kind, id, file] = ['kind', 'id', 'file'].map((name) => address.searchParams.get(name) ?? '')
  const content = trouble !== null && 'content' in trouble ? trouble.content : bytesOf(reposOf(hub, kind)[id], file)
  sendContent(request, response, content, sha256(content), trouble)
}

const contentAddress = (hub: FakeHub, kind: string, id: string, file: string) => `${hub.content_url}/content?${new URLSearchParams({ kind, id, file, signature: 'abc' })}`

const reposOf = (hub: FakeHub, kind: string): Record<string, FakeRepo | undefined> => (kind === 'models' ? hub.models : hub.datasets)

/** Repositories of a kind whose names hold the words. */
const matching = (hub: FakeHub, kind: string, words: string | null): [string, FakeRepo][] =>
  Object.entries(reposOf(hub, kind)).flatMap(([id, repo]) => (repo && id.includes(words ?? '') ? [[id, repo]] : []))

/** Why a stranger does not get it, as Hugging Face says it. */
function refuse(hub: FakeHub, repo: FakeRepo | undefined, request: IncomingMessage, response: ServerResponse): boolean {
  const token = request.headers.authorization?.replace('Bearer ', '')
  const say = (status: number, code: string, error: string) => (sendJson(response, { error }, status, code === '' ? {} : { 'X-Error-Code': code }), true)
  if (token !== undefined && token !== hub.token) return say(401, '', 'Invalid credentials in Authorization header')
  if (repo === undefined || (repo.private && token === undefined)) return say(token === undefined ? 401 : 404, 'RepoNotFound', 'Repository not found')
  return false
}

function serveHuggingface(hub: FakeHub, address: URL, request: IncomingMessage, response: ServerResponse, trouble: Trouble): void {
  const { pathname, searchParams } = address
  const searched = /^\/api\/(datasets|models)$/.exec(pathname)
  if (searched) {
    const found = matching(hub, searched[1], searchParams.get('search'))
    return sendJson(response, found.map(([id, { downloads = 0, gated = false }]) => ({ _id: '1', id, downloads, likes: 3, gated: gated ? 'auto' : false, private: false, tags: [] })))
  }
  const path = decodeURIComponent(pathname)
  const info = /^\/api\/(datasets|models)\/([^/]+\/[^/]+)(?:\/revision\/(.+))?$/.exec(path)
  const tree = /^\/api\/(datasets|models)\/([^/]+\/[^/]+)\/tree\/([^/]+)$/.exec(path)
  const resolve = /^\/(?:(datasets)\/)?([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path)
  const [, kind = 'models', id = '', revision = 'main', file = ''] = tree ?? resolve ?? info ?? []
  const repo = reposOf(hub, kind)[id]
  if (refuse(hub, repo, request, response) || repo === undefined) return
  const commit = commitOf(repo)
  if (revision !== 'main' && revision !== commit) return sendJson(response, { error: `Invalid rev id: ${revision}` }, 404, { 'X-Error-Code': 'RevisionNotFound' })
  if (tree) return sendTree(`${hub.url}/api/${kind}/${id}`, repo, commit, searchParams, response)
  if (!resolve) return sendJson(response, { _id: '1', id, sha: commit, private: false, gated: repo.gated ? 'auto' : false, downloads: 7, likes: 3, tags: [], siblings: Object.keys(repo.files).map((rfilename) => ({ rfilename })) })
  if (repo.gated && request.headers.authorization === undefined) return sendJson(response, { error: `Access to ${kind} is restricted` }, 401, { 'X-Error-Code': 'GatedRepo' })
  if (!Object.hasOwn(repo.files, file)) return sendJson(response, { error: 'Entry not found' }, 404, { 'X-Error-Code': 'EntryNotFound' })
  const content = bytesOf(repo, file)
  response.setHeader('X-Repo-Commit', commit)
  if (!repo.lfs?.includes(file)) return sendContent(request, response, content, gitSha1(content), trouble)
  response.writeHead(302, { Location: contentAddress(hub, kind, id, file), 'X-Linked-Etag': `"${sha256(content)}"`, 'X-Linked-Size': content.length }).end()
}

function sendTree(base: string, repo: FakeRepo, commit: string, search: URLSearchParams, response: ServerResponse): void {
  const at = Number(search.get('cursor') ?? 0)
  const names = Object.keys(repo.files).sort()
  const entries = names.slice(at, at + pageSize).map((path) => {
    const content = bytesOf(repo, path)
    const lfs = repo.lfs?.includes(path) ? { lfs: { oid: sha256(content), size: content.length, pointerSize: 130 } } : {}
    return { type: 'file', oid: gitSha1(content), size: content.length, path, ...lfs }
  })
  const folders = at === 0 ? [...new Set(names.filter((name) => name.includes('/')).map((name) => name.slice(0, name.indexOf('/'))))].map((path) => ({ type: 'directory', oid: '0'.repeat(40), size: 0, path })) : []
  const next = `${base}/tree/${commit}?recursive=true&cursor=${at + pageSize}`
  sendJson(response, [...folders, ...entries], 200, at + pageSize < names.length ? { Link: `<${next}>; rel="next"` } : {})
}

function serveModelscope(hub: FakeHub, { pathname, searchParams }: URL, request: IncomingMessage, response: ServerResponse, trouble: Trouble): void {
  const searched = /^\/openapi\/v1\/(datasets|models)$/.exec(pathname)
  if (searched) {
    const found = matching(hub, searched[1], searchParams.get('search'))
    return sendJson(response, { success: true, data: { [searched[1]]: found.map(([id, { downloads = 0 }]) => ({ id, downloads, likes: 1 })), total_count: found.length, page_number: 1, page_size: 20 } })
  }
  const [, kind = '', id = '', what = ''] = /^\/api\/v1\/(datasets|models)\/([^/]+\/[^/]+)\/repo(\/tree|\/files)?$/.exec(decodeURIComponent(pathname)) ?? []
  const repo = reposOf(hub, kind)[id]
  if (repo === undefined) return sendJson(response, { Code: 10010205001, Message: 'record not found', Success: false, RequestId: '1' }, 404)
  if (what !== '') {
    const size = what === '/files' ? Infinity : Number(searchParams.get('PageSize') ?? 200)
    const from = what === '/files' ? 0 : (Number(searchParams.get('PageNumber') ?? 1) - 1) * size
    const Files = Object.keys(repo.files).sort().slice(from, from + size).map((Path) => ({ Path, Name: Path.split('/').pop(), Type: 'blob', Size: bytesOf(repo, Path).length, Sha256: sha256(bytesOf(repo, Path)), IsLFS: false, CommittedDate: 1 }))
    return sendJson(response, { Code: 200, Data: { Files }, Message: 'success', Success: true, RequestId: '1' })
  }
  const file = searchParams.get('FilePath') ?? ''
  if (!Object.hasOwn(repo.files, file)) return sendJson(response, { Code: 404, Message: 'file not found', Success: false }, 404)
  if (repo.lfs?.includes(file)) return void response.writeHead(302, { Location: contentAddress(hub, kind, id, file) }).end()
  sendContent(request, response, bytesOf(repo, file), sha256(bytesOf(repo, file)), trouble)
}
