/** Whole trainings as programs, the engine apart (a fake of two parameters): files, stopping and resuming by signals, and every bad input. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserError, type Fault } from '@/lib/errors'
import { sentence } from '@/lib/messages'
import { logRecordSchema, runStateSchema, type LogRecord } from '@/lib/run'
import { writeAdapter } from '@/trainer/adapter/adapter'
import { initLora, loraSpecs } from '@/trainer/adapter/lora'
import { Refused } from '@/trainer/arguments'
import { train } from '@/trainer/run/train'
import { readRuntime } from '@/trainer/runtime-file'
import { makeDataset, makeTinyModel, tinyConfig } from './tiny-model'

let home: string
let program: string
const at = (...parts: string[]) => path.join(home, ...parts)

beforeAll(async () => {
  // Inside the checkout, so that packages are found; dist/ is not kept.
  mkdirSync('dist', { recursive: true })
  home = mkdtempSync(path.join(tmpdir(), 'tuneboard-run-'))
  program = path.resolve(mkdtempSync(path.join('dist', 'test-')), 'fake-train.mjs')
  await build({ entryPoints: ['tests/trainer/fake-train.ts'], outfile: program, bundle: true, platform: 'node', format: 'esm', target: 'node20.9', packages: 'external', alias: { '@': process.cwd() }, external: ['*/engine/engine', '*/engine/generator'], logLevel: 'error' })
  makeTinyModel(at('model'))
  makeDataset(at('data'), 33)
  writeAdapter(at('adapter'), { rank: 1, alpha: 1, dropout: 0, use_rslora: false, use_dora: false, target_modules: ['q_proj'], base_model_name_or_path: null }, initLora(loraSpecs([{ module: 'model.layers.0.self_attn.q_proj', in: 32, out: 32, bias: false }], 1), 0))
  writeFileSync(at('run.yaml'), yaml({}))
}, 60_000)
afterAll(() => {
  rmSync(home, { recursive: true, force: true })
  rmSync(path.dirname(program), { recursive: true, force: true })
})

const settings = () => ({
  model_name_or_path: at('model'), dataset_dir: at('data'), dataset: 'sums', template: 'qwen', output_dir: at('out'), do_train: true,
  per_device_train_batch_size: 4, num_train_epochs: 2, learning_rate: 0.01, logging_steps: 1, save_steps: 5, plot_loss: true, lora_target: 'q_proj,v_proj',
})
const yaml = (change: object) => Object.entries({ ...settings(), ...change }).map(([key, value]) => `${key}: ${value}\n`).join('')

interface Ended {
  code: number | null
  signal: string | null
  stderr: string
}

function start(words: string[], stepMs = 0): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [program, ...words], { env: { ...process.env, FAKE_STEP_MS: String(stepMs), LC_ALL: 'C' } })
  let stderr = ''
  child.stderr?.on('data', (text) => (stderr += text))
  child.stdout?.resume()
  return { child, ended: new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, stderr }))) }
}
const run = (...words: string[]) => start(words).ended

const records = (folder: string): LogRecord[] => readFileSync(at(folder, 'trainer_log.jsonl'), 'utf8').trim().split('\n').map((line) => logRecordSchema.parse(JSON.parse(line)))
const losses = (folder: string) => records(folder).filter(({ loss }) => loss !== undefined).map(({ current_steps, loss }) => [current_steps, loss])
const stateOf = (folder: string) => runStateSchema.parse(JSON.parse(readFileSync(at(folder, 'state.json'), 'utf8')))
const json = (...parts: string[]) => JSON.parse(readFileSync(at(...parts), 'utf8'))

/** Waits until a run has logged `step`. */
const until = (folder: string, step: number) =>
  expect.poll(() => existsSync(at(folder, 'trainer_log.jsonl')) && readFileSync(at(folder, 'trainer_log.jsonl'), 'utf8'), { timeout: 60_000, interval: 20, message: `step ${step} in ${folder}` }).toContain(`"current_steps":${step},`)

