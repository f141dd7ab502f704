/**
 * Stands for dist/trainer.mjs in the server's tests: writes a run folder as the trainer does, without training. `max_steps` of the YAML
 * says how far it goes; FAKE_STEP_MS how fast; after FAKE_HOLD_AT steps it waits for a file `go` in its folder. A run whose name holds "refused" ends with exit code 2 before it begins ("refused-fault" with a fault
 * for the page), "crash" ends by itself at step 3, "deaf" does not hear SIGTERM.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'

const [command, ...rest] = process.argv.slice(2)
const stepMs = Number(process.env.FAKE_STEP_MS ?? 20)
const holdAt = Number(process.env.FAKE_HOLD_AT ?? -1)
const wait = (ms) => new Promise((done) => setTimeout(done, ms))

function processStart() {
  const stat = readFileSync(`/proc/${process.pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}

function whole(file, text) {
  writeFileSync(`${file}.tmp`, text)
  renameSync(`${file}.tmp`, file)
}

async function train([file, ...overrides]) {
  const folder = path.dirname(file)
  if (folder.includes('refused')) {
    const fault = { code: 'file_unreadable', values: { path: 'x.yaml', problem: { code: 'system_denied', values: { code: 'EACCES' } } } }
    const asJson = folder.includes('refused-fault') && process.env.TUNEBOARD_FAULTS === 'json'
    process.stderr.write(asJson ? `${JSON.stringify({ fault })}\n` : 'There is no folder nowhere; give the path of a downloaded model.\n')
    process.exit(2)
  }
  const total_steps = Number(/^max_steps: (\d+)/m.exec(readFileSync(file, 'utf8'))?.[1] ?? 10)
  const checkpoint = overrides.map((word) => /^resume_from_checkpoint=(.*)$/.exec(word)?.[1]).find(Boolean) ?? null
  const at = (name) => path.join(folder, name)
  let step = checkpoint === null ? 0 : Number(/checkpoint-(\d+)$/.exec(checkpoint)[1])
  const state = { status: 'starting', phase: 'loading', pid: process.pid, pid_start: processStart(), started_at: Date.now(), total_steps, checkpoint: null, runtime: 'fake', error: null }
  const change = (values) => {
    Object.assign(state, values)
    whole(at('state.json'), JSON.stringify({ ...state, step, updated_at: Date.now() }))
  }
  change({})
  if (checkpoint !== null) {
    const lines = readFileSync(at('trainer_log.jsonl'), 'utf8').split('\n').filter(Boolean)
    whole(at('trainer_log.jsonl'), lines.filter((line) => JSON.parse(line).current_steps <= step).map((line) => `${line}\n`).join(''))
  }
  let stopping = false
  process.on('SIGTERM', () => {
    if (folder.includes('deaf')) return
    stopping = true
    change({ status: 'stopping' })
  })
  change({ status: 'running', phase: 'training' })
  while (step < total_steps && !stopping) {
    await wait(stepMs)
    if (step === holdAt && !existsSync(at('go'))) continue
    step++
    const record = JSON.stringify({ current_steps: step, total_steps, loss: 3 / step, lr: 1e-4, elapsed_time: '0:00:00', written_at: Date.now() })
    const cut = Math.floor(Math.random() * record.length)
    appendFileSync(at('trainer_log.jsonl'), record.slice(0, cut))
    appendFileSync(at('trainer_log.jsonl'), `${record.slice(cut)}\n`)
    appendFileSync(at('running_log.txt'), `[INFO] step ${step} 中文 done\n`)
    if (folder.includes('crash') && step === 3) {
      process.stderr.write('terminate called after throwing an instance of bad_alloc\n')
      process.abort()
    }
    change({})
  }
  if (stopping) {
    mkdirSync(at(`checkpoint-${step}`), { recursive: true })
    change({ status: 'stopped', phase: 'finished', checkpoint: `checkpoint-${step}` })
    process.exit(143)
  }
  whole(at('all_results.json'), '{"train_loss": 1}')
  change({ status: 'done', phase: 'finished' })
}

/** An export whose folder's name holds "crash" ends by itself half-way. */
async function exportModel([file, ...words]) {
  const folder = /^export_dir: (.*)$/m.exec(readFileSync(file, 'utf8'))[1]
  const temporary = `${folder}.${process.pid}.tmp`
  const state = { status: 'running', phase: 'writing', share: 0, pid: process.pid, started_at: Date.now(), files: [], verdict: null, url: null, error: null }
  const change = (values) => whole(process.env.TUNEBOARD_EXPORT_STATE, JSON.stringify(Object.assign(state, values, { updated_at: Date.now() })))
  mkdirSync(temporary, { recursive: true })
  process.on('SIGTERM', () => {
    rmSync(temporary, { recursive: true })
    change({ status: 'cancelled' })
    process.exit(143)
  })
  for (let share = 0; share <= 1; share += 0.1) {
    change({ share })
    await wait(stepMs)
    if (folder.includes('crash') && share > 0.4) process.abort()
  }
  renameSync(temporary, folder)
  writeFileSync(path.join(folder, 'words.txt'), words.join(' '))
  change({ status: 'done', share: 1, files: [{ name: 'words.txt', size: 1 }] })
}

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`)

async function chat(line) {
  const { kind, load, ask, id } = JSON.parse(line)
  if (kind === 'load') {
    if (load.model_name_or_path.includes('crash')) process.exit(7)
    say({ kind: 'status', status: { status: 'ready', load, runtime: 'fake' } })
  }
  if (kind === 'ask') {
    const words = ask.messages.at(-1).content.split(' ')
    for (const word of words) {
      await wait(stepMs)
      say({ kind: 'delta', delta: { id: ask.id, kind: 'text', text: `${word} ` } })
    }
    say({ kind: 'delta', delta: { id: ask.id, kind: 'end', reason: 'stop', tokens: words.length, tokens_per_s: 1 } })
  }
  if (kind === 'cancel') say({ kind: 'delta', delta: { id, kind: 'end', reason: 'cancelled', tokens: 0, tokens_per_s: 0 } })
}

async function inspect(line) {
  const { id, name, request } = JSON.parse(line)
  if (name === 'check') {
    const faults = existsSync(request.args.model_name_or_path ?? '') ? [] : [{ code: 'model_path_missing', values: { path: request.args.model_name_or_path }, field: 'model_name_or_path' }]
    return say({ id, ok: true, value: { faults, warnings: [], plan: null } })
  }
  if (name === 'export_plan') return say({ id, ok: true, value: { faults: [], bytes: 1, available: 2 } })
  if (name === 'datasets' && request.dataset_dir.includes('crash')) process.kill(process.pid, 'SIGKILL')
  if (name === 'preview') return // never answers
  say({ id, ok: true, value: { datasets: [], problem: null } })
}

const listen = (hear) => createInterface({ input: process.stdin }).on('line', hear).on('close', () => process.exit(0))
if (command === 'train') await train(rest)
if (command === 'export') await exportModel(rest)
if (command === 'chat') listen(chat)
if (command === 'inspect') listen(inspect)
