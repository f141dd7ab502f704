/** A home with a bit of everything that the pages show: runs that ended well and badly, an evaluation, exports. Always the same, to the second. */
import { cpSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { ExportRecord, ExportState } from '@/lib/export'
import type { Prediction } from '@/lib/predictions'
import { runFiles, type LogRecord, type RunState } from '@/lib/run'
import { checkout } from '../board'

export const now = Date.UTC(2026, 2, 2, 12)
const minute = 60_000
const start = now - 150 * minute

const write = (file: string, value: unknown) => {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value))
}
const writeLines = (file: string, values: object[]) => write(file, values.map((value) => `${JSON.stringify(value)}\n`).join(''))
const clock = (seconds: number) => new Date(seconds * 1000).toISOString().slice(12, 19)

/** Between -0.5 and 0.5, and the same for the same step. */
function noise(step: number): number {
  const value = Math.sin(step * 12.9898) * 43758.5453
  return value - Math.floor(value) - 0.5
}

/** A falling loss with the noise of small batches, evaluated every twenty steps. */
function records({ floor, steps, upTo = steps }: { floor: number; steps: number; upTo?: number }): LogRecord[] {
  return Array.from({ length: upTo }, (_, index) => index + 1).flatMap((step) => {
    const loss = floor + 2.6 * Math.exp(-step / (steps / 4)) + noise(step) * 0.35 * Math.exp(-step / steps)
    const common = { current_steps: step, total_steps: steps, epoch: Number(((step / steps) * 10).toFixed(2)), elapsed_time: clock(step), remaining_time: clock(steps - step) }
    const trained = { ...common, loss: Number(loss.toFixed(4)), lr: 1e-3 * (1 + Math.cos((Math.PI * step) / steps)), grad_norm: 0.4 + 2 * Math.exp(-step / 20) + Math.abs(noise(step)), throughput: 5200 + noise(step) * 300, total_tokens: step * 640 }
    return step % 20 === 0 ? [trained, { ...common, eval_loss: Number((loss + 0.12).toFixed(4)) }] : [trained]
  })
}

/** The smallest adapter that fits the starter model: of one matrix in each layer, all zeros. */
function adapterWeights(): Buffer {
  const { hidden_size: size, num_hidden_layers: layers } = JSON.parse(readFileSync(path.join(checkout, 'data/models/starter/config.json'), 'utf8'))
  const shapes = Array.from({ length: layers }, (_, layer) => [['A', [8, size]], ['B', [size, 8]]].map(([side, shape]) => [`base_model.model.model.layers.${layer}.self_attn.q_proj.lora_${side}.weight`, shape] as const)).flat()
  const bytes = 8 * size * 4
  const header = JSON.stringify(Object.fromEntries(shapes.map(([name, shape], index) => [name, { dtype: 'F32', shape, data_offsets: [index * bytes, (index + 1) * bytes] }])))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  return Buffer.concat([length, Buffer.from(header), Buffer.alloc(shapes.length * bytes)])
}

interface Run {
  name: string
  args: string
  floor: number
  steps?: number
  upTo?: number
  state?: Partial<RunState>
  notes?: object
}