describe('a training', () => {
  it('leaves the run folder behind', async () => {
    expect(await run(at('run.yaml'), 'val_size=3', 'eval_strategy=epoch', `output_dir=${at('whole')}`, 'save_total_limit=2')).toEqual({ code: 0, signal: null, stderr: '' })
    expect(readdirSync(at('whole')).sort()).toEqual([
      'adapter_config.json', 'adapter_model.safetensors', 'all_results.json', 'chat_template.jinja', 'checkpoint-15', 'checkpoint-16', 'running_log.txt', 'state.json', 'system_log.jsonl', 'tokenizer.json', 'tokenizer_config.json',
      'train_results.json', 'trainer_log.jsonl', 'trainer_state.json', 'training_args.yaml', 'training_eval_loss.svg', 'training_loss.svg',
    ])
    expect(readdirSync(at('whole', 'checkpoint-16')).sort()).toEqual([
      'adapter_config.json', 'adapter_model.safetensors', 'chat_template.jinja', 'optimizer.safetensors', 'progress.json', 'tokenizer.json', 'tokenizer_config.json', 'trainer_state.json',
    ])
    expect(stateOf('whole')).toMatchObject({ status: 'done', phase: 'finished', step: 16, total_steps: 16, checkpoint: 'checkpoint-16', runtime: 'fake', error: null })
    const all = records('whole')
    expect(all.filter(({ loss }) => loss !== undefined)).toHaveLength(16)
    expect(all.filter(({ eval_loss }) => eval_loss !== undefined).map(({ current_steps }) => current_steps)).toEqual([8, 16])
    expect(all.at(-1)).toMatchObject({ current_steps: 16, percentage: 100 })
    expect(Object.keys(json('whole', 'all_results.json'))).toEqual(['epoch', 'num_input_tokens_seen', 'total_flos', 'train_loss', 'train_runtime', 'train_samples_per_second', 'train_steps_per_second'])
    expect(json('whole', 'trainer_state.json')).toMatchObject({ global_step: 16, max_steps: 16, num_train_epochs: 2 })
    expect(json('whole', 'adapter_config.json')).toMatchObject({ r: 8, lora_alpha: 16, target_modules: ['q_proj', 'v_proj'], base_model_name_or_path: at('model') })
  }, 30_000)

  it('leaves a configuration that LLaMA-Factory starts from: it is told of the CPU where bfloat16 has no GPU', async () => {
    for (const [folder, dtype, named] of [['bf16', 'bf16=true', readRuntime()?.kind !== 'cuda'], ['fp32', 'bf16=false', false]] as const) {
      expect((await run(at('run.yaml'), dtype, 'max_steps=1', `output_dir=${at(folder)}`)).code).toBe(0)
      expect(/^use_cpu: true$/m.test(readFileSync(at(folder, 'training_args.yaml'), 'utf8')), folder).toBe(named)
    }
  }, 30_000)

  it('evaluates without training when only that is asked for', async () => {
    expect((await run(at('run.yaml'), 'do_train=false', 'do_eval=true', 'val_size=4', `output_dir=${at('only')}`)).code).toBe(0)
    expect(Object.keys(json('only', 'all_results.json')).sort()).toEqual(['eval_loss', 'eval_perplexity', 'eval_runtime', 'eval_samples_per_second', 'eval_steps_per_second'])
    expect(existsSync(at('only', 'adapter_model.safetensors'))).toBe(false)
  }, 30_000)
})

