/** The built server in a process of its own, its endpoints, a socket to it, what it uses, and a browser. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser } from 'playwright'
import { io, type Socket } from 'socket.io-client'
import type { ApiName, ApiRequest, ApiResponse } from '@/lib/api'
import type { ClientEvents, Reply, ServerEvents } from '@/lib/events'

/** This module is bundled into programs of dist/. */
export const checkout = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')

export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))
/** In ms since 1970, with its fractions: comparable with a page's times. */
export const now = (): number => performance.timeOrigin + performance.now()

export interface Server {
  pid: number
  home: string
  url: string
  /** From the start of the process to its first page. */
  ready_ms: number
  call<N extends ApiName>(name: N, request: ApiRequest<N>): Promise<ApiResponse<N>>
  connect(): Promise<Socket<ServerEvents, ClientEvents>>
  close(): Promise<void>
}

async function call<N extends ApiName>(url: string, name: N, request: ApiRequest<N>): Promise<ApiResponse<N>> {
  const response = await fetch(`${url}/api/${name}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(request) })
  const reply = (await response.json()) as Reply<ApiResponse<N>>
  if (!reply.ok) throw new Error(`${name}: ${JSON.stringify(reply.fault)}`)
  return reply.value
}

async function connect(url: string): Promise<Socket<ServerEvents, ClientEvents>> {
  const socket: Socket<ServerEvents, ClientEvents> = io(url, { transports: ['websocket'] })
  await new Promise<void>((done) => socket.once('connect', done))
  return socket
}

export async function startServer(home: string): Promise<Server> {
  const began = performance.now()
  const program = path.join(checkout, 'dist/server.mjs')
  const child = spawn(process.execPath, [program, '--port', '0', '--home', home], { cwd: checkout, env: { ...process.env, NODE_ENV: 'production' }, stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (text: Buffer) => {
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(text.toString())
      if (found) resolve(found[0])
    })
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
  })
  await (await fetch(url)).text()
  const ready_ms = Math.round(performance.now() - began)
  const close = async () => {
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await exited
  }
  return { pid: child.pid ?? 0, home, url, ready_ms, call: (name, request) => call(url, name, request), connect: () => connect(url), close }
}

/** A file of /proc about a process; null where there is no /proc. */
const aboutProcess = (pid: number, file: string): string | null => (existsSync(`/proc/${pid}/${file}`) ? readFileSync(`/proc/${pid}/${file}`, 'utf8') : null)

export function residentMb(pid: number): number | null {
  const found = /VmRSS:\s+(\d+) kB/.exec(aboutProcess(pid, 'status') ?? '')
  return found && Math.round(Number(found[1]) / 1000)
}

/** Fields 14 and 15 of stat, in ticks of 10 ms; the name before them may hold spaces. */
export function cpuSeconds(pid: number): number | null {
  const fields = aboutProcess(pid, 'stat')?.split(') ')[1]?.split(' ')
  return fields === undefined ? null : (Number(fields[11]) + Number(fields[12])) / 100
}

/** A Chromium of this machine, or null. */
export async function openChromium(): Promise<Browser | null> {
  const places = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', chromium.executablePath()]
  const executablePath = places.find((file) => file !== undefined && file !== '' && existsSync(file))
  return executablePath === undefined ? null : chromium.launch({ executablePath, args: ['--no-sandbox'] })
}

export interface Spread {
  p50: number
  p95: number
  p98: number
  max: number
}

/** Of times in ms, rounded to tenths; null of none. */
export function spread(times: readonly number[]): Spread | null {
  if (times.length === 0) return null
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] * 10) / 10
  return { p50: at(0.5), p95: at(0.95), p98: at(0.98), max: at(1) }
}
