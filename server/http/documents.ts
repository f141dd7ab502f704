/**
 * The documents of the screens, kept in memory and beside the build that made them. They depend on the build, the language and the theme only,
 * so each is rendered once: whoever comes next, after a restart too, gets it without Next.js. Leaves out addresses with a query.
 */
import { mkdirSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { z } from 'zod'
import { localeCookie, readLocale, readTheme, themeCookie } from '@/lib/preferences'
import { screens } from '@/lib/screens'
import { readIfThere, readJson, writeWhole } from '@/server/files'
import { cookiesOf } from '@/server/http/cookies'
import type { Page } from '@/server/http/http'

const documentSchema = z.strictObject({ headers: z.record(z.string(), z.string()), html: z.string() })
type Document = z.infer<typeof documentSchema>

/** What Next.js says of a page; the rest is said of every answer. */
const ofPage = ['content-type', 'cache-control', 'vary', 'link']

const named = new Map<string | undefined, string>(Object.entries(screens).map(([name, address]) => [address, name]))

/** Null for what is not a screen's whole document: Next.js asks for parts of one with a header of its own. */
function nameOf(request: IncomingMessage): string | null {
  const screen = named.get(request.url)
  if (screen === undefined || request.method !== 'GET' || 'rsc' in request.headers) return null
  const cookies = cookiesOf(request)
  const locale = readLocale(cookies.get(localeCookie), request.headers['accept-language'] ?? null)
  return `${screen}.${locale}.${readTheme(cookies.get(themeCookie))}`
}

/** What the answer says, once all of it is said; null where that is no page. */
function answerOf(response: ServerResponse): Promise<Document | null> {
  const pieces: Buffer[] = []
  const noting = <F extends ServerResponse['write'] | ServerResponse['end']>(method: F): F =>
    new Proxy(method, {
      apply(target, self, args: unknown[]) {
        const [piece] = args
        if (typeof piece === 'string') pieces.push(Buffer.from(piece))
        else if (piece instanceof Uint8Array) pieces.push(Buffer.from(piece))
        return Reflect.apply(target, self, args)
      },
    })
  response.write = noting(response.write)
  response.end = noting(response.end)
  return new Promise((done) => {
    response.once('close', () => {
      const headers = Object.fromEntries(ofPage.flatMap((name) => (response.hasHeader(name) ? [[name, String(response.getHeader(name))]] : [])))
      done(response.writableFinished && response.statusCode === 200 ? { headers, html: Buffer.concat(pieces).toString('utf8') } : null)
    })
  })
}

/** Answers for `render`, which is asked for what is not kept. `build` is Next.js's folder. */
export function keepDocuments(build: string, render: Page): Page {
  const folder = path.join(build, 'documents', readIfThere(path.join(build, 'BUILD_ID'))?.trim() ?? 'none')
  const kept = new Map<string, Document & { gzip: Buffer }>()
  const keep = (name: string, document: Document) => {
    const found = { ...document, gzip: gzipSync(document.html) }
    kept.set(name, found)
    return found
  }
  const recall = (name: string) => {
    const stored = documentSchema.safeParse(readJson(path.join(folder, `${name}.json`)))
    return stored.success ? keep(name, stored.data) : null
  }
  const store = (name: string, document: Document) => {
    keep(name, document)
    try {
      mkdirSync(folder, { recursive: true })
      writeWhole(path.join(folder, `${name}.json`), JSON.stringify(document), { durable: false })
    } catch {
      // a checkout that may not be written to: the next server renders it again
    }
  }
  return async (request, response) => {
    const name = nameOf(request)
    if (name === null) return render(request, response)
    const found = kept.get(name) ?? recall(name)
    if (found) return send(found, request, response)
    delete request.headers['accept-encoding'] // what is kept is plain
    void answerOf(response).then((document) => document && store(name, document))
    await render(request, response)
  }
}

function send({ headers, html, gzip }: Document & { gzip: Buffer }, request: IncomingMessage, response: ServerResponse): void {
  const zipped = /\bgzip\b/.test(request.headers['accept-encoding']?.toString() ?? '')
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (zipped) response.setHeader('Content-Encoding', 'gzip')
  response.end(zipped ? gzip : html)
}
