/** `npm start` until the page answers; and from pressing Start on the starter to the first loss: in the page where there is a browser, else through the endpoint. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync } from 'node:fs'
import type { Browser } from 'playwright'
import { translate } from '@/lib/messages'
import { notePaints, paintedAt, readPaints } from '@/tools/latency/paint'
import { checkout, now, pause, type Server } from '@/tools/latency/set-up'

export interface StartLatency {
  /** First line of the log with a loss at the socket's client. */
  start_to_socket: number
  start_to_chart: number | null
}

/** Waits for what `look` finds. @throws plain Error after two minutes */
async function until<T>(look: () => Promise<T | undefined> | T | undefined, what: string): Promise<T> {
  for (const end = now() + 120_000; now() < end; await pause(10)) {
    const found = await look()
    if (found !== undefined) return found
  }
  throw new Error(`${what} did not come`)
}

/** Presses Start in the page, as it offers the first run. */
async function inPage(server: Server, browser: Browser) {
  const { first_run, train } = translate('en').ui
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-US' })
  await notePaints(page)
  await page.goto(server.url)
  await page.getByRole('button', { name: first_run.action }).click()
  await pause(3000) // a person looks at what was filled in; the page's own checks end meanwhile
  const began = now()
  await page.getByRole('button', { name: train.start, exact: true }).click()
  const chart = async () => {
    const painted = await until(async () => paintedAt(await readPaints(page), 1), 'the first point of the chart')
    await page.close()
    return painted - began
  }
  return { began, chart }
}

/** The same first run through the endpoint. */
async function byEndpoint(server: Server) {
  const args = {
    model_name_or_path: 'data/models/starter', template: 'chatml', stage: 'sft', do_train: true, finetuning_type: 'lora', dataset: 'identity_nova', dataset_dir: 'data',
    cutoff_len: 256, per_device_train_batch_size: 8, gradient_accumulation_steps: 1, num_train_epochs: 10, logging_steps: 5, save_steps: 500, learning_rate: 2e-3,
  }
  await server.call('check', { args })
  const began = now()
  await server.call('start', { args, model: 'starter', name: 'measured' })
  return { began, chart: null }
}

/** The median of three, each with the home that the one before used: the second start is what people wait for every day. */
export async function secondStart(home: string): Promise<number> {
  const times = []
  for (let round = 0; round < 3; round++) times.push(await startOnce(`${home}-start`))
  rmSync(`${home}-start`, { recursive: true, force: true })
  return Math.round(times.sort((a, b) => a - b)[1])
}

async function startOnce(home: string): Promise<number> {
  mkdirSync(home, { recursive: true })
  const began = now()
  const child = spawn('npm', ['start', '--', '--port', '0', '--home', home], { cwd: checkout, stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  const url = await new Promise<string>((resolve, reject) => {
    let said = ''
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString()
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said)
      if (found) resolve(found[0])
    })
    child.once('exit', (code) => reject(new Error(`npm start ended with ${code}`)))
  })
  await (await fetch(url)).text()
  const took = now() - began
  const exited = once(child, 'close')
  process.kill(-(child.pid ?? 0), 'SIGTERM') // npm and what it started
  await exited
  return took
}

/** Must be the first run of its home: only then the page offers it. */
export async function measureStart(server: Server, browser: Browser | null): Promise<StartLatency> {
  const socket = await server.connect()
  let first: number | undefined
  socket.emit('watch_runs', null, () => undefined)
  socket.on('runs', ({ changed: [run] }) => {
    if (run) socket.emit('watch', run.id, null, (reply) => reply.ok && note(reply.value.records))
  })
  socket.on('tail', (_, { records }) => note(records))
  const note = (records: readonly { loss?: number }[]) => {
    if (records.some(({ loss }) => loss !== undefined)) first ??= now()
  }
  const { began, chart } = browser ? await inPage(server, browser) : await byEndpoint(server)
  const arrived = await until(() => first, 'the first loss')
  const start_to_chart = chart ? Math.round(await chart()) : null
  socket.disconnect()
  const [run] = await server.call('runs', {})
  if (run.status !== 'done') await server.call('kill', { id: run.id })
  return { start_to_socket: Math.round(arrived - began), start_to_chart }
}
