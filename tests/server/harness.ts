/** What the server's tests share: a home of their own, a board in this process or in one of its own, a browser's socket, and waiting. */
import { build } from 'esbuild'
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { io, type Socket } from 'socket.io-client'
import { afterAll } from 'vitest'
import type { ApiName, ApiRequest, ApiResponse } from '@/lib/api'
import type { ClientEvents, Reply, ServerEvents } from '@/lib/events'
import type { RunSummary } from '@/lib/run'
import { emptyHeldList, joinNews, type ListNews } from '@/lib/run-news'
import { emptyHeldRun, joinTail, type HeldRun, type RunTail } from '@/lib/run-tail'
import { openBoard, type Board } from '@/server/board'
import type { ServerOptions } from '@/server/options'

const here = path.dirname(fileURLToPath(import.meta.url))
export const checkout = path.resolve(here, '../..')
export const fakeTrainer = path.join(here, 'fake-trainer.mjs')

export function temporaryHome(): string {
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'tuneboard-server-')))
  mkdirSync(path.join(home, 'model'))
  writeFileSync(path.join(home, 'model/config.json'), '{}')
  return home
}

export const removeHome = (home: string): void => rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })

export async function openTestBoard(home: string, options: Partial<ServerOptions> = {}): Promise<Board> {
  process.env.TUNEBOARD_TRAINER = fakeTrainer
  const all: ServerOptions = { port: 0, host: '127.0.0.1', home, roots: [], dev: false, token: null, ...options }
  return openBoard(all, () => async (_, response) => void response.end('the page'))
}

/** Bundles an entry of `tests/server` or `server` into dist/, where the server's own bundle lies too. */
export async function bundle(entry: string, name: string): Promise<string> {
  const outfile = path.join(checkout, 'dist', `${name}-${process.pid}.mjs`)
  await build({ entryPoints: [path.join(checkout, entry)], outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external', alias: { '@': checkout } })
  return outfile
}

export interface TestProcess {
  child: ChildProcess
  /** Of the address that it prints. */
  port: Promise<number>
  stdout(): string
  stderr(): string
}

/** Servers that a failed test would leave behind. */
const processes = new Set<ChildProcess>()
afterAll(() => processes.forEach((child) => child.kill('SIGKILL')))

/** Starts a bundled server. */
export function startProcess(file: string, args: string[], env: Record<string, string> = {}): TestProcess {
  const child = spawn(process.execPath, [file, ...args], { env: { ...process.env, TUNEBOARD_TRAINER: fakeTrainer, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  processes.add(child)
  let [stdout, stderr] = ['', '']
  child.stderr?.on('data', (text: Buffer) => (stderr += text.toString()))
  const port = new Promise<number>((resolve) => {
    child.stdout?.on('data', (text: Buffer) => {
      stdout += text.toString()
      const found = /:(\d+)\//.exec(stdout)
      if (found) resolve(Number(found[1]))
    })
  })
  return { child, port, stdout: () => stdout, stderr: () => stderr }
}

export async function call<N extends ApiName>(port: number, name: N, request: ApiRequest<N>): Promise<Reply<ApiResponse<N>>> {
  const response = await fetch(`http://127.0.0.1:${port}/api/${name}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(request) })
  return (await response.json()) as Reply<ApiResponse<N>>
}

/** As `call`, for what must not fail. */
export async function get<N extends ApiName>(port: number, name: N, request: ApiRequest<N>): Promise<ApiResponse<N>> {
  const reply = await call(port, name, request)
  if (!reply.ok) throw new Error(JSON.stringify(reply.fault))
  return reply.value
}

export async function startRun(port: number, home: string, name: string, max_steps: number): Promise<string> {
  const args = { model_name_or_path: path.join(home, 'model'), stage: 'sft', do_train: true, finetuning_type: 'lora', dataset: 'any', template: 'default', max_steps }
  return (await get(port, 'start', { args, model: null, name })).id
}

export async function until<T>(look: () => T | null | undefined | false | Promise<T | null | undefined | false>, what: string, ms = 20_000): Promise<T> {
  const end = Date.now() + ms
  for (;;) {
    const found = await look()
    if (found) return found
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain for ${what}`)
    await new Promise((done) => setTimeout(done, 20))
  }
}

export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

export interface Browser {
  socket: Socket<ServerEvents, ClientEvents>
  runs(): RunSummary[]
  run(id: string): RunSummary | undefined
  held(id: string): HeldRun
  watch(id: string): Promise<void>
  close(): void
}

/** A browser that holds runs as the page does. */
export function openBrowser(port: number): Browser {
  const socket: Socket<ServerEvents, ClientEvents> = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true, reconnectionDelay: 50, reconnectionDelayMax: 100 })
  const held = new Map<string, HeldRun>()
  const watched = new Set<string>()
  let list = emptyHeldList
  const heldOf = (id: string) => held.get(id) ?? emptyHeldRun
  const join = (id: string, tail: RunTail) => {
    const joined = joinTail(heldOf(id), tail)
    if (joined === null) throw new Error(`a gap before ${tail.from_record}`)
    held.set(id, joined)
  }
  const watch = (id: string) => {
    watched.add(id)
    return new Promise<void>((done, fail) => {
      // Joined at once: the next news may be in the same packet.
      socket.emit('watch', id, heldOf(id).position, (reply) => {
        if (!reply.ok) return fail(new Error(JSON.stringify(reply.fault)))
        join(id, reply.value)
        done()
      })
    })
  }
  const joinList = (news: ListNews) => (list = joinNews(list, news) ?? list)
  socket.on('connect', () => void socket.emit('watch_runs', list.position, (reply) => reply.ok && joinList(reply.value)))
  socket.on('runs', joinList)
  socket.on('tail', join)
  socket.io.on('reconnect', () => watched.forEach((id) => void watch(id)))
  const runs = () => list.runs ?? []
  return { socket, runs, run: (id) => runs().find((run) => run.id === id), held: heldOf, watch, close: () => void socket.disconnect() }
}
