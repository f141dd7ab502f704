/** Trainings of a model's own tensors, from the command to the files: a folder of the base's layout that can be resumed, used as a model, and trained on. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checkReport } from '@/trainer/run/plan'
import { readHeader, readSafetensors } from '@/trainer/weights/safetensors'
import { tinyRuns } from './tiny-runs'

const { at, run, settings } = tinyRuns('full', { finetuning_type: 'full', learning_rate: 0.001 })
const bytes = (...parts: string[]) => readFileSync(at(...parts, 'model.safetensors'))
const dtypes = (...parts: string[]) => new Map([...readHeader(at(...parts, 'model.safetensors'))].map(([name, { dtype }]) => [name, dtype]))

test('leaves a model of the same tensors in float32, with its configuration and tokenizer, and no adapter', () => {
  for (const folder of ['full', 'full/checkpoint-2', 'full/checkpoint-4']) {
    expect(readdirSync(at(folder))).toEqual(expect.arrayContaining(['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json', 'trainer_state.json']))
    expect(readdirSync(at(folder))).not.toContain('adapter_config.json')
  }
  expect([...dtypes('full').keys()].sort()).toEqual([...dtypes('model').keys()].sort())
  expect(new Set(dtypes('full').values())).toEqual(new Set(['F32']))
  expect(bytes('full').equals(bytes('full/checkpoint-4'))).toBe(true)
  expect(bytes('full').equals(bytes('full/checkpoint-2'))).toBe(false)
})

test('a resumed run ends as an unbroken one, to the last digit', async () => {
  expect(await run('resumed', { resume_from_checkpoint: at('full/checkpoint-2') })).toBe(0)
  expect(bytes('resumed').equals(bytes('full'))).toBe(true)
}, 60_000)

test('what it left can be trained on, by another method too', async () => {
  expect(await run('further', { model_name_or_path: at('full'), finetuning_type: 'lora' })).toBe(0)
  expect(readdirSync(at('further'))).toContain('adapter_model.safetensors')
  expect(readdirSync(at('further', 'checkpoint-4'))).not.toContain('model.safetensors')
}, 60_000)

test('freezing trains what it names, and keeps the rest in the type that is computed in', async () => {
  const frozen = { finetuning_type: 'freeze', freeze_trainable_layers: 1, freeze_trainable_modules: 'mlp' }
  expect(await run('freeze', { ...frozen, bf16: true })).toBe(0)
  const [before, after] = ['model', 'freeze'].map((folder) => new Map(readSafetensors(at(folder, 'model.safetensors')).map(({ name, data }) => [name, data])))
  const changed = [...after.keys()].filter((name) => dtypes('freeze').get(name) === 'F32')
  expect(changed.every((name) => name.startsWith('model.layers.1.mlp.'))).toBe(true)
  expect(changed).toHaveLength(3)
  for (const name of changed) expect(after.get(name)).not.toEqual(before.get(name))
  expect(dtypes('freeze').get('model.embed_tokens.weight')).toBe('BF16')
  expect(JSON.parse(readFileSync(at('freeze', 'config.json'), 'utf8'))).toMatchObject({ torch_dtype: 'bfloat16' })
}, 60_000)

describe('the plan', () => {
  const planOf = async (more: Record<string, unknown>) => {
    const { plan, faults } = await checkReport({ ...settings, output_dir: at('plan'), ...more })
    expect(faults).toEqual([])
    return plan
  }
  test('counts what is trained', async () => {
    const all = [...readHeader(at('model', 'model.safetensors')).values()].reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)
    expect(await planOf({})).toMatchObject({ parameters: all, trainable: all })
    expect(await planOf({ finetuning_type: 'freeze', freeze_trainable_layers: 1, freeze_trainable_modules: 'mlp' })).toMatchObject({ parameters: all, trainable: 3 * 32 * 64 })
    expect((await planOf({}))?.memory).toBeGreaterThan((await planOf({ finetuning_type: 'lora' }))?.memory ?? Infinity)
  })
})
