/** Trainings that begin with PiSSA, from the command to the files: LLaMA-Factory's folders, resumed exactly, and trained on. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { mergedTensors } from '@/trainer/adapter/merged'
import { exportModel } from '@/trainer/export/export'
import { checkReport } from '@/trainer/run/plan'
import { readModelConfig } from '@/trainer/weights/index'
import { tinyRuns } from './tiny-runs'

const { at, run, settings } = tinyRuns('run', { lora_rank: 4, pissa_init: true, pissa_convert: true, learning_rate: 0.002 })
const bytes = (...parts: string[]) => readFileSync(at(...parts, 'adapter_model.safetensors'))
const configOf = (...parts: string[]): unknown => JSON.parse(readFileSync(at(...parts, 'adapter_config.json'), 'utf8'))
const losses = (folder: string) => readFileSync(at(folder, 'trainer_log.jsonl'), 'utf8').trim().split('\n').flatMap((line): number[] => JSON.parse(line).loss ?? [])
const merged = (...adapters: string[]) => mergedTensors(at('model'), readModelConfig(at('model')), adapters).flatMap(({ shape, rows }) => [...rows(0, shape[0])])
const apart = (a: number[], b: number[]) => a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0)

test("leaves LLaMA-Factory's folders: what it began as and the plain adapter beside the one that was trained", () => {
  expect(configOf('run')).toMatchObject({ init_lora_weights: 'pissa', r: 4, lora_alpha: 8 })
  expect(configOf('run', 'checkpoint-2')).toMatchObject({ init_lora_weights: 'pissa' })
  expect(configOf('run', 'pissa_init')).toMatchObject({ init_lora_weights: true, r: 4, lora_alpha: 8 })
  expect(configOf('run', 'pissa_converted')).toMatchObject({ init_lora_weights: true, r: 8, lora_alpha: 16 })
})

test('begins as the base itself', async () => {
  expect(await run('lora', { pissa_init: false })).toBe(0)
  expect(losses('run')[0]).toBeCloseTo(losses('lora')[0], 4)
  expect(losses('run').at(-1)).not.toBeCloseTo(losses('lora').at(-1) ?? 0, 3)
  expect(existsSync(at('lora', 'pissa_init'))).toBe(false)
  expect(existsSync(at('lora', 'pissa_converted'))).toBe(false)
}, 60_000)

test('what it trained is the same model with what it began as, without it, and as a plain adapter', () => {
  mkdirSync(at('alone'))
  for (const name of ['adapter_config.json', 'adapter_model.safetensors']) copyFileSync(at('run', name), at('alone', name))
  const known = merged(at('run'))
  expect(apart(known, merged())).toBeGreaterThan(1e-3)
  expect(apart(known, merged(at('alone')))).toBeLessThan(1e-5)
  expect(apart(known, merged(at('run', 'pissa_converted')))).toBeLessThan(1e-6)
  expect(apart(merged(at('run', 'checkpoint-4')), known)).toBe(0)
})

test('a resumed run ends as an unbroken one, to the last digit; what its checkpoint stands on is the checkpoint that says it', async () => {
  expect(await run('resumed', { resume_from_checkpoint: at('run/checkpoint-2'), pissa_init: false })).toBe(0)
  expect(bytes('resumed').equals(bytes('run'))).toBe(true)
  expect(bytes('resumed', 'pissa_init').equals(bytes('run', 'pissa_init'))).toBe(true)
  expect(configOf('resumed')).toMatchObject({ init_lora_weights: 'pissa' })
}, 60_000)

test('a further training goes on with it, and keeps what it began as', async () => {
  expect(await run('further', { adapter_name_or_path: at('run'), pissa_init: false, max_steps: 1 })).toBe(0)
  expect(bytes('further', 'pissa_init').equals(bytes('run', 'pissa_init'))).toBe(true)
  expect(losses('further')[0]).toBeLessThan(losses('run')[0])
  expect(apart(merged(at('further')), merged(at('run')))).toBeLessThan(0.01)
}, 60_000)

test('a new run in the same place takes the folders of the old one away', async () => {
  expect(await run('again')).toBe(0)
  expect(await run('again', { pissa_init: false, overwrite_output_dir: true, max_steps: 1 })).toBe(0)
  expect(readdirSync(at('again')).filter((name) => name.startsWith('pissa'))).toEqual([])
}, 60_000)

test('an export of the adapter alone is a plain one', async () => {
  expect(await exportModel(['--format', 'adapter', '--model_name_or_path', at('model'), '--adapter_name_or_path', at('run'), '--template', 'qwen', '--export_dir', at('exported')])).toBe(0)
  expect(configOf('exported')).toMatchObject({ init_lora_weights: true, r: 8 })
  expect(apart(merged(at('exported')), merged(at('run')))).toBe(0)
})

test('a rank above what the weights have is refused with the largest', async () => {
  const { faults } = await checkReport({ ...settings, lora_rank: 17, output_dir: at('plan') })
  expect(faults).toMatchObject([{ code: 'above_maximum', field: 'lora_rank', values: { value: 17, maximum: 16 } }])
})
