/**
 * How long the board keeps people waiting, part by part, on this machine. Prints one JSON object, times in ms; what cannot be measured here (no
 * Chromium, no starter) is null.
 *
 *   node scripts/run.mjs latency [part …] [--records 200] [--every 100] [--rounds 5]     parts: load, start, feed, list, interact; none: all of them
 */
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Browser } from 'playwright'
import { measureFeed } from '@/tools/latency/feed'
import { measureInteraction } from '@/tools/latency/interact'
import { measureList } from '@/tools/latency/list'
import { measureLoad } from '@/tools/latency/load'
import { measureStart, secondStart } from '@/tools/latency/start'
import { checkout, openChromium, startServer, type Server } from '@/tools/latency/set-up'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { records: { type: 'string', default: '200' }, every: { type: 'string', default: '100' }, rounds: { type: 'string', default: '5' } } })

/** Each has a server with a home of its own. */
const parts: Readonly<Record<string, (server: Server, browser: Browser | null) => Promise<object | null>>> = {
  load: async (server, browser) => browser && measureLoad(server, browser),
  start: async (server, browser) => ({
    server_ready: server.ready_ms,
    second_start: await secondStart(server.home),
    ...(existsSync(path.join(checkout, 'data/models/starter/model.safetensors')) ? await measureStart(server, browser) : null),
  }),
  feed: (server, browser) => measureFeed(server, browser, { records: Number(values.records), every: Number(values.every) }),
  list: (server, browser) => measureList(server, browser),
  interact: async (server, browser) => browser && measureInteraction(server, browser, { rounds: Number(values.rounds) }),
}

async function measure(name: string, browser: Browser | null): Promise<object | null> {
  const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'tuneboard-latency-')))
  const server = await startServer(home)
  try {
    return await parts[name](server, browser)
  } finally {
    await server.close()
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }
}

const wanted = positionals.length > 0 ? positionals : Object.keys(parts)
const unknown = wanted.filter((name) => !Object.hasOwn(parts, name))
if (unknown.length > 0) throw new Error(`no such part: ${unknown.join(', ')}; the parts are ${Object.keys(parts).join(', ')}`)
const browser = await openChromium()
try {
  const measured: Record<string, object | null> = {}
  for (const name of wanted) measured[name] = await measure(name, browser)
  process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`)
} finally {
  await browser?.close()
}
