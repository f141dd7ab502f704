/** What hundreds of runs cost: the server while nobody looks and while one of them grows before a browser, the bytes it sends, and opening the list. */
import type { Browser } from 'playwright'
import { translate } from '@/lib/messages'
import { appendRecord, writeRun } from '@/tools/latency/made-run'
import { cpuSeconds, now, pause, residentMb, type Server } from '@/tools/latency/set-up'

export interface ListLatency {
  runs: number
  /** Share of one processor that the server uses. */
  cpu_idle: number | null
  cpu_growing: number | null
  /** To a browser that follows the list while one run gets ten records a second. */
  bytes_per_second: number
  list_bytes: number
  /** From pressing the tab to the rows, and from the address to them. */
  list_opened: number | null
  list_loaded: number | null
  server_mb: number | null
}

const WATCHED_MS = 10_000
const RECORDS = 200
const idOf = (index: number) => `measured/lora/run_${String(index).padStart(4, '0')}`

async function cpuWhile({ pid }: Server, work: () => Promise<unknown>): Promise<number | null> {
  const [before, began] = [cpuSeconds(pid), now()]
  await work()
  const after = cpuSeconds(pid)
  return before === null || after === null ? null : Math.round(((after - before) / ((now() - began) / 1000)) * 1000) / 1000
}

async function openedList({ url }: Server, browser: Browser): Promise<Pick<ListLatency, 'list_opened' | 'list_loaded'>> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-US' })
  const rows = page.locator('main li').first()
  const { frame } = translate('en').ui
  const tab = (name: string) => page.getByRole('link', { name, exact: true })
  const times = []
  await page.goto(url)
  await page.getByRole('button', { name: new RegExp(`^${frame.runtime}`) }).waitFor()
  for (let round = 0; round < 5; round++) {
    await pause(1000)
    const began = now()
    await tab(frame.tabs.runs).click()
    await rows.waitFor()
    times.push(now() - began)
    await tab(frame.tabs.export).click()
  }
  const began = now()
  await page.goto(`${url}/runs`)
  await rows.waitFor()
  const list_loaded = Math.round(now() - began)
  await page.close()
  return { list_opened: Math.round(times.sort((a, b) => a - b)[2]), list_loaded }
}

export async function measureList(server: Server, browser: Browser | null, { runs = 500 } = {}): Promise<ListLatency> {
  for (let index = 0; index < runs; index++) writeRun(server, idOf(index), RECORDS, index > 0)
  while ((await server.call('runs', {})).length < runs) await pause(200)
  await pause(5000)
  const cpu_idle = await cpuWhile(server, () => pause(WATCHED_MS))
  const socket = await server.connect()
  let bytes = 0
  socket.onAny((...news) => (bytes += JSON.stringify(news).length))
  const list_bytes = await new Promise<number>((done) => socket.emit('watch_runs', null, (reply) => done(JSON.stringify(reply).length)))
  let step = RECORDS
  const writing = setInterval(() => appendRecord(server, idOf(0), ++step), 100)
  await pause(1000)
  bytes = 0
  const cpu_growing = await cpuWhile(server, () => pause(WATCHED_MS))
  clearInterval(writing)
  const bytes_per_second = Math.round(bytes / (WATCHED_MS / 1000))
  socket.disconnect()
  const opened = browser ? await openedList(server, browser) : { list_opened: null, list_loaded: null }
  return { runs, cpu_idle, cpu_growing, bytes_per_second, list_bytes, ...opened, server_mb: residentMb(server.pid) }
}
