/** The chat and inspect workers as the browsers see them, with a fake one. */
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ChatAsk, ChatDelta, ChatLoad, ChatStatus, Reply } from '@/lib/events'
import { UserError } from '@/lib/errors'
import type { Board } from '@/server/board'
import { openInspect } from '@/server/workers/inspect'
import { call, get, openBrowser, openTestBoard, removeHome, temporaryHome, until, type Browser } from './harness'

let home: string
let board: Board

beforeEach(async () => {
  process.env.FAKE_STEP_MS = '30'
  home = temporaryHome()
  board = await openTestBoard(home)
})
afterEach(async () => {
  await board.close()
  removeHome(home)
})

const load = (model = 'model'): ChatLoad => ({ model_name_or_path: path.join(home, model), adapter_name_or_path: [], template: 'default', infer_dtype: 'auto' })

const question = (id: string, content: string): ChatAsk => ({
  id, side: 'base', system: '', tools: '', messages: [{ role: 'user', content }], enable_thinking: true, skip_special_tokens: true,
  sampling: { do_sample: false, temperature: 1, top_p: 1, top_k: 50, repetition_penalty: 1, max_new_tokens: 16, seed: -1 },
})

interface Chatter extends Browser {
  status(): ChatStatus | null
  deltas: ChatDelta[]
  text(id: string): string
}

function chatter(): Chatter {
  const browser = openBrowser(board.port)
  let status: ChatStatus | null = null
  const deltas: ChatDelta[] = []
  browser.socket.on('chat', (next) => {
    status = next
  })
  browser.socket.on('delta', (delta) => deltas.push(delta))
  const text = (id: string) => deltas.map((delta) => (delta.id === id && delta.kind === 'text' ? delta.text : '')).join('')
  return { ...browser, status: () => status, deltas, text }
}

const ask = (browser: Chatter, id: string, content: string) => new Promise<Reply<null>>((done) => browser.socket.emit('chat_ask', question(id, content), done))
const begin = (browser: Chatter, wanted = load()) => new Promise<Reply<null>>((done) => browser.socket.emit('chat_load', wanted, done))
const ended = (browser: Chatter, id: string) => until(() => browser.deltas.find((delta) => delta.id === id && delta.kind !== 'text'), `the end of ${id}`)

test('one browser loads, all see it, and an answer goes to the one that asked', async () => {
  const [a, b] = [chatter(), chatter()]
  await until(() => b.status(), 'the first status')
  expect(await ask(a, 'early', 'hello')).toMatchObject({ ok: false, fault: { code: 'chat_not_loaded' } })
  expect(await begin(a)).toEqual({ ok: true, value: null })
  await until(() => a.status()?.status === 'ready' && b.status()?.status === 'ready', 'ready everywhere')
  await ask(a, 'one', 'five words of an answer')
  expect(await ended(a, 'one')).toMatchObject({ kind: 'end', reason: 'stop' })
  expect(a.text('one')).toBe('five words of an answer ')
  expect(b.deltas).toEqual([])
  a.socket.emit('chat_unload', () => undefined)
  await until(() => b.status()?.status === 'unloaded', 'unloaded everywhere')
  a.close()
  b.close()
})

test('a browser that drops out in the middle of an answer goes on where it was', async () => {
  const before = chatter()
  await begin(before)
  await until(() => before.status()?.status === 'ready', 'ready')
  await ask(before, 'long', 'a b c d e f g h i j k l m n o p')
  await until(() => before.text('long').length >= 6, 'the beginning')
  const got = before.text('long')
  before.close()
  const after = chatter()
  const reply = await new Promise<Reply<{ text: string; end: ChatDelta | null }>>((done) => after.socket.emit('chat_follow', 'long', got.length, done))
  if (!reply.ok) throw new Error(reply.fault.code)
  await ended(after, 'long')
  expect(got + reply.value.text + after.text('long')).toBe('a b c d e f g h i j k l m n o p ')
  const late = await new Promise<Reply<{ text: string; end: ChatDelta | null }>>((done) => after.socket.emit('chat_follow', 'long', 0, done))
  expect(late).toMatchObject({ ok: true, value: { text: 'a b c d e f g h i j k l m n o p ', end: { kind: 'end' } } })
  after.close()
})

test('cancel ends an answer once; what comes after it is not passed on', async () => {
  const browser = chatter()
  await begin(browser)
  await until(() => browser.status()?.status === 'ready', 'ready')
  await ask(browser, 'cut', 'a b c d e f g h')
  await until(() => browser.text('cut') !== '', 'the beginning')
  browser.socket.emit('chat_cancel', 'cut')
  expect(await ended(browser, 'cut')).toMatchObject({ reason: 'cancelled' })
  const length = browser.deltas.length
  await new Promise((done) => setTimeout(done, 300))
  expect(browser.deltas.length).toBe(length)
  browser.close()
})

test('a worker that dies while loading says so, and another model can be loaded after', async () => {
  const browser = chatter()
  await begin(browser, load('model-crash'))
  expect(await until(() => browser.status()?.status === 'failed' && browser.status(), 'the failure')).toMatchObject({ fault: { code: 'worker_died', values: { reason: '7' } } })
  await begin(browser)
  await until(() => browser.status()?.status === 'ready', 'ready')
  browser.close()
})

test('a path outside and a message of the wrong shape are answered with a fault', async () => {
  const browser = chatter()
  expect(await begin(browser, { ...load(), model_name_or_path: '/etc' })).toMatchObject({ fault: { code: 'path_outside', field: 'model_name_or_path' } })
  expect(await begin(browser, { ...load(), adapter_name_or_path: ['/usr'] })).toMatchObject({ fault: { code: 'path_outside', field: 'adapter_name_or_path' } })
  const wrong = await new Promise((done) => browser.socket.emit('chat_ask', { id: 1 } as never, done))
  expect(wrong).toMatchObject({ ok: false, fault: { code: 'request_invalid' } })
  const missing = await new Promise((done) => browser.socket.emit('watch', 'no/such/run', null, done))
  expect(missing).toMatchObject({ ok: false, fault: { code: 'run_missing' } })
  browser.close()
})

test('an inspect worker that dies is named and replaced; one that does not answer is given up', async () => {
  expect(await call(board.port, 'datasets', { dataset_dir: path.join(home, 'crash') })).toMatchObject({ fault: { code: 'inspect_died', values: { reason: 'SIGKILL' } } })
  expect(await get(board.port, 'datasets', { dataset_dir: home })).toEqual({ datasets: [], problem: null })
  const slow = openInspect(home, 3)
  const fault = await slow.ask('preview', { dataset_dir: home, dataset: 'x', offset: 0, limit: 1 }).then(() => null, (error: unknown) => error instanceof UserError && error.fault)
  expect(fault).toMatchObject({ code: 'inspect_slow', values: { seconds: 3 } })
  expect(await slow.ask('datasets', { dataset_dir: home })).toEqual({ datasets: [], problem: null })
  slow.close()
})
