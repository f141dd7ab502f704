/** The board's hub endpoints, beside a hub on loopback: search, card, fetch with progress, stop, go on. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { io, type Socket } from 'socket.io-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { recognise } from '@/lib/datasets/recognise'
import type { ClientEvents, ServerEvents } from '@/lib/events'
import type { Download } from '@/lib/hub/download'
import type { DatasetRef, ModelRef } from '@/lib/hub/ref'
import { parseJson, type PyObject } from '@/lib/pyjson'
import { heldFiles } from '@/hub/held'
import type { Board } from '@/server/board'
import { openFakeHub, type FakeHub } from '@/tests/hub/fake-hub'
import { call, get, openTestBoard, removeHome, temporaryHome, until } from './harness'

let hub: FakeHub
let home: string
let cache: string
let board: Board
let socket: Socket<ServerEvents, ClientEvents>
let told: Download[][]
const before = { ...process.env }
const content = `${JSON.stringify({ instruction: 'x'.repeat(200), input: '', output: 'y' })}\n`.repeat(20_000)

beforeEach(async () => {
  hub = await openFakeHub({
    'org/notes': { files: { 'README.md': '---\nlicense: mit\n---\n# Notes <script>alert(1)</script>\n', 'train.jsonl': content, 'test.jsonl': '{}\n' }, lfs: ['train.jsonl'], downloads: 5 },
    'org/gated': { files: { 'train.jsonl': '{}\n' }, gated: true },
  }, {
    'org/tiny': { files: { 'config.json': '{"architectures": ["GPT2LMHeadModel"]}', 'model.safetensors': 'w'.repeat(500_000), 'pytorch_model.bin': 'pickle' }, lfs: ['model.safetensors'], gated: true },
  })
  home = temporaryHome()
  cache = mkdtempSync(path.join(os.tmpdir(), 'tuneboard-hub-cache-'))
  for (const name of ['HF_TOKEN', 'HF_HUB_OFFLINE', 'HF_HUB_CACHE']) delete process.env[name]
  Object.assign(process.env, { HF_ENDPOINT: hub.url, MODELSCOPE_ENDPOINT: hub.url, HF_HOME: path.join(cache, 'hf'), MODELSCOPE_CACHE: path.join(cache, 'ms'), TUNEBOARD_CACHE: path.join(cache, 'own') })
  board = await openTestBoard(home)
  told = []
  socket = io(`http://127.0.0.1:${board.port}`, { transports: ['websocket'], forceNew: true })
  socket.on('downloads', (downloads) => told.push(downloads))
  await until(() => told.length > 0, 'the first list')
})

afterEach(async () => {
  socket.disconnect()
  await board.close()
  await hub.close()
  removeHome(home)
  rmSync(cache, { recursive: true, force: true })
  process.env = { ...before }
})

const ref: DatasetRef = { hub: 'huggingface', id: 'org/notes', revision: null, subset: null, split: 'train', folder: null }
const statusOf = () => told.at(-1)?.at(-1)?.status

test('a dataset is found, looked at, and fetched while every browser sees how far it is', async () => {
  expect(await get(board.port, 'hub_search', { hub: 'huggingface', words: 'note' })).toEqual([{ id: 'org/notes', downloads: 5, likes: 3, gated: false }])
  expect(await get(board.port, 'hub_search', { hub: 'modelscope', words: 'note' })).toEqual([{ id: 'org/notes', downloads: 5, likes: 1, gated: false }])
  const card = await get(board.port, 'hub_dataset', { hub: 'huggingface', id: 'org/notes', revision: null, folder: null })
  expect(card).toMatchObject({ page: `${hub.url}/datasets/org/notes`, text: '# Notes <script>alert(1)</script>\n', problem: null })
  expect(card.configs).toEqual([{ name: 'default', is_default: true, splits: [{ name: 'train', files: 1, bytes: content.length }, { name: 'test', files: 1, bytes: 3 }] }])
  await get(board.port, 'hub_fetch', ref)
  await until(() => statusOf() === 'done', 'the end')
  expect(told.at(-1)).toEqual([{ ref, status: 'done', file: null, files: 1, files_done: 1, bytes: content.length, total: content.length, rate: expect.any(Number), fault: null }])
  expect(told.some(([download]) => download?.status === 'going')).toBe(true)
  expect(heldFiles(ref)).toHaveLength(1)
})

test('stops when asked, keeps what came, and goes on', async () => {
  hub.trouble = (request, server) => (server === 'content' ? (request.headers.range === undefined ? { break_after: 1_000_000 } : { hang: true }) : null)
  await get(board.port, 'hub_fetch', ref)
  await until(() => (told.at(-1)?.at(-1)?.bytes ?? 0) > 0, 'the first bytes')
  await get(board.port, 'hub_stop', ref)
  await until(() => statusOf() === 'stopped', 'the stop')
  hub.trouble = () => null
  hub.seen.length = 0
  await get(board.port, 'hub_fetch', ref)
  await until(() => statusOf() === 'done', 'the end')
  expect(hub.seen.filter(({ server }) => server === 'content').every(({ range }) => range !== undefined)).toBe(true)
})

test('what a hub refuses is said where it was asked', async () => {
  await get(board.port, 'hub_fetch', { ...ref, id: 'org/gated' })
  await until(() => statusOf() === 'failed', 'the refusal')
  expect(told.at(-1)?.at(-1)?.fault).toMatchObject({ code: 'hub_gated', values: { variable: 'HF_TOKEN' } })
  expect(await call(board.port, 'hub_dataset', { hub: 'huggingface', id: 'org/note', revision: null, folder: null })).toMatchObject({ ok: false, fault: { code: 'hub_missing_near', values: { nearest: 'org/notes' } } })
  for (const id of ['../../etc', 'a/b/c', 'http://evil']) {
    expect(await call(board.port, 'hub_dataset', { hub: 'huggingface', id, revision: null, folder: null })).toMatchObject({ ok: false, fault: { code: 'request_invalid' } })
  }
  expect(await call(board.port, 'hub_dataset', { hub: 'huggingface', id: 'org/notes', revision: '../x', folder: null })).toMatchObject({ ok: false, fault: { code: 'request_invalid' } })
})

test('a model is looked at and fetched with a token that is typed, and is offered from then on', async () => {
  const model: ModelRef = { hub: 'huggingface', model: 'org/tiny', revision: null }
  expect(await call(board.port, 'hub_model', model)).toMatchObject({ ok: false, fault: { code: 'hub_gated', values: { page: `${hub.url}/org/tiny` } } })
  expect(await call(board.port, 'hub_token', { hub: 'huggingface', token: 'with\na line' })).toMatchObject({ ok: false, fault: { code: 'request_invalid' } })
  await get(board.port, 'hub_token', { hub: 'huggingface', token: hub.token })
  expect(await get(board.port, 'hub_model', model)).toMatchObject({ files: 2, architecture: 'GPT2LMHeadModel', family: null, page: `${hub.url}/org/tiny` })
  const offered = async () => (await get(board.port, 'models', {})).some(({ path: at }) => at === 'org/tiny')
  expect(await offered()).toBe(false)
  await get(board.port, 'hub_fetch', model)
  await until(() => statusOf() === 'done', 'the end')
  expect(told.at(-1)?.at(-1)).toMatchObject({ ref: model, files: 2, fault: null })
  expect(await offered()).toBe(true)
  expect(JSON.stringify(told)).not.toContain(hub.token)
  expect(await call(board.port, 'hub_model', { ...model, model: '../../etc' })).toMatchObject({ ok: false, fault: { code: 'request_invalid' } })
})

test('rows of a hub become a dataset by their ref, with what their columns mean', async () => {
  await get(board.port, 'hub_fetch', ref)
  await until(() => statusOf() === 'done', 'the end')
  const dataset_dir = path.join(home, 'data')
  const { mapping } = recognise([parseJson('{"instruction": "Q", "input": "", "output": "A"}') as PyObject])
  const add = (change: object = {}) => call(board.port, 'dataset_add', { dataset_dir, dataset: 'notes', hub: { ...ref, revision: 'main', subset: 'default' }, mapping, ...change })
  expect(await add()).toEqual({ ok: true, value: null })
  const entry = JSON.parse(readFileSync(path.join(dataset_dir, 'dataset_info.json'), 'utf8')).notes
  expect(entry).toMatchObject({ hf_hub_url: 'org/notes', revision: 'main', subset: 'default' })
  expect(await add()).toMatchObject({ ok: false, fault: { code: 'dataset_name_taken' } })
  expect(await add({ dataset: 'others', hub: { ...ref, hub: 'modelscope' } })).toEqual({ ok: true, value: null })
  expect(JSON.parse(readFileSync(path.join(dataset_dir, 'dataset_info.json'), 'utf8')).others).toMatchObject({ ms_hub_url: 'org/notes' })
  expect(await add({ dataset: '../x' })).toMatchObject({ ok: false, fault: { code: 'dataset_name_invalid' } })
  expect(await add({ dataset: 'bad', hub: { ...ref, id: '../../x' } })).toMatchObject({ ok: false, fault: { code: 'request_invalid' } })
})
