import http from 'node:http'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { words } from '@/lib/messages'
import type { Board } from '@/server/board'
import { openTestBoard, removeHome, temporaryHome } from './harness'

interface Answer {
  status: number
  body: string
  headers: http.IncomingHttpHeaders
}

function ask(port: number, path: string, headers: Record<string, string> = {}, body: string | null = null): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, path, method: body === null ? 'GET' : 'POST', headers }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }))
    })
    request.on('error', reject)
    request.end(body ?? undefined)
  })
}

const json = { 'content-type': 'application/json' }

const connects = (port: number, extraHeaders: Record<string, string>): Promise<string> =>
  new Promise((resolve) => {
    const socket = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true, reconnection: false, extraHeaders })
    socket.on('connect', () => resolve('connected'))
    socket.on('connect_error', () => resolve('refused'))
    socket.on('connect', () => socket.disconnect())
  })

let home: string
let open: Board
let closed: Board
beforeAll(async () => {
  home = temporaryHome()
  open = await openTestBoard(home)
  closed = await openTestBoard(home, { host: '0.0.0.0', token: 'a-secret' })
})
afterAll(async () => {
  await open.close()
  await closed.close()
  removeHome(home)
})

describe('on loopback', () => {
  test('the page and the endpoints answer under its own names', async () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]']) {
      const found = await ask(open.port, '/', { host: `${host}:${open.port}` })
      expect([found.status, found.body]).toEqual([200, 'the page'])
      expect(found.headers['x-frame-options']).toBe('DENY')
    }
    expect((await ask(open.port, '/api/state', json, '{}')).status).toBe(200)
    expect((await ask(open.port, '/api/state', { ...json, origin: `http://127.0.0.1:${open.port}`, host: `127.0.0.1:${open.port}` }, '{}')).status).toBe(200)
  })

  test('another name is refused: DNS rebinding', async () => {
    const found = await ask(open.port, '/api/state', { ...json, host: `evil.example:${open.port}` }, '{}')
    expect(found.status).toBe(403)
    expect(JSON.parse(found.body)).toEqual({ ok: false, fault: { code: 'host_refused', values: { host: `evil.example:${open.port}` } } })
    expect((await ask(open.port, '/', { host: 'evil.example' })).body).toContain('evil.example')
  })

  test('another origin is refused, a sandboxed one too, and another port of this machine', async () => {
    for (const origin of ['http://evil.example', 'null', `http://localhost:${open.port + 1}`]) {
      const found = await ask(open.port, '/api/state', { ...json, origin }, '{}')
      expect([found.status, JSON.parse(found.body).fault.code]).toEqual([403, 'origin_refused'])
    }
    expect((await ask(open.port, '/', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).status).toBe(403)
    expect((await ask(open.port, '/', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).status).toBe(200)
  })

  test('sockets of other origins and names are refused', async () => {
    expect(await connects(open.port, {})).toBe('connected')
    expect(await connects(open.port, { origin: 'http://evil.example' })).toBe('refused')
    expect(await connects(open.port, { host: 'evil.example' })).toBe('refused')
  })
})

describe('with a token', () => {
  test('nothing answers without it', async () => {
    expect((await ask(closed.port, '/')).status).toBe(401)
    expect((await ask(closed.port, '/?token=wrong')).status).toBe(401)
    expect(JSON.parse((await ask(closed.port, '/api/state', json, '{}')).body).fault.code).toBe('token_needed')
    expect(await connects(closed.port, {})).toBe('refused')
  })

  test('its address sets a cookie, and the cookie opens page, endpoints and socket', async () => {
    const login = await ask(closed.port, '/chat?token=a-secret&lang=zh')
    expect([login.status, login.headers.location]).toEqual([303, '/chat?lang=zh'])
    const cookie = login.headers['set-cookie']?.[0] ?? ''
    expect(cookie).toMatch(/HttpOnly; SameSite=Lax/)
    const sent = { cookie: cookie.split(';')[0] }
    expect((await ask(closed.port, '/', sent)).status).toBe(200)
    expect((await ask(closed.port, '/api/state', { ...json, ...sent }, '{}')).status).toBe(200)
    expect(await connects(closed.port, sent)).toBe('connected')
    expect((await ask(closed.port, '/api/state', { ...json, ...sent, origin: 'http://evil.example' }, '{}')).status).toBe(403)
  })

  test('a program may send it as a bearer', async () => {
    expect((await ask(closed.port, '/api/state', { ...json, authorization: 'Bearer a-secret' }, '{}')).status).toBe(200)
  })
})

describe('requests of the wrong shape', () => {
  const codeOf = async (path: string, headers: Record<string, string>, body: string | null) => {
    const found = await ask(open.port, path, headers, body)
    return [found.status, JSON.parse(found.body).fault.code, words(JSON.parse(found.body).fault.values.problem ?? '', 'en')]
  }

  test('are answered with a fault that says what is wrong', async () => {
    expect(await codeOf('/api/nothing', json, '{}')).toEqual([400, 'endpoint_unknown', ''])
    expect(await codeOf('/api/state', json, null)).toEqual([400, 'request_invalid', 'its method is GET, but must be POST'])
    expect((await codeOf('/api/state', { 'content-type': 'text/plain' }, '{}'))[1]).toBe('request_invalid')
    expect((await codeOf('/api/state', json, '{'))[1]).toBe('request_invalid')
    expect((await codeOf('/api/stop', json, '{"id": 3}'))[2]).toBe('id: it is 3, but must be a text')
    expect((await codeOf('/api/state', json, '{"x": 1}'))[1]).toBe('request_invalid')
  })

  test('a body that is too large is refused', async () => {
    expect((await codeOf('/api/check', json, JSON.stringify({ args: { system: 'x'.repeat(1_100_000) } })))[1]).toBe('body_too_large')
  })
})
