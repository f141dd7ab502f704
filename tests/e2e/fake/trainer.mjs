/**
 * Stands for dist/trainer.mjs where a browser test is about the page and not about training: writes a run folder with a plausible curve,
 * lists and previews the datasets of the folder, and answers in chat with who is speaking. FAKE_STEPS and FAKE_STEP_MS say how long a run
 * takes; at the step FAKE_HOLD it waits for a file `go` in the run's folder; with FAKE_DEAF it does not hear SIGTERM.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'

const [command, ...rest] = process.argv.slice(2)
const stepMs = Number(process.env.FAKE_STEP_MS ?? 30)
const totalSteps = Number(process.env.FAKE_STEPS ?? 120)
const holdAt = Number(process.env.FAKE_HOLD ?? NaN)
const wait = (ms) => new Promise((done) => setTimeout(done, ms))

function whole(file, text) {
  writeFileSync(`${file}.tmp`, text)
  renameSync(`${file}.tmp`, file)
}

function processStart() {
  const stat = readFileSync(`/proc/${process.pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}

const clock = (ms) => new Date(Math.max(0, ms)).toISOString().slice(12, 19)

/** A falling loss with the noise of small batches; the same for the same step. */
function recordOf(step, started) {
  const noise = Math.sin(step * 12.9898) * 43758.5453
  const jitter = noise - Math.floor(noise) - 0.5
  const loss = 0.35 + 2.9 * Math.exp(-step / (totalSteps / 4)) + jitter * (0.35 * Math.exp(-step / totalSteps))
  const elapsed = Date.now() - started
  return {
    current_steps: step, total_steps: totalSteps, loss: Number(loss.toFixed(4)), lr: 1e-3 * 0.5 * (1 + Math.cos((Math.PI * step) / totalSteps)),
    grad_norm: 0.4 + 2 * Math.exp(-step / 20) + Math.abs(jitter), epoch: Number(((step / totalSteps) * 3).toFixed(2)), percentage: (step / totalSteps) * 100,
    elapsed_time: clock(elapsed), remaining_time: clock((elapsed / step) * (totalSteps - step)), throughput: 5200 + jitter * 300, total_tokens: step * 640,
  }
}

async function train([file]) {
  const folder = path.dirname(file)
  const at = (name) => path.join(folder, name)
  const started = Date.now()
  let step = 0
  const state = { status: 'starting', phase: 'loading', pid: process.pid, pid_start: processStart(), started_at: started, total_steps: totalSteps, checkpoint: null, runtime: 'fake', error: null }
  const change = (values) => {
    Object.assign(state, values)
    whole(at('state.json'), JSON.stringify({ ...state, step, updated_at: Date.now() }))
  }
  const say = (text) => appendFileSync(at('running_log.txt'), `[INFO|${new Date().toISOString().slice(11, 19)}] ${text}\n`)
  change({})
  say('Loading the model')
  let stopping = false
  process.on('SIGTERM', () => {
    if (process.env.FAKE_DEAF) return
    stopping = true
    change({ status: 'stopping' })
  })
  await wait(stepMs * 5)
  change({ status: 'running', phase: 'training' })
  while (step < totalSteps && !stopping) {
    await wait(stepMs)
    if (step === holdAt && !existsSync(at('go'))) continue
    step++
    const record = recordOf(step, started)
    appendFileSync(at('trainer_log.jsonl'), `${JSON.stringify(record)}\n`)
    if (step % 20 === 0) appendFileSync(at('trainer_log.jsonl'), `${JSON.stringify({ current_steps: step, total_steps: totalSteps, eval_loss: record.loss + 0.12, epoch: record.epoch })}\n`)
    say(`step ${step} of ${totalSteps}: loss ${record.loss}`)
    change({})
  }
  mkdirSync(at(`checkpoint-${step}`), { recursive: true })
  for (const place of [folder, at(`checkpoint-${step}`)]) {
    whole(path.join(place, 'adapter_config.json'), JSON.stringify({ base_model_name_or_path: /^model_name_or_path: (.*)$/m.exec(readFileSync(file, 'utf8'))?.[1], peft_type: 'LORA', r: 8 }))
    whole(path.join(place, 'adapter_model.safetensors'), '')
  }
  change({ status: stopping ? 'stopped' : 'done', phase: 'finished', checkpoint: `checkpoint-${step}` })
  say(stopping ? `Stopped at step ${step}` : 'Done')
}

