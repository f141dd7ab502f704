/**
 * How late the board is: from a line written to a run's log to the socket's client and to the painted chart, and from Start to the first
 * loss, on the starter. Prints one JSON object, times in ms; what cannot be measured here (no Chromium, no starter) is null.
 *
 *   node scripts/run.mjs latency [--records 200] [--every 100]
 */
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { measureFeed } from '@/tools/latency/feed'
import { measureStart } from '@/tools/latency/start'
import { checkout, openChromium, startServer } from '@/tools/latency/set-up'

const { values } = parseArgs({ options: { records: { type: 'string', default: '200' }, every: { type: 'string', default: '100' } } })

const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'tuneboard-latency-')))
const server = await startServer(home)
const browser = await openChromium()
try {
  const start = existsSync(path.join(checkout, 'data/models/starter/model.safetensors')) ? await measureStart(server, browser) : null
  const feed = await measureFeed(server, browser, { records: Number(values.records), every: Number(values.every) })
  process.stdout.write(`${JSON.stringify({ server_ready: server.ready_ms, ...start, ...feed })}\n`)
} finally {
  await browser?.close()
  await server.close()
  rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
}