describe('stopping and resuming', () => {
  it('gives the losses of an unbroken run, stopped by SIGTERM and killed by SIGKILL in between', async () => {
    expect((await run(at('run.yaml'), `output_dir=${at('unbroken')}`)).code).toBe(0)
    const folder = `output_dir=${at('broken')}`
    const first = start([at('run.yaml'), folder], 40)
    await until('broken', 3)
    first.child.kill('SIGTERM')
    expect(await first.ended).toMatchObject({ code: 143, stderr: '' })
    const stopped = stateOf('broken')
    expect(stopped).toMatchObject({ status: 'stopped', checkpoint: `checkpoint-${stopped.step}` })
    expect(readFileSync(at('broken', 'running_log.txt'), 'utf8')).toContain(`Stopped at step ${stopped.step}, can be resumed.`)

    expect(await run(at('broken', 'training_args.yaml'))).toMatchObject({ code: 2, stderr: expect.stringContaining('already holds another run') })

    const second = start([at('broken', 'training_args.yaml'), 'resume_from_checkpoint=true'], 40)
    await until('broken', 12)
    second.child.kill('SIGKILL')
    expect((await second.ended).signal).toBe('SIGKILL')
    expect(stateOf('broken').status).toBe('running')

    expect((await run(at('broken', 'training_args.yaml'), `resume_from_checkpoint=${at('broken', 'checkpoint-10')}`)).code).toBe(0)
    expect(losses('broken')).toEqual(losses('unbroken'))
    expect(readFileSync(at('broken', 'adapter_model.safetensors')).equals(readFileSync(at('unbroken', 'adapter_model.safetensors')))).toBe(true)
    expect(json('broken', 'all_results.json').train_loss).toBe(json('unbroken', 'all_results.json').train_loss)
  }, 60_000)

  it('gives those of an unbroken run where rows are streamed, over several passes, with rows left out and set aside', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => JSON.stringify({ instruction: `What is ${i}?`, input: '', output: i % 17 === 3 ? null : `It is ${i}. `.repeat(1 + (i % 5)) }))
    mkdirSync(at('streamed-data'))
    writeFileSync(at('streamed-data', 'rows.jsonl'), rows.join('\n'))
    writeFileSync(at('streamed-data', 'dataset_info.json'), '{"rows": {"file_name": "rows.jsonl"}}')
    const words = [at('run.yaml'), `dataset_dir=${at('streamed-data')}`, 'dataset=rows', 'streaming=true', 'buffer_size=16', 'max_steps=40', 'gradient_accumulation_steps=2', 'val_size=4', 'eval_strategy=steps', 'eval_steps=20']
    expect(await run(...words, `output_dir=${at('stream')}`)).toMatchObject({ code: 0, stderr: '' })
    const log = readFileSync(at('stream', 'running_log.txt'), 'utf8')
    expect(log.match(/row (4|21|38|55) is left out/g)?.length).toBeGreaterThanOrEqual(3)
    expect(new Set(log.match(/row \d+ is left out/g)).size).toBe(log.match(/row \d+ is left out/g)?.length)
    const first = start([...words, `output_dir=${at('stream-broken')}`], 40)
    await until('stream-broken', 13)
    first.child.kill('SIGTERM')
    expect(await first.ended).toMatchObject({ code: 143 })
    expect((await run(at('stream-broken', 'training_args.yaml'), 'resume_from_checkpoint=true')).code).toBe(0)
    expect(losses('stream')).toHaveLength(40)
    expect(losses('stream-broken')).toEqual(losses('stream'))
    expect(readFileSync(at('stream-broken', 'adapter_model.safetensors')).equals(readFileSync(at('stream', 'adapter_model.safetensors')))).toBe(true)
  }, 60_000)

  it('overwrites a run when told to', async () => {
    expect((await run(at('run.yaml'), `output_dir=${at('unbroken')}`, 'overwrite_output_dir=true', 'max_steps=2')).code).toBe(0)
    expect(losses('unbroken')).toHaveLength(2)
    expect(readdirSync(at('unbroken')).filter((name) => name.startsWith('checkpoint-'))).toEqual(['checkpoint-2'])
  }, 30_000)
})

