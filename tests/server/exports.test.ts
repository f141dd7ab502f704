/** Exports as the browsers see them, with a fake trainer: progress, an end of each kind, one at a time, and a list that outlives the server. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ExportJob } from '@/lib/export'
import type { Board } from '@/server/board'
import { call, get, openBrowser, openTestBoard, removeHome, temporaryHome, until, type Browser } from './harness'

let home: string
let board: Board
let browser: Browser
let jobs: ExportJob[]
let shares: (number | null)[]

const listen = () => {
  browser = openBrowser(board.port)
  browser.socket.on('exports', (list) => {
    jobs = list
    if (list[0]?.state.status === 'running') shares.push(list[0].state.share)
  })
}

beforeEach(async () => {
  process.env.FAKE_STEP_MS = '60'
  ;[jobs, shares] = [[], []]
  home = temporaryHome()
  board = await openTestBoard(home)
  listen()
})
afterEach(async () => {
  browser.close()
  await board.close()
  removeHome(home)
})

const at = (name: string) => path.join(home, 'out', name)
const request = (name: string, format: 'merged' | 'gguf' = 'merged') => ({
  args: { model_name_or_path: path.join(home, 'model'), export_dir: at(name) },
  options: { format, gguf_type: 'q8_0' as const, verify: true, hub_private: true },
})
const start = async (name: string, format?: 'gguf') => (await get(board.port, 'export_start', request(name, format))).id
const ended = (id: string, status: string) => until(() => jobs.find((job) => job.id === id && job.state.status === status), `${id} ${status}`)

test('an export goes to its end, says how far it is, and is still known to the next server', async () => {
  const id = await start('first', 'gguf')
  expect(await call(board.port, 'export_start', request('second'))).toMatchObject({ ok: false, fault: { code: 'export_busy' } })
  const job = await ended(id, 'done')
  expect(job).toMatchObject({ folder: at('first'), options: { format: 'gguf' }, state: { files: [{ name: 'words.txt', size: 1 }] } })
  expect(readFileSync(path.join(at('first'), 'words.txt'), 'utf8')).toBe('--format gguf --gguf_type q8_0 --verify --hub_private=true')
  expect(new Set(shares).size).toBeGreaterThan(1)
  browser.close()
  await board.close()
  board = await openTestBoard(home)
  listen()
  await ended(id, 'done')
  await get(board.port, 'export_forget', { id })
  await until(() => jobs.length === 0, 'an empty list')
  expect(existsSync(at('first'))).toBe(true)
})

test('one that is cancelled, and one that dies, leave nothing half-written', async () => {
  const cancelled = await start('cancelled')
  await until(() => shares.length > 1, 'progress')
  await get(board.port, 'export_cancel', { id: cancelled })
  await ended(cancelled, 'cancelled')
  const crashed = await start('crash')
  expect(await ended(crashed, 'failed')).toMatchObject({ state: { error: { code: 'export_died' } } })
  expect(readdirSync(path.join(home, 'out'))).toEqual([])
})

test('a folder outside the allowed ones is refused at its field', async () => {
  const asked = { ...request('x'), args: { model_name_or_path: path.join(home, 'model'), export_dir: '/etc/x' } }
  expect(await call(board.port, 'export_start', asked)).toMatchObject({ ok: false, fault: { code: 'path_outside', field: 'export_dir' } })
  expect(await get(board.port, 'export_plan', asked)).toMatchObject({ faults: [{ code: 'path_outside' }], bytes: null })
  expect(await call(board.port, 'export_cancel', { id: '../x' })).toMatchObject({ ok: false, fault: { code: 'export_unknown' } })
})