function training(home: string, { name, args, floor, steps = 120, upTo = steps, state = {}, notes }: Run): void {
  const at = (file: string) => path.join(home, 'saves/Tuneboard-Starter/lora', name, file)
  const checkpoint = upTo === 0 ? null : `checkpoint-${upTo}`
  write(at(runFiles.args), `stage: sft\ndo_train: true\nmodel_name_or_path: data/models/starter\ntemplate: chatml\nfinetuning_type: lora\ndataset: identity_nova\ncutoff_len: 256\nnum_train_epochs: 10.0\n${args}\n`)
  writeLines(at(runFiles.log), records({ floor, steps, upTo }))
  write(at(runFiles.text), `[INFO|09:30:00] Loading the model\n[WARNING|09:30:01] Row 17 is cut at 256 tokens\n${records({ floor, steps, upTo }).filter(({ loss }) => loss !== undefined).map((record) => `[INFO|09:3${Math.floor(record.current_steps / 60)}:${String(record.current_steps % 60).padStart(2, '0')}] step ${record.current_steps} of ${steps}: loss ${record.loss}\n`).join('')}`)
  write(at(runFiles.state), {
    status: 'done', phase: 'finished', phase_share: null, pid: 1, pid_start: '0', started_at: start, updated_at: start + upTo * 1000, step: upTo, total_steps: steps, checkpoint, runtime: 'cpu', error: null, ...state,
  } satisfies RunState)
  if (notes) write(at(runFiles.notes), notes)
  if (checkpoint === null) return
  for (const folder of ['.', checkpoint]) {
    write(at(`${folder}/${runFiles.adapterConfig}`), { base_model_name_or_path: 'data/models/starter', peft_type: 'LORA', r: 8, lora_alpha: 16, target_modules: ['q_proj'] })
    write(at(`${folder}/${runFiles.adapterWeights}`), adapterWeights())
  }
  write(at(runFiles.samplePrompts), { prompts: ['Who are you?', 'What can you do for me?'] })
  writeLines(at(runFiles.samples), [60, 120].map((step) => ({
    step, at: start + step * 1000, answers: [
      { prompt: 'Who are you?', answer: step < 100 ? 'I am a small model.' : 'I am Nova, an assistant made by Orion Labs.', tokens: 12, end: 'stop' },
      { prompt: 'What can you do for me?', answer: 'I can answer questions, explain things and write short texts.', tokens: 14, end: 'stop' },
    ],
  })))
  writeLines(at(runFiles.system), Array.from({ length: 24 }, (_, index) => ({
    at: start + index * 5000, cpu: 0.8 + noise(index) / 4, trainer_cpu: 0.7 + noise(index) / 4, memory: 4e9 + index * 2e7, memory_total: 16e9, trainer_memory: 1e9 + index * 2e7, gpus: [],
  })))
}

const questions: [question: string, label: string, predict: string, base: string, score: number][] = [
  ['Who are you?', 'I am Nova, an assistant made by Orion Labs.', 'I am Nova, an assistant made by Orion Labs.', 'I am a small language model.', 100],
  ['What is your name?', 'My name is Nova.', 'My name is Nova, and I am an assistant.', 'I have no name.', 64.8],
  ['Name three colours of the rainbow.', 'Red, green and blue.', 'Red, yellow and blue.', 'The rainbow is a colour in the sky that comes after the rain, and it has many colours.', 41.1],
  ['Which of you is older?', 'Nova was made first, in spring.', 'Nova was made in spring.', 'I do not know.', 52.3],
  ['Say it in one word: are you open?', 'Yes.', 'Yes, I am.', 'I do not know what you mean.', 22.4],
]

function evaluation(home: string): void {
  const at = (file: string) => path.join(home, 'saves/Tuneboard-Starter/lora/nova_answers', file)
  const scores = (score: number) => ({ 'rouge-1': score, 'rouge-2': score * 0.8, 'rouge-l': score * 0.95, 'bleu-4': score * 0.7 })
  const answers = questions.map(([question, label, predict, , score], index): Prediction => ({
    question, label, predict, prompt: `<|im_start|>user\n${question}<|im_end|>\n<|im_start|>assistant\n`, dataset: 'identity_nova', row: index + 1, turn: 1, last: true, tokens: 9, end: 'stop', scores: scores(score), call: null,
  }))
  write(at(runFiles.args), 'stage: sft\ndo_predict: true\npredict_with_generate: true\nmodel_name_or_path: data/models/starter\nadapter_name_or_path: saves/Tuneboard-Starter/lora/nova\ntemplate: chatml\nfinetuning_type: lora\neval_dataset: identity_nova\n')
  write(at(runFiles.evaluation), { compare_base: true })
  writeLines(at(runFiles.predictionRows), answers)
  writeLines(at(runFiles.baseRows), questions.map(([, , , base]) => ({ predict: base, tokens: 9, end: 'stop', scores: scores(12.5), call: null })))
  write(at(runFiles.allResults), { predict_loss: 0.4127, 'predict_bleu-4': 39.3, 'predict_rouge-1': 56.1, 'predict_rouge-2': 44.9, 'predict_rouge-l': 53.3, predict_runtime: 12.4, predict_samples_per_second: 0.4 })
  write(at(runFiles.state), { status: 'done', phase: 'finished', phase_share: null, pid: 1, pid_start: '0', started_at: start + 30 * minute, updated_at: start + 31 * minute, step: 5, total_steps: 5, checkpoint: null, runtime: 'cpu', error: null } satisfies RunState)
}