describe('rows on their way to tokens', () => {
  const talk = (call: string) => ({ conversations: [{ from: 'human', value: 'q' }, { from: 'function_call', value: call }, { from: 'observation', value: 'r' }, { from: 'gpt', value: 'a' }] })
  const folderOf = (name: string, rows: object[], entry: object = {}) => {
    mkdirSync(at(name), { recursive: true })
    writeFileSync(at(name, 'rows.json'), JSON.stringify(rows))
    writeFileSync(at(name, 'dataset_info.json'), JSON.stringify({ rows: { file_name: 'rows.json', ...entry } }))
    return [`dataset_dir=${at(name)}`, 'dataset=rows']
  }

  it('are told of while it lasts, and a stop ends it', async () => {
    const many = folderOf('many', Array.from({ length: 30_000 }, (_, i) => ({ instruction: `q${i}`, input: '', output: 'word '.repeat(60) })))
    const { child, ended } = start([at('run.yaml'), `output_dir=${at('long')}`, ...many])
    await expect.poll(() => existsSync(at('long', 'state.json')) && (stateOf('long').phase_share ?? 0) > 0, { timeout: 60_000, interval: 20 }).toBe(true)
    expect(stateOf('long')).toMatchObject({ status: 'starting', phase: 'tokenizing', step: 0, total_steps: 0 })
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 143, stderr: '' })
    expect(stateOf('long')).toMatchObject({ status: 'stopped', phase: 'finished', phase_share: null, error: null })
  }, 90_000)

  it('that the template cannot write are left out by name; where none can be written, the run ends and says why', async () => {
    const some = folderOf('calls', [talk('{"name":"f","arguments":{}}'), talk('f()')], { formatting: 'sharegpt' })
    expect(await run(at('run.yaml'), `output_dir=${at('some_told')}`, ...some)).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(at('some_told', 'running_log.txt'), 'utf8')).toContain('row 2 is left out: Dataset rows: row 2, field "function": its content is not JSON (line 1, column 1: a value is expected).')
    const none = folderOf('no_calls', [talk('f()')], { formatting: 'sharegpt' })
    const { code, stderr } = await run(at('run.yaml'), `output_dir=${at('untold')}`, ...none)
    expect([code, stderr]).toEqual([2, 'Dataset rows: none of its rows can be trained on; row 1, field "function": its content is not JSON (line 1, column 1: a value is expected).\n'])
    expect(stateOf('untold')).toMatchObject({ status: 'failed', phase: 'tokenizing', error: { code: 'dataset_unsupported' } })
    expect(readFileSync(at('untold', 'running_log.txt'), 'utf8')).toContain('row 1, field "function"')
  }, 60_000)
})

