/** `npm start` to the end: the page answers, and a port in use is one sentence with exit code 2. Builds what is stale first, as any start does. */
import { spawn, type ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { root } from '@/scripts/setup/paths.mjs'
import { temporaryFolder } from '@/tests/scripts/temporary'

const minutes = 60_000

function start(port: number): { child: ChildProcess; out: () => string; ended: Promise<number | null> } {
  const child = spawn(process.execPath, [join(root, 'scripts/start.mjs'), '--port', String(port), '--home', temporaryFolder()], { stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { text += chunk.toString() })
  onTestFinished(() => { child.kill('SIGKILL') })
  return { child, out: () => text, ended: new Promise((done) => child.on('close', done)) }
}

it('serves the page where it says, and ends on a signal', async () => {
  const { child, out, ended } = start(0)
  await expect.poll(out, { timeout: 9 * minutes, interval: 50 }).toMatch(/http:\/\/127\.0\.0\.1:\d+\//)
  const address = /http:\/\/127\.0\.0\.1:\d+\//.exec(out())?.[0] ?? ''
  const page = await fetch(address)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('<title>')
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
}, 10 * minutes)

it('names a port that is taken and ends with code 2', async () => {
  const holder = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => { holder.close() })
  await new Promise((done) => holder.once('listening', done))
  const address = holder.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const { out, ended } = start(port)
  expect(await ended).toBe(2)
  const last = out().trim().split('\n').at(-1)
  expect(last).toContain(String(port))
  expect(out()).not.toMatch(/\n\s+at /)
}, 10 * minutes)
