/** What the browser tests share: a board of their own with a home of its own, and a browser. Leaves out what is on the page: `page.ts`. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser } from 'playwright'
import { afterAll, beforeAll } from 'vitest'

export const checkout = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
export const fakeTrainer = path.join(checkout, 'tests/e2e/fake/trainer.mjs')

const candidates = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', chromium.executablePath()]

/** A Chromium of this machine; null where there is none, and then there is nothing to drive. */
export const chromiumPath: string | null = candidates.find((file) => file !== undefined && file !== '' && existsSync(file)) ?? null

export const openChromium = (...words: string[]): Promise<Browser> => chromium.launch({ executablePath: chromiumPath ?? undefined, args: ['--no-sandbox', ...words] })

export interface TestBoard {
  url: string
  home: string
  close(): Promise<void>
}

/** Starts the built server (`dist/server.mjs` and the built page) on a free port. Without `trainer` it is the real one; `furnish` fills the home before it starts. */
export async function startBoard({ trainer, furnish, env = {} }: { trainer?: string; furnish?: (home: string) => void; env?: Record<string, string> } = {}): Promise<TestBoard> {
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'tuneboard-e2e-')))
  furnish?.(home)
  const child = spawn(process.execPath, [path.join(checkout, 'dist/server.mjs'), '--port', '0', '--home', home], {
    cwd: checkout,
    env: { ...process.env, NODE_ENV: 'production', ...(trainer ? { TUNEBOARD_TRAINER: trainer } : {}), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = new Promise<void>((done) => child.once('exit', () => done()))
  let said = ''
  child.stderr.on('data', (text: Buffer) => (said += text.toString()))
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString()
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said)
      if (found) resolve(found[0])
    })
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)))
  })
  return {
    url,
    home,
    async close() {
      child.kill('SIGTERM')
      await exited
      rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
    },
  }
}

/** A board and a browser for all tests around the call: there from the first on, closed after the last. */
export function shareBoard(): { readonly board: TestBoard; readonly browser: Browser } {
  let board: TestBoard
  let browser: Browser
  beforeAll(async () => {
    board = await startBoard()
    browser = await openChromium()
  })
  afterAll(async () => {
    await browser.close()
    await board.close()
  })
  return {
    get board() {
      return board
    },
    get browser() {
      return browser
    },
  }
}
