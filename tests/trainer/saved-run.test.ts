/** Trainings of whole modules beside an adapter, from the command to the files: resumed exactly, trained on, beneath PiSSA, exported. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { mergedTensors } from '@/trainer/adapter/merged'
import { exportModel } from '@/trainer/export/export'
import { readModelConfig } from '@/trainer/weights/index'
import { readSafetensors } from '@/trainer/weights/safetensors'
import { tinyRuns } from './tiny-runs'

const { at, run } = tinyRuns('run', { lora_rank: 4, additional_target: 'embed_tokens,norm', learning_rate: 0.002 })
const bytes = (...parts: string[]) => readFileSync(at(...parts, 'adapter_model.safetensors'))
const losses = (folder: string) => readFileSync(at(folder, 'trainer_log.jsonl'), 'utf8').trim().split('\n').flatMap((line): number[] => JSON.parse(line).loss ?? [])
const names = (...parts: string[]) => readSafetensors(at(...parts, 'adapter_model.safetensors')).map(({ name }) => name).filter((name) => !name.includes('lora_'))
const config = () => readModelConfig(at('model'))
const moved = (name: string, ...adapters: string[]): number => {
  const of = (folders: string[]) => mergedTensors(at('model'), config(), folders).find((tensor) => tensor.name === name)
  const [one, other] = [of(adapters), of([])].map((tensor) => tensor?.rows(0, tensor.shape[0]) ?? new Float32Array(0))
  return one.reduce((most, value, i) => Math.max(most, Math.abs(value - other[i])), 0)
}

test('leaves them in the adapter, by their names in PEFT’s files', () => {
  expect(names('run')).toContain('base_model.model.model.embed_tokens.weight')
  expect(names('run')).toContain('base_model.model.model.layers.0.input_layernorm.weight')
  expect(names('run')).not.toContain('base_model.model.lm_head.weight')
  expect(JSON.parse(readFileSync(at('run', 'adapter_config.json'), 'utf8'))).toMatchObject({ modules_to_save: ['embed_tokens', 'norm'] })
  for (const name of ['model.embed_tokens.weight', 'model.norm.weight', 'model.layers.0.self_attn.q_proj.weight']) expect(moved(name, at('run'))).toBeGreaterThan(1e-4)
})

test('begins as the model is, and learns otherwise than without them', async () => {
  expect(await run('plain', { additional_target: '' })).toBe(0)
  expect(losses('run')[0]).toBeCloseTo(losses('plain')[0], 5)
  expect(losses('run').at(-1)).not.toBeCloseTo(losses('plain').at(-1) ?? 0, 3)
}, 60_000)

test('a resumed run ends as an unbroken one, to the last digit', async () => {
  expect(await run('resumed', { resume_from_checkpoint: at('run/checkpoint-2') })).toBe(0)
  expect(bytes('resumed').equals(bytes('run'))).toBe(true)
}, 60_000)

test.each([
  [{ lora_rank: 2 }, { key: 'lora_rank', found: '4', value: '2' }],
  [{ lora_alpha: 3 }, { key: 'lora_alpha', found: '8', value: '3' }],
  [{ use_rslora: true }, { key: 'use_rslora', found: 'false', value: 'true' }],
  [{ lora_target: 'q_proj,v_proj' }, { key: 'lora_target', value: 'q_proj, v_proj' }],
  [{ additional_target: '' }, { key: 'additional_target', found: 'embed_tokens, input_layernorm, post_attention_layernorm, norm', value: '–' }],
  [{ additional_target: 'embed_tokens,lm_head' }, { key: 'additional_target', value: 'embed_tokens, lm_head' }],
])('is not resumed as another: %j', async (more, values) => {
  const resumed = run('other', { resume_from_checkpoint: at('run/checkpoint-2'), ...more })
  await expect(resumed).rejects.toMatchObject({ faults: [{ code: 'checkpoint_differs', field: values.key, values: { path: at('run/checkpoint-2'), ...values } }] })
  expect(existsSync(at('other'))).toBe(false)
})

test('nor is a model resumed whose other tensors were trained, or a training of another stage', async () => {
  expect(await run('frozen', { finetuning_type: 'freeze', freeze_trainable_layers: 1, additional_target: '', max_steps: 2 })).toBe(0)
  const other = (more: Record<string, unknown>) => run('other', { finetuning_type: 'freeze', freeze_trainable_layers: 1, additional_target: '', resume_from_checkpoint: at('frozen/checkpoint-2'), ...more })
  const fault = (code: string, field: string, reason: object) => ({ faults: [{ code, field, values: expect.objectContaining(reason) }] })
  await expect(other({ freeze_extra_modules: 'norm' })).rejects.toMatchObject(fault('checkpoint_damaged', 'resume_from_checkpoint', { problem: { code: 'checkpoint_untrained', values: { tensor: 'model.layers.0.input_layernorm.weight' } } }))
  await expect(other({ freeze_trainable_modules: 'mlp' })).rejects.toMatchObject(fault('checkpoint_damaged', 'resume_from_checkpoint', { problem: expect.objectContaining({ code: 'checkpoint_trained' }) }))
  await expect(run('other', { stage: 'rm', resume_from_checkpoint: at('run/checkpoint-2') })).rejects.toMatchObject({ faults: expect.arrayContaining([expect.objectContaining({ code: 'checkpoint_differs', field: 'stage' })]) })
  expect(existsSync(at('other'))).toBe(false)
}, 60_000)

test('a further training goes on with them, whatever it asks for itself', async () => {
  expect(await run('further', { adapter_name_or_path: at('run'), additional_target: '', max_steps: 1 })).toBe(0)
  expect(names('further')).toEqual(names('run'))
  expect(losses('further')[0]).toBeLessThan(losses('run')[0])
}, 60_000)

test('with PiSSA, too: resumed exactly, and as a plain adapter', async () => {
  expect(await run('principal', { pissa_init: true, pissa_convert: true })).toBe(0)
  expect(losses('principal')[0]).toBeCloseTo(losses('run')[0], 4)
  expect(await run('principal_resumed', { pissa_init: true, pissa_convert: true, resume_from_checkpoint: at('principal/checkpoint-2') })).toBe(0)
  for (const part of ['', 'pissa_init', 'pissa_converted']) expect(bytes('principal_resumed', part).equals(bytes('principal', part))).toBe(true)
  expect(names('principal', 'pissa_converted')).toEqual(names('principal'))
}, 60_000)

test('a model that is made of it has a head of its own, as it was', async () => {
  rmSync(at('merged'), { recursive: true, force: true })
  expect(await exportModel(['--model_name_or_path', at('model'), '--adapter_name_or_path', at('run'), '--template', 'qwen', '--export_dir', at('merged'), '--verify'])).toBe(0)
  expect(config().tied).toBe(true)
  expect(readModelConfig(at('merged')).tied).toBe(false)
  const all = (folder: string, name: string) => mergedTensors(folder, readModelConfig(folder), []).find((one) => one.name === name)?.rows(0, config().vocab_size)
  expect(all(at('merged'), 'lm_head.weight')).toEqual(all(at('model'), 'model.embed_tokens.weight'))
  expect(all(at('merged'), 'model.embed_tokens.weight')).not.toEqual(all(at('model'), 'model.embed_tokens.weight'))
}, 60_000)
