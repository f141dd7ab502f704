/** Trainings on datasets and models of a hub, as programs with the fake engine: fetched first, told of meanwhile, stopped, and what goes wrong. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { runStateSchema } from '@/lib/run'
import { checkReport } from '@/trainer/run/plan'
import { openFakeHub, type FakeHub } from '@/tests/hub/fake-hub'
import { makeTinyModel } from './tiny-model'

let home: string
let program: string
let hub: FakeHub
const at = (...parts: string[]) => path.join(home, ...parts)
const text = (...parts: string[]) => readFileSync(at(...parts), 'utf8')
const before = { ...process.env }

beforeAll(async () => {
  mkdirSync('dist', { recursive: true })
  home = mkdtempSync(path.join(tmpdir(), 'tuneboard-hub-run-'))
  program = path.resolve(mkdtempSync(path.join('dist', 'test-')), 'fake-train.mjs')
  await build({ entryPoints: ['tests/trainer/fake-train.ts'], outfile: program, bundle: true, platform: 'node', format: 'esm', target: 'node20.9', packages: 'external', alias: { '@': process.cwd() }, external: ['*/engine/engine', '*/engine/generator'], logLevel: 'error' })
  makeTinyModel(at('model'))
  mkdirSync(at('data'))
  const entries = { notes: { hf_hub_url: 'org/notes', ms_hub_url: 'org/notes-ms', split: 'train' }, elsewhere: { hf_hub_url: 'org/nothing' } }
  writeFileSync(at('data/dataset_info.json'), JSON.stringify(entries))
}, 60_000)
afterAll(() => {
  rmSync(home, { recursive: true, force: true })
  rmSync(path.dirname(program), { recursive: true, force: true })
})

const rows = (word: string) => Array.from({ length: 3000 }, (_, i) => JSON.stringify({ instruction: `${word} ${i}`, input: '', output: `${i}` })).join('\n')

beforeEach(async () => {
  const files = Object.fromEntries(readdirSync(at('model')).map((name) => [name, readFileSync(at('model', name))]))
  hub = await openFakeHub({ 'org/notes': { files: { 'train.jsonl': rows('add') }, lfs: ['train.jsonl'] }, 'org/notes-ms': { files: { 'train.jsonl': rows('count') } } }, { 'org/tiny': { files: { ...files, 'pytorch_model.bin': 'pickle' }, lfs: ['model.safetensors'] } })
  Object.assign(process.env, { HF_ENDPOINT: hub.url, MODELSCOPE_ENDPOINT: hub.url, HF_HOME: at('hf'), MODELSCOPE_CACHE: at('ms'), TUNEBOARD_CACHE: at('own') })
})
afterEach(async () => {
  await hub.close()
  for (const folder of ['hf', 'ms', 'own', 'out']) rmSync(at(folder), { recursive: true, force: true })
  process.env = { ...before }
})

const args = (change: object = {}) => ({
  model_name_or_path: at('model'), dataset_dir: at('data'), dataset: 'notes', template: 'qwen', output_dir: at('out'), do_train: true, max_steps: 2, max_samples: 50, lora_target: 'q_proj', ...change,
})

function run(change: object = {}, env: Record<string, string> = {}) {
  writeFileSync(at('run.json'), JSON.stringify(args(change)))
  const child = spawn(process.execPath, [program, at('run.json')], { env: { ...process.env, LC_ALL: 'C', ...env } })
  let stderr = ''
  child.stderr.on('data', (chunk) => (stderr += chunk))
  child.stdout.resume()
  return { child, ended: new Promise<{ code: number | null; stderr: string }>((resolve) => child.once('close', (code) => resolve({ code, stderr }))) }
}
const stateOf = () => runStateSchema.parse(JSON.parse(text('out/state.json')))

