/** What is sent without Next.js: documents that it rendered before, and the files of its build. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http, { type IncomingHttpHeaders, type Server } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keepDocuments } from '@/server/http/documents'
import type { Page } from '@/server/http/http'
import { serveStatic } from '@/server/http/static'

let build: string
let server: Server
let rendered: string[]

/** In pieces, as Next.js streams a page. */
const render: Page = async (request, response) => {
  rendered.push(request.url ?? '')
  if (request.headers.cookie === 'broken') response.statusCode = 500
  response.setHeader('Link', '</font>; rel=preload')
  response.write(`<html lang="${request.headers['accept-language']}">`)
  response.end(Buffer.from('größer'))
}

async function serve(page: Page): Promise<void> {
  server?.close()
  server = http.createServer((request, response) => void page(request, response))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
}

function ask(url: string, headers: Record<string, string> = {}): Promise<{ status: number; body: Buffer; headers: IncomingHttpHeaders }> {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return new Promise((done, fail) => {
    const request = http.get({ port, host: '127.0.0.1', path: url, headers: { 'accept-language': 'zh', ...headers } }, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('end', () => done({ status: response.statusCode ?? 0, body: Buffer.concat(pieces), headers: response.headers }))
    })
    request.on('error', fail)
  })
}

beforeEach(async () => {
  build = mkdtempSync(path.join(os.tmpdir(), 'tuneboard-build-'))
  writeFileSync(path.join(build, 'BUILD_ID'), 'first')
  rendered = []
  await serve(keepDocuments(build, render))
})
afterEach(() => {
  server.close()
  rmSync(build, { recursive: true })
})

test('a document is rendered once for each screen, language and theme', async () => {
  const first = await ask('/', { 'accept-encoding': 'gzip' })
  const again = await ask('/')
  const zipped = await ask('/', { 'accept-encoding': 'gzip, br' })
  expect(first.body.toString()).toBe('<html lang="zh">größer')
  expect(again.body).toEqual(first.body)
  expect(again.headers.link).toBe('</font>; rel=preload')
  expect(zipped.headers['content-encoding']).toBe('gzip')
  expect(gunzipSync(zipped.body)).toEqual(first.body)
  expect(rendered).toEqual(['/'])
  expect((await ask('/', { 'accept-language': 'ru' })).body.toString()).toContain('lang="ru"')
  await ask('/', { cookie: 'tuneboard_theme=dark' })
  await ask('/runs')
  expect(rendered).toEqual(['/', '/', '/', '/runs'])
})

test('what is no whole page of its own is always asked for', async () => {
  for (const round of [1, 2]) {
    await ask('/', { rsc: '1' })
    await ask('/?token=x')
    expect((await ask('/', { cookie: 'broken' })).status).toBe(500)
    expect(rendered).toHaveLength(3 * round)
  }
})

test('documents outlive the server, but not the build', async () => {
  await ask('/')
  await serve(keepDocuments(build, render))
  expect((await ask('/')).body.toString()).toBe('<html lang="zh">größer')
  expect(rendered).toEqual(['/'])
  writeFileSync(path.join(build, 'BUILD_ID'), 'second')
  await serve(keepDocuments(build, render))
  await ask('/')
  expect(rendered).toEqual(['/', '/'])
})

test('files of the build come compressed as the browser wants them, and nothing beside them', async () => {
  const folder = path.join(build, 'static')
  mkdirSync(folder)
  writeFileSync(path.join(folder, 'a.js'), 'let a')
  writeFileSync(path.join(folder, 'a.js.br'), brotliCompressSync('let a'))
  await serve(serveStatic(folder, render))
  const packed = await ask('/_next/static/a.js', { 'accept-encoding': 'gzip, br' })
  expect(brotliDecompressSync(packed.body).toString()).toBe('let a')
  expect(packed.headers).toMatchObject({ 'content-encoding': 'br', 'cache-control': 'public,max-age=31536000,immutable', 'content-type': expect.stringContaining('javascript') })
  expect((await ask('/_next/static/a.js')).body.toString()).toBe('let a')
  expect(rendered).toEqual([])
  for (const url of ['/_next/static/../BUILD_ID', '/_next/static/%2e%2e/BUILD_ID', '/_next/static/gone.js', '/']) await ask(url)
  expect(rendered).toEqual(['/_next/static/../BUILD_ID', '/_next/static/%2e%2e/BUILD_ID', '/_next/static/gone.js', '/'])
})
