/**
 * How the board holds up on a large file: it is made (or given), uploaded, listed, looked at, counted, and trained on (streamed, by a limit, and from the tokens of before), while the
 * memory of server, inspect worker and trainer is watched. Prints one JSON object; times in s, memory in MB.
 *
 *   node scripts/run.mjs large [--megabytes 2000 | --file ROWS.jsonl] [--statistics 60]
 */
import { closeSync, createReadStream, mkdtempSync, openSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { Upload } from 'tus-js-client'
import { uploadPiece, uploadsPath } from '@/lib/datasets/upload'
import { type Server, spread, startServer } from '@/tools/latency/set-up'
import { createRandom } from '@/tools/starter/random'

const { values } = parseArgs({ options: { megabytes: { type: 'string', default: '2000' }, file: { type: 'string' }, statistics: { type: 'string', default: '60' } } })

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))
const seconds = async <T>(work: () => Promise<T>): Promise<[number, T]> => {
  const began = performance.now()
  const result = await work()
  return [Number(((performance.now() - began) / 1000).toFixed(2)), result]
}

/** Half English, half Chinese, of random words and characters, which no cache of a tokenizer helps with. */
function makeRows(file: string, bytes: number): void {
  const random = createRandom(1)
  const words = Array.from({ length: 40_000 }, () => Array.from({ length: random.int(2, 8) }, () => String.fromCharCode(random.int(97, 122))).join(''))
  const english = (count: number) => Array.from({ length: count }, () => random.pick(words)).join(' ')
  const chinese = (count: number) => Array.from({ length: count }, (_, i) => (i % 12 === 11 ? '，' : String.fromCharCode(0x4e00 + random.int(0, 5999)))).join('')
  const row = (i: number) => (i % 2 ? { instruction: english(30), input: '', output: `${english(120)} ${i}` } : { instruction: chinese(40), input: '', output: `${chinese(300)} ${i}` })
  const out = openSync(file, 'w')
  for (let written = 0, rows = 0; written < bytes; rows += 500) written += writeSync(out, Array.from({ length: 500 }, (_, i) => `${JSON.stringify(row(rows + i))}\n`).join(''))
  closeSync(out)
}

const megabytes = (status: string, field: string) => Math.round(Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) / 1024)

/** The server's processes by what they are, each at its most so far. */
function watchMemory(server: Server) {
  const most = { server: 0, inspect: 0, trainer: 0 }
  const look = () => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
        const own = Number(pid) === server.pid || Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) === server.pid
        const kind = Number(pid) === server.pid ? 'server' : words.includes('inspect') ? 'inspect' : words.includes('train') ? 'trainer' : null
        if (own && kind !== null) most[kind] = Math.max(most[kind], megabytes(readFileSync(`/proc/${pid}/status`, 'utf8'), 'VmRSS'))
      } catch {
        // it has ended
      }
    }
  }
  const timer = setInterval(look, 100)
  /** The most since it was last asked. */
  return { read: () => { look(); const now = { ...most }; Object.assign(most, { server: 0, inspect: 0, trainer: 0 }); return now }, stop: () => clearInterval(timer) }
}

async function upload(server: Server, file: string): Promise<string> {
  const sender: Upload = await new Promise((resolve, reject) => {
    const going: Upload = new Upload(createReadStream(file), {
      endpoint: `${server.url}${uploadsPath}`, uploadSize: statSync(file).size, chunkSize: uploadPiece, metadata: { name: 'big.jsonl', changed_at: '1' },
      onSuccess: () => resolve(going), onError: reject,
    })
    going.start()
  })
  return (await server.call('upload_finish', { id: path.basename(sender.url ?? '') })).path
}

const model = { model_name_or_path: 'data/models/starter', template: 'chatml', cutoff_len: 512 }

/** From Start to the first loss. */
async function firstLoss(server: Server, place: { dataset_dir: string; dataset: string }, name: string, change: object): Promise<number> {
  const args = { ...model, ...place, stage: 'sft', do_train: true, finetuning_type: 'lora', per_device_train_batch_size: 8, logging_steps: 1, save_steps: 100_000, max_steps: 3, bf16: false, ...change }
  const [took] = await seconds(async () => {
    const { id } = await server.call('start', { args, model: 'starter', name })
    for (;;) {
      const run = (await server.call('runs', {})).find((one) => one.id === id)
      if (run?.status === 'done') return
      if (run?.status === 'failed') throw new Error(JSON.stringify(run.error))
      await pause(50)
    }
  })
  return took
}

async function measure(server: Server, file: string) {
  const memory = watchMemory(server)
  const found: Record<string, unknown> = { bytes: statSync(file).size, idle_mb: memory.read() }
  const note = (what: string, result: object | number) => void (found[what] = { ...(typeof result === 'number' ? { s: result } : result), mb: memory.read() })
  const [sent, place] = await seconds(() => upload(server, file))
  note('upload', sent)
  const dataset_dir = path.join(server.home, 'data')
  const at = { dataset_dir, dataset: 'big' }
  await server.call('dataset_add', { ...at, path: place, mapping: (await server.call('examine', { path: place, mapping: null })).mapping })
  const lines = (from: number) => server.call('view_lines', { ...at, rows: Array.from({ length: 30 }, (_, i) => from + i) })
  const [first, { total }] = await seconds(() => lines(1))
  found.rows = total
  note('first_lines', first)
  note('far_lines', (await seconds(() => lines(total - 100)))[0])
  note('row_as_tokens', (await seconds(() => server.call('view_row', { ...at, row: total - 7, settings: model, text: null })))[0])
  note('statistics', await statistics(server, at, lines, total))
  note('streamed', await firstLoss(server, at, 'streamed', { streaming: true }))
  note('limited', await firstLoss(server, at, 'limited', { max_samples: 100_000 }))
  note('limited_again', await firstLoss(server, at, 'again', { max_samples: 100_000 }))
  memory.stop()
  return found
}

/** For a while, with other answers of the worker timed meanwhile. */
async function statistics(server: Server, at: { dataset_dir: string; dataset: string }, lines: (from: number) => Promise<unknown>, total: number) {
  const times: number[] = []
  let going = true
  const others = (async () => {
    for (let i = 0; going; i++) {
      times.push((await seconds(() => lines(1 + ((i * 7919) % (total - 100)))))[0])
      await pause(100)
    }
  })()
  const began = performance.now()
  let now = await server.call('view_statistics', { ...at, settings: model })
  while (!now.done && performance.now() - began < Number(values.statistics) * 1000) now = await server.call('view_statistics', { ...at, settings: model })
  const took = (performance.now() - began) / 1000
  going = false
  await others
  return { s: Math.round(took), seen: now.seen, rows_per_s: Math.round(now.seen / took), tokens_per_s: Math.round((now.tokens?.total ?? 0) / took), seconds_left: now.seconds_left, other_answers: spread(times.map((time) => time * 1000)) }
}

const home = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'tuneboard-large-')))
process.env.TUNEBOARD_CACHE = path.join(home, 'cache')
const file = values.file ?? path.join(home, 'rows.jsonl')
if (!values.file) makeRows(file, Number(values.megabytes) * 1e6)
const server = await startServer(home)
try {
  process.stdout.write(`${JSON.stringify(await measure(server, file))}\n`)
} finally {
  await server.close()
  rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
}