it('fetches what is missing, says so, trains, and the next run fetches nothing', async () => {
  expect(await run({ hf_hub_token: hub.token }).ended).toEqual({ code: 0, stderr: '' })
  expect(text('out/running_log.txt')).toMatch(/Fetching dataset notes: org\/notes, train, from Hugging Face\n.*train\.jsonl \(1 of 1\): 0 B of/)
  expect(stateOf()).toMatchObject({ status: 'done', step: 2, total_steps: 2 })
  expect(text('out/training_args.yaml')).not.toContain(hub.token)
  expect(hub.seen.filter(({ server }) => server === 'hub').every(({ authorization }) => authorization === `Bearer ${hub.token}`)).toBe(true)
  hub.seen.length = 0
  expect((await run({ output_dir: at('out'), overwrite_output_dir: true }).ended).code).toBe(0)
  expect(hub.seen).toEqual([])
})

it('takes ModelScope where LLaMA-Factory would', async () => {
  expect((await run({}, { USE_MODELSCOPE_HUB: '1' }).ended).code).toBe(0)
  expect(text('out/running_log.txt')).toContain('org/notes-ms, train, from ModelScope')
  expect(existsSync(at('ms/datasets/org--notes-ms/snapshots/master/train.jsonl'))).toBe(true)
})

it('a fetch that is stopped leaves a stopped run, and goes on later', async () => {
  hub.trouble = (_, server) => (server === 'content' ? { hang: true } : null)
  const { child, ended } = run()
  await expect.poll(() => existsSync(at('out/state.json')) && stateOf().phase, { timeout: 60_000 }).toBe('downloading')
  await expect.poll(() => text('out/running_log.txt'), { timeout: 60_000 }).toContain('train.jsonl')
  child.kill('SIGTERM')
  expect((await ended).code).toBe(143)
  expect(stateOf()).toMatchObject({ status: 'stopped', error: null })
  hub.trouble = () => null
  expect((await run().ended).code).toBe(0)
})

it('what cannot be fetched fails the run with its sentence', async () => {
  const { code, stderr } = await run({ dataset: 'elsewhere' }).ended
  expect([code, stderr]).toEqual([2, expect.stringMatching(/Hugging Face has no org\/nothing, or keeps it private/)])
  expect(stateOf()).toMatchObject({ status: 'failed', error: { code: 'hub_private' } })
})

it('the check before a start warns of what will be fetched, and does not fetch', async () => {
  expect(await checkReport(args())).toMatchObject({ faults: [], warnings: [{ code: 'dataset_not_here', values: { id: 'org/notes' } }], plan: null })
  expect(hub.seen).toEqual([])
  await run().ended
  expect(await checkReport(args({ output_dir: at('other') }))).toMatchObject({ faults: [], warnings: [], plan: { examples: 50 } })
})

it('fetches the model that it is named by, and keeps that name', async () => {
  const named = { model_name_or_path: 'org/tiny' }
  expect(await checkReport(args(named))).toMatchObject({ faults: [{ code: 'model_not_here', values: { id: 'org/tiny' }, field: 'model_name_or_path' }], plan: null })
  expect(await run(named).ended).toEqual({ code: 0, stderr: '' })
  expect(text('out/training_args.yaml')).toMatch(/^model_name_or_path: org\/tiny$/m)
  expect(JSON.parse(text('out/adapter_config.json')).base_model_name_or_path).toBe('org/tiny')
  expect(existsSync(at('out/tokenizer.json'))).toBe(true)
  expect(hub.seen.filter(({ url }) => url.includes('pytorch_model'))).toEqual([])
  hub.seen.length = 0
  expect(await checkReport(args({ ...named, output_dir: at('other') }))).toMatchObject({ faults: [], plan: { examples: 50 } })
  expect((await run({ ...named, overwrite_output_dir: true }).ended).code).toBe(0)
  expect(hub.seen).toEqual([])
})

it('a model that cannot be had is said before anything is written', async () => {
  const { code, stderr } = await run({ model_name_or_path: 'org/tin' }).ended
  expect([code, stderr]).toEqual([2, expect.stringContaining('the nearest name is "org/tiny"')])
  expect(existsSync(at('out'))).toBe(false)
})