describe('bad input gets a sentence, exit code 2, and nothing written', () => {
  const cases: [string, () => string[], string | RegExp][] = [
    ['wrong path', () => ['model_name_or_path=/nowhere/at/all'], 'There is no folder /nowhere/at/all; give the path of a downloaded model.'],
    ['no config.json', () => [`model_name_or_path=${at('data')}`], /^There is no config.json in .*data; a Hugging Face model folder is needed.$/],
    ['unsupported architecture', () => [`model_name_or_path=${broken('arch', (f) => writeFileSync(path.join(f, 'config.json'), JSON.stringify({ ...tinyConfig, architectures: ['BloomForCausalLM'] })))}`], /^The architecture BloomForCausalLM in .* is not supported; supported are .*LlamaForCausalLM/],
    ['truncated weights', () => [`model_name_or_path=${broken('cut', (f) => truncateSync(path.join(f, 'model.safetensors'), 20_000))}`], /^The weights file .*model.safetensors is damaged: .*20000/],
    ['damaged weights', () => [`model_name_or_path=${broken('damaged', (f) => writeFileSync(path.join(f, 'model.safetensors'), 'not tensors at all'))}`], /^The weights file .*model.safetensors is damaged: /],
    ['no tokenizer', () => [`model_name_or_path=${broken('mute', (f) => rmSync(path.join(f, 'tokenizer.json')))}`], /^There is no tokenizer.json in .*mute.$/],
    ['a template with tokens that the model lacks', () => ['template=llama3'], /^Template llama3 uses the token ".*", which this model does not have; choose another template.$/],
    ['unknown template', () => ['template=qwenn'], 'There is no chat template "qwenn"; the nearest name is "qwen".'],
    ['dataset not JSON', () => [`dataset_dir=${dataset('syntax', '[{"instruction": "a",\n "output" "b"}]')}`], /^Dataset rows: .*rows.json is not valid JSON at line 2, column \d+: /],
    ['a column that no row has', () => [`dataset_dir=${dataset('shape', '[{"instruction": "a", "output": "b"}, {"instruction": "a", "output": 3}]')}`], /^Dataset rows: none of its rows has the column "input"; they have instruction, output\./],
    ['no row of the right shape', () => [`dataset_dir=${dataset('shapes', '[{"instruction": "a", "input": "", "output": 3}]')}`], /^Dataset rows: none of its rows can be trained on; row 1, field "output": it must be a text\.$/],
    ['unknown dataset', () => ['dataset=summs'], 'dataset_info.json has no dataset "summs"; the nearest name is "sums".'],
    ['unknown key', () => ['lora_rnk=8'], 'There is no setting "lora_rnk"; the nearest name is "lora_rank".'],
    ['number out of range', () => ['lora_rank=0'], 'lora_rank is 0, but at least 1 is needed.'],
    ['not a number', () => ['learning_rate=abc'], 'learning_rate is "abc", which is not a number; it takes one such as 5e-5 (> 0, ≤ 1).'],
    ['unknown linear', () => ['lora_target=q_prj'], /^lora_target is "q_prj", but must be one of all, q_proj/],
    ['missing adapter', () => [`adapter_name_or_path=${at('data')}`], /^There is no adapter at /],
    ['a second adapter that is missing', () => [`adapter_name_or_path=${at('adapter')},${at('data')}`], /^There is no adapter at .*data: /],
    ['an adapter of another base', () => [`adapter_name_or_path=${wideAdapter()}`], /^The adapter .*wide does not fit this base model: the tensor .*lora_A.weight has the shape \[2, 64\], but \[2, 32\] is needed\.$/],
    ['an adapter whose rank is not the one that it says', () => [`adapter_name_or_path=${wideAdapter(3, 32, 'rank')}`], /^The adapter .*rank does not fit this base model: the tensor .* has the shape \[2, 32\], but \[3, 32\] is needed\.$/],
    ['an unknown module beside an adapter', () => ['additional_target=embed_tokens,wte'], /^additional_target is "wte", but must be one of embed_tokens, .*lm_head\.$/],
    ['a module that is trained twice', () => ['additional_target=self_attn'], 'model.layers.0.self_attn.q_proj is to be trained whole (additional_target) and by a low-rank update (lora_target) at once: name it in one of the two.'],
    ['modules beside no adapter', () => ['additional_target=norm', 'finetuning_type=full'], /^additional_target = norm needs finetuning_type = lora/],
    ['an adapter with a head of its own beneath another', () => [`adapter_name_or_path=${ownHead()},${at('adapter')}`], /^The adapter .*head has an embedding or a head of its own, which this model has in common: merge it first/],
    ['an adapter with a method that takes none', () => ['finetuning_type=full', `adapter_name_or_path=${at('adapter')}`], /^adapter_name_or_path = .* needs finetuning_type = lora/],
    ['a setting of LoRA with another method', () => ['finetuning_type=freeze', 'use_rslora=true'], /^use_rslora = true needs finetuning_type = lora/],
    ['a module that freezing does not know', () => ['finetuning_type=freeze', 'freeze_trainable_modules=q_proj'], 'freeze_trainable_modules is "q_proj", but must be one of all, input_layernorm, post_attention_layernorm, self_attn, mlp.'],
    ['nothing left to train', () => ['finetuning_type=freeze', 'freeze_trainable_layers=0'], /^freeze_trainable_layers is 0, so nothing would be trained/],
    ['an output folder that is the model', () => [`output_dir=${at('model')}`, 'overwrite_output_dir=true'], /^The output folder .*model cannot be used: .*model, which this training starts from, lies in it/],
    ['missing checkpoint', () => ['resume_from_checkpoint=true'], /^There is no checkpoint at /],
    ['a setting of a schedule', () => ['lr_scheduler_kwargs={"min_lrr": 1}'], /min_lrr/],
  ]

  const wideAdapter = (rank = 2, width = 64, name = 'wide') => {
    const tensors = loraSpecs([{ module: 'model.layers.0.self_attn.q_proj', in: width, out: 32, bias: false }], 2).flatMap(({ a, b }) => [a, b])
    writeAdapter(at(name), { rank, alpha: 4, dropout: 0, use_rslora: false, use_dora: false, target_modules: ['q_proj'], base_model_name_or_path: null }, tensors.map(({ name, shape }) => ({ name, shape: [...shape], data: new Float32Array(shape[0] * shape[1]) })))
    return at(name)
  }
  const ownHead = () => {
    const rows = Array.from({ length: tinyConfig.vocab_size * tinyConfig.hidden_size }, () => 0)
    const [q] = loraSpecs([{ module: 'model.layers.0.self_attn.q_proj', in: 32, out: 32, bias: false }], 1)
    writeAdapter(at('head'), { rank: 1, alpha: 1, dropout: 0, use_rslora: false, use_dora: false, target_modules: ['q_proj'], modules_to_save: ['lm_head'], base_model_name_or_path: null }, [...initLora([q], 0), { name: 'base_model.model.lm_head.weight', shape: [tinyConfig.vocab_size, tinyConfig.hidden_size], data: Float32Array.from(rows) }])
    return at('head')
  }
  const noEngine = () => Promise.reject(new Error('the engine was asked for'))
  const faultsOf = (error: unknown): readonly Fault[] => {
    if (error instanceof UserError) return [error.fault]
    if (error instanceof Refused) return error.faults
    throw error
  }

  const broken = (name: string, damage: (folder: string) => void) => {
    const folder = makeTinyModel(at(name))
    damage(folder)
    return folder
  }
  const dataset = (name: string, rows: string) => {
    mkdirSync(at(name), { recursive: true })
    writeFileSync(at(name, 'rows.json'), rows)
    writeFileSync(at(name, 'dataset_info.json'), '{"rows": {"file_name": "rows.json"}, "sums": {"file_name": "rows.json"}}')
    return `${at(name)}`
  }

  it.each(cases)('%s', async (_, words, expected) => {
    const extra = words()
    const rows = extra.some((word) => word.startsWith('dataset_dir=')) ? ['dataset=rows'] : []
    const error: unknown = await train([at('run.yaml'), `output_dir=${at('bad')}`, ...extra, ...rows], noEngine).catch((thrown: unknown) => thrown)
    const sentences = faultsOf(error).map((fault) => sentence(fault, 'en'))
    expect(sentences).toHaveLength(1)
    if (typeof expected === 'string') expect(sentences[0]).toBe(expected)
    else expect(sentences[0]).toMatch(expected)
    expect(existsSync(at('bad'))).toBe(false)
  })

  it('on standard error, one line per fault', async () => {
    expect(await run(at('run.yaml'), `output_dir=${at('bad')}`, 'lora_rnk=8')).toEqual({ code: 2, signal: null, stderr: 'There is no setting "lora_rnk"; the nearest name is "lora_rank".\n' })
    const two = await run(at('run.yaml'), `output_dir=${at('bad')}`, 'lora_rank=0', 'learning_rate=abc')
    expect(two).toMatchObject({ code: 2 })
    expect(two.stderr.split('\n')).toEqual(['learning_rate is "abc", which is not a number; it takes one such as 5e-5 (> 0, ≤ 1).', 'lora_rank is 0, but at least 1 is needed.', ''])
    expect(existsSync(at('bad'))).toBe(false)
  }, 20_000)
})