const tell = (message) => process.stdout.write(`${JSON.stringify(message)}\n`)
const cancelled = new Set()

async function answer({ id, side, messages }) {
  const words = `I am **${side === 'base' ? 'the old one' : 'Nova'}**. You said: ${messages.at(-1).content}`.match(/\S+\s*/g)
  let told = 0
  for (const text of words) {
    await wait(stepMs)
    if (cancelled.has(id)) break
    told++
    tell({ kind: 'delta', delta: { id, kind: 'text', text } })
  }
  tell({ kind: 'delta', delta: { id, kind: 'end', reason: cancelled.has(id) ? 'cancelled' : 'stop', tokens: told, tokens_per_s: 31.4 } })
}

async function chat(line) {
  const { kind, load, ask, id } = JSON.parse(line)
  if (kind === 'load') tell({ kind: 'status', status: { status: 'ready', load, runtime: 'fake' } })
  if (kind === 'ask') await answer(ask)
  if (kind === 'cancel') cancelled.add(id)
}

function rowsOf(folder, name) {
  const info = JSON.parse(readFileSync(path.join(folder, 'dataset_info.json'), 'utf8'))[name]
  const file = path.join(folder, info.file_name)
  const text = readFileSync(file, 'utf8')
  return file.endsWith('.jsonl') ? text.split('\n').filter(Boolean).map((line) => JSON.parse(line)) : JSON.parse(text)
}

function conversationOf(row) {
  if (Array.isArray(row.conversations)) {
    const roles = { human: 'user', gpt: 'assistant', function_call: 'function', observation: 'observation' }
    return row.conversations.map(({ from, value }) => ({ role: roles[from] ?? 'user', content: value }))
  }
  return [{ role: 'user', content: [row.instruction, row.input].filter(Boolean).join('\n') }, { role: 'assistant', content: row.output ?? '' }]
}

const inspections = {
  check({ args }) {
    const folder = args.model_name_or_path
    const faults = existsSync(folder) ? [] : [{ code: 'model_path_missing', values: { path: folder }, field: 'model_name_or_path' }]
    const plan = { parameters: 7_340_000, trainable: 214_000, examples: 91, eval_examples: 0, steps: totalSteps, tokens: 4100, total_tokens: 12300, memory: 900e6, memory_available: 16e9 }
    return { faults, warnings: [], plan: faults.length > 0 ? null : plan }
  },
  datasets({ dataset_dir }) {
    const info = JSON.parse(readFileSync(path.join(dataset_dir, 'dataset_info.json'), 'utf8'))
    const datasets = Object.entries(info).map(([name, entry]) => ({
      name, formatting: entry.formatting ?? 'alpaca', ranking: false, kto: false, kind: entry.formatting ?? 'alpaca', path: path.resolve(dataset_dir, entry.file_name), remote: null,
      size: 1000, changed_at: 0, is_upload: false, problem: null,
    }))
    return { datasets, problem: null }
  },
  dataset_rows: ({ dataset_dir, dataset }) => rowsOf(dataset_dir, dataset).length,
  preview({ dataset_dir, dataset, offset, limit }) {
    const rows = rowsOf(dataset_dir, dataset)
    const shown = rows.slice(offset, offset + limit).map((row, index) => ({
      row: offset + index + 1, dataset, system: row.system ?? '', tools: row.tools ?? '', messages: conversationOf(row), problem: null,
    }))
    return { total: rows.length, rows: shown }
  },
  model({ model_name_or_path }) {
    const found = existsSync(path.join(model_name_or_path, 'config.json'))
    const problems = found ? [] : [{ code: 'model_path_missing', values: { path: model_name_or_path }, field: 'model_name_or_path' }]
    return { path: path.resolve(model_name_or_path), family: found ? 'llama' : null, architecture: null, parameters: found ? 7_340_000 : null, size: found ? 12_000_000 : null, template: null, own_template: false, room: { bf16: true, fits: [512, 1024, 2048].map((length) => ({ length, rows: 4 })) }, problems }
  },
}

function inspect(line) {
  const { id, name, request } = JSON.parse(line)
  tell({ id, ok: true, value: inspections[name](request) })
}

const listen = (hear) => createInterface({ input: process.stdin }).on('line', hear).on('close', () => process.exit(0))
if (command === 'train') await train(rest)
if (command === 'chat') listen(chat)
if (command === 'inspect') listen(inspect)
