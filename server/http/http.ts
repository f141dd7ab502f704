/**
 * The HTTP half: who may come in, then the endpoints of `lib/api`, then the page. What the endpoints do is in `endpoints`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { api, type ApiName } from '@/lib/api'
import { jsonProblem, schemaProblem } from '@/lib/causes'
import { problem, UserError, type Fault, type Problem } from '@/lib/errors'
import type { Download } from '@/lib/downloads'
import { uploadsPath } from '@/lib/datasets/upload'
import { inEnglish } from '@/lib/messages/english'
import type { Endpoints } from '@/server/http/endpoints'
import { faultOf } from '@/server/fault'
import type { Guard } from '@/server/http/guard'
import { downloadOf, sendDownload, type DownloadParts } from '@/server/http/downloads'
import type { Uploads } from '@/server/datasets/uploads'

/** A configuration with a long system prompt is far below this. */
const bodyLimit = 1_000_000

/** Nothing from elsewhere, whatever a model writes into an answer. Next.js puts scripts and styles into its pages' text. */
const policy = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
]

const headers = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'same-origin',
}
const builtHeaders = { ...headers, 'Content-Security-Policy': policy.join('; ') }

export type Page = (request: IncomingMessage, response: ServerResponse) => Promise<void>

const sendJson = (response: ServerResponse, status: number, value: unknown) => {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }).end(JSON.stringify(value))
}

const isApiName = (name: string): name is ApiName => Object.hasOwn(api, name)

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > bodyLimit) throw new UserError('body_too_large', { limit: bodyLimit })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function parseRequest<N extends ApiName>(name: N, request: IncomingMessage) {
  const invalid = (reason: Problem) => new UserError('request_invalid', { name, problem: reason })
  if (request.method !== 'POST') throw invalid(problem('request_method', { found: request.method ?? '' }))
  // A form of a foreign page cannot send this type.
  if (!request.headers['content-type']?.startsWith('application/json')) throw invalid(problem('request_type'))
  const body = await readBody(request)
  let found: unknown
  try {
    found = JSON.parse(body)
  } catch {
    throw invalid(jsonProblem(body))
  }
  const parsed = api[name].request.safeParse(found)
  if (parsed.success) return parsed.data
  throw invalid(schemaProblem(parsed.error, found))
}

async function serveApi(name: string, endpoints: Endpoints, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    if (!isApiName(name)) throw new UserError('endpoint_unknown', { name })
    // The schema of this very name has made the value: the table's own types say so, TypeScript cannot follow it through the union.
    const work = endpoints[name] as (value: unknown) => unknown
    const value = await work(await parseRequest(name, request))
    sendJson(response, 200, { ok: true, value })
  } catch (error) {
    const fault = faultOf(error)
    sendJson(response, fault.code === 'internal' ? 500 : 400, { ok: false, fault })
    request.destroyed || request.resume() // the rest of a body that was refused
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number, fault: Fault): void {
  if (request.url?.startsWith('/api/')) return sendJson(response, status, { ok: false, fault })
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${inEnglish(fault)}\n`)
}

function serveDownload(download: Download, parts: DownloadParts, request: IncomingMessage, response: ServerResponse): void {
  try {
    sendDownload(download, parts, request, response)
  } catch (error) {
    refuse(request, response, 404, faultOf(error))
  }
}

/** The server's answer to every request that is not the socket's. `dev`: the page is served from its sources, which takes eval. */
export function httpHandler(guard: Guard, endpoints: Endpoints, parts: DownloadParts, uploads: Uploads, page: Page, dev: boolean) {
  const always = Object.entries(dev ? headers : builtHeaders)
  return (request: IncomingMessage, response: ServerResponse): void => {
    for (const [name, value] of always) response.setHeader(name, value)
    const refusal = guard.refusal(request)
    const login = refusal === null || refusal.status === 401 ? guard.login(request) : null
    if (login !== null) return void response.writeHead(303, { 'Set-Cookie': login.cookie, Location: login.location }).end()
    if (refusal !== null) return refuse(request, response, refusal.status, refusal.fault)
    const name = request.url?.match(/^\/api\/([^?]*)/)?.[1]
    if (name !== undefined) return void serveApi(name, endpoints, request, response)
    if (request.url === uploadsPath || request.url?.startsWith(`${uploadsPath}/`)) return void uploads.handle(request, response)
    const download = downloadOf(request)
    if (download !== null) return serveDownload(download, parts, request, response)
    void page(request, response).catch((error: unknown) => {
      const fault = faultOf(error)
      if (response.headersSent) response.destroy()
      else refuse(request, response, 500, fault)
    })
  }
}