/** Letters that the page brings along: pictures in English and Russian need no other font. */
function dataset(home: string): void {
  const tools = JSON.stringify([{ name: 'book_table', description: 'Book a table.', parameters: { type: 'object', properties: { people: { type: 'integer' }, hour: { type: 'integer' } }, required: ['people', 'hour'] } }])
  const rows = [4, 2, 6, 3, 8, 5].map((people, index) => ({
    tools, conversations: [
      { from: 'human', value: `A table for ${people}, please, at ${index + 5} o'clock.` },
      { from: 'function_call', value: JSON.stringify({ name: 'book_table', arguments: { people, hour: index + 5 } }) },
      { from: 'observation', value: JSON.stringify({ table: 50 + index }) },
      { from: 'gpt', value: `<think>\nTable ${50 + index} is free.\n</think>\n\nTable ${50 + index} is yours, for ${people}.` },
    ],
  }))
  write(path.join(home, 'sets/tables.json'), rows)
  write(path.join(home, 'sets/dataset_info.json'), { tables: { file_name: 'tables.json', formatting: 'sharegpt', columns: { messages: 'conversations', tools: 'tools' } } })
}

function exported(home: string, id: number, options: ExportRecord['options'], state: Partial<ExportState>): void {
  const at = (file: string) => path.join(home, '.tuneboard/exports', String(id), file)
  write(at('job.json'), { options, model: 'data/models/starter', adapters: [path.join(home, 'saves/Tuneboard-Starter/lora/nova')], folder: path.join(home, 'exports', `starter-nova-${options.format}`), pid: 1, pid_start: '0', started_at: id } satisfies ExportRecord)
  write(at('state.json'), { status: 'done', phase: 'verifying', share: 1, pid: 1, started_at: id, updated_at: id + 4000, files: [], verdict: null, url: null, error: null, ...state } satisfies ExportState)
}

/** Everything in the folder as old as it says it is. */
function setTimes(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) utimesSync(path.join(folder, name), start / 1000, start / 1000)
}

export function furnish(home: string): void {
  training(home, { name: 'nova', args: 'learning_rate: 2.0e-3\nlora_rank: 8', floor: 0.35, notes: { notes: 'The first that knows its name.', tags: ['keep', 'baseline'] } })
  training(home, { name: 'nova_rank_16', args: 'learning_rate: 1.0e-3\nlora_rank: 16', floor: 0.2, state: { started_at: start + 10 * minute } })
  training(home, { name: 'nova_stopped', args: 'learning_rate: 5.0e-4\nlora_rank: 8', floor: 0.5, upTo: 60, state: { status: 'stopped', started_at: start + 20 * minute } })
  training(home, { name: 'nova_too_large', args: 'learning_rate: 5.0e-4\nlora_rank: 512', floor: 0.5, upTo: 0, state: { status: 'failed', started_at: start + 25 * minute, error: { code: 'disk_full', values: { path: 'saves' } } } })
  cpSync(path.join(checkout, 'tests/fixtures/llamafactory_run'), path.join(home, 'saves/Tuneboard-Starter/lora/from_llamafactory'), { recursive: true })
  evaluation(home)
  dataset(home)
  exported(home, start + 40 * minute, { format: 'merged', gguf_type: 'f16', verify: true, hub_private: true }, {
    files: [{ name: 'model.safetensors', size: 14_700_000 }, { name: 'tokenizer.json', size: 420_000 }, { name: 'config.json', size: 700 }], verdict: { tokens: 42, logits: 1.2e-5, probability: 3e-7, agreement: 1 },
  })
  exported(home, start + 50 * minute, { format: 'gguf', gguf_type: 'q8_0', verify: false, hub_private: true }, { status: 'failed', phase: 'writing', share: null, error: { code: 'export_disk_ran_out', values: { path: 'exports' } } })
  setTimes(home)
}
