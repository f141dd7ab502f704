/** From a line of `trainer_log.jsonl` to the socket's client and to the painted chart; the lines are written by this program. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser } from 'playwright'
import { runFiles } from '@/lib/run'
import { notePaints, paintedAt, readPaints } from '@/tools/latency/paint'
import { now, pause, spread, type Server, type Spread } from '@/tools/latency/set-up'

const id = 'measured/lora/feed'

export interface FeedLatency {
  records: number
  record_to_socket: Spread | null
  record_to_chart: Spread | null
}

const line = (step: number, total_steps: number) =>
  `${JSON.stringify({ current_steps: step, total_steps, loss: 1 + 2 / step + Math.sin(step) / 10, lr: 1e-4, grad_norm: 1, epoch: step / total_steps })}\n`

export async function measureFeed(server: Server, browser: Browser | null, { records, every }: { records: number; every: number }): Promise<FeedLatency> {
  const folder = path.join(server.home, 'saves', ...id.split('/'))
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, runFiles.args), 'stage: sft\nfinetuning_type: lora\n')
  appendFileSync(path.join(folder, runFiles.log), line(1, records + 1))
  const socket = await server.connect()
  while (!(await server.call('runs', {})).some((run) => run.id === id)) await pause(50)

  const arrived = new Map<number, number>()
  socket.on('tail', (_, tail) => tail.records.forEach(({ current_steps }) => arrived.set(current_steps, now())))
  await new Promise((done) => socket.emit('watch', id, null, done))
  const page = await browser?.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-US' })
  if (page) {
    await notePaints(page)
    await page.goto(`${server.url}/?run=${encodeURIComponent(id)}`)
    while (paintedAt(await readPaints(page), 1) === undefined) await pause(50)
  }

  const written = new Map<number, number>()
  for (let step = 2; step <= records + 1; step++) {
    await pause(every * (0.5 + Math.random()))
    appendFileSync(path.join(folder, runFiles.log), line(step, records + 1))
    written.set(step, now())
  }
  await pause(2000)
  const paints = page ? await readPaints(page) : []
  await page?.close()
  socket.disconnect()
  const delays = (seen: (step: number) => number | undefined) => [...written].map(([step, at]) => {
    const time = seen(step)
    if (time === undefined) throw new Error(`record ${step} was never seen`)
    return time - at
  })
  return {
    records,
    record_to_socket: spread(delays((step) => arrived.get(step))),
    record_to_chart: page ? spread(delays((step) => paintedAt(paints, step))) : null,
  }
}
