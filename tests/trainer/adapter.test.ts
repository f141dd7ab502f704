/** Adapters on disk: out and in again, targets by name, settings that are refused, and merging. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { batchOf } from '@/conform/forward'
import { openEager } from '@/conform/runner'
import { UserError } from '@/lib/errors'
import { words } from '@/lib/messages'
import { modelConfig } from '@/lib/models/config'
import { type AdapterSettings, readAdapter, readAdapterSettings, writeAdapter } from '@/trainer/adapter/adapter'
import { initLora, linearNames, loraScale, loraSpecs, loraTargets } from '@/trainer/adapter/lora'
import { checkApart, savedParams } from '@/trainer/adapter/saved'
import { mergeAdapters } from '@/trainer/export/merge'
import { paramSpecs } from '@/trainer/model/params'
import { cases, tinyAdapter, writeTiny } from './tiny'

const golden = cases.qwen3
const config = modelConfig(golden.config, 'tiny')
const settings: AdapterSettings = { rank: 2, alpha: 4, dropout: 0.1, use_rslora: true, use_dora: false, pissa: null, modules_to_save: null, target_modules: linearNames(config), base_model_name_or_path: 'base' }
const temporary: string[] = []
const fresh = (): string => {
  temporary.push(mkdtempSync(path.join(os.tmpdir(), 'adapter-')))
  return temporary[temporary.length - 1]
}
let base = ''
beforeAll(() => {
  base = writeTiny(golden)
  temporary.push(base)
})
afterAll(() => temporary.forEach(f => rmSync(f, { recursive: true })))

function fault(f: () => unknown) {
  try {
    f()
  } catch (error) {
    if (error instanceof UserError) return error.fault
    throw error
  }
  throw new Error('nothing was thrown')
}

test('what is written is read', () => {
  const folder = fresh()
  const tensors = tinyAdapter(config, 2)
  writeAdapter(folder, settings, tensors)
  const found = readAdapter(folder, config)
  expect(found.tensors).toEqual(tensors)
  expect(found.settings).toEqual({ ...settings, target_modules: [...settings.target_modules].sort() })
  expect(loraScale(found.settings)).toBeCloseTo(4 / Math.sqrt(2))
})

describe('targets', () => {
  const modules = (targets: string[]) => loraTargets(config, targets).map(l => l.module)
  test('all is every linear but the head', () => {
    expect(modules(['all'])).toHaveLength(7 * config.num_hidden_layers)
    expect(modules(['all'])).not.toContain('lm_head')
    expect(linearNames(config)).toEqual(['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'])
  })
  test('names and ends of paths', () => {
    expect(modules(['v_proj', 'q_proj'])).toEqual(['model.layers.0.self_attn.q_proj', 'model.layers.0.self_attn.v_proj', 'model.layers.1.self_attn.q_proj', 'model.layers.1.self_attn.v_proj'])
    expect(modules(['1.mlp.down_proj'])).toEqual(['model.layers.1.mlp.down_proj'])
  })
  test('an unknown name is told with the known ones', () => {
    const { code, values, field } = fault(() => loraTargets(config, ['q_proj', 'qkv_proj']))
    expect([code, values.value, field]).toEqual(['not_an_option', 'qkv_proj', 'lora_target'])
    expect(values.options).toContain('gate_proj')
  })
})

test('a new adapter is uniform in A, zero in B, and a function of the seed', () => {
  const specs = loraSpecs(loraTargets(config, ['q_proj']), 2)
  const [a, b] = initLora(specs, 1)
  const bound = 1 / Math.sqrt(a.shape[1])
  expect(a.data.every(v => Math.abs(v) <= bound)).toBe(true)
  expect(Math.max(...a.data)).toBeGreaterThan(bound / 2)
  expect(b.data.every(v => v === 0)).toBe(true)
  expect(initLora(specs, 1)[0].data).toEqual(a.data)
  expect(initLora(specs, 2)[0].data).not.toEqual(a.data)
})

describe('refused', () => {
  const changed = (change: Record<string, unknown>): string => {
    const folder = fresh()
    writeAdapter(folder, settings, tinyAdapter(config, 2))
    const file = path.join(folder, 'adapter_config.json')
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...change }))
    return folder
  }
  test.each([
    [{ use_qalora: true }, 'use_qalora'],
    [{ init_lora_weights: 'olora' }, 'init_lora_weights'],
    [{ init_lora_weights: 'pissa_niter_16' }, 'pissa_init'],
    [{ rank_pattern: { q_proj: 4 } }, 'rank_pattern'],
    [{ alpha_pattern: { q_proj: 4 } }, 'alpha_pattern'],
    [{ modules_to_save: 'lm_head' }, 'modules_to_save'],
    [{ bias: 'all' }, 'bias'],
    [{ peft_type: 'IA3' }, 'peft_type'],
    [{ r: 0 }, 'r'],
  ])('%j', (change, named) => {
    const { code, values } = fault(() => readAdapter(changed(change), config))
    expect(code).toBe('adapter_config_invalid')
    expect(words(values.problem, 'en')).toContain(named)
  })

  test('an empty folder', () => {
    expect(fault(() => readAdapterSettings(fresh())).code).toBe('adapter_missing')
  })

  test('tensors of another model or rank', () => {
    const llama = cases['llama-tied-yarn']
    expect(words(fault(() => readAdapter(changed({ r: 3 }), config)).values.problem, 'en')).toContain('[3, 16] is needed')
    const folder = fresh()
    writeAdapter(folder, settings, [...tinyAdapter(config, 2), { name: 'base_model.model.model.layers.9.mlp.down_proj.lora_A.weight', shape: [1], data: Float32Array.of(0) }])
    expect(words(fault(() => readAdapter(folder, config)).values.problem, 'en')).toContain('layers.9')
    expect(fault(() => readAdapter(changed({}), modelConfig(llama.config, 'tiny'))).code).toBe('adapter_base_mismatch')
  })

  test('modules to save that are not there, or of another vocabulary', () => {
    expect(words(fault(() => readAdapter(changed({ modules_to_save: ['lm_head'] }), config)).values.problem, 'en')).toContain('base_model.model.lm_head.weight')
    const folder = fresh()
    const shape = [config.vocab_size + 1, config.hidden_size]
    writeAdapter(folder, { ...settings, modules_to_save: ['lm_head'] }, [...tinyAdapter(config, 2), { name: 'base_model.model.lm_head.weight', shape, data: new Float32Array(shape[0] * shape[1]) }])
    expect(words(fault(() => readAdapter(folder, config)).values.problem, 'en')).toContain(`[${config.vocab_size}, ${config.hidden_size}] is needed`)
  })
})

describe('modules that are trained whole', () => {
  const names = (...wanted: string[]) => savedParams(config, wanted).map(({ name }) => name)

  test('are those whose path ends with a name', () => {
    expect(names('embed_tokens', 'lm_head')).toEqual(['model.embed_tokens.weight', 'lm_head.weight'])
    expect(names('0.input_layernorm')).toEqual(['model.layers.0.input_layernorm.weight'])
    expect(names('norm')).toEqual(paramSpecs(config).map(({ name }) => name).filter((name) => name.endsWith('norm.weight')))
    expect(names('layers.1.mlp').map((name) => name.split('.').at(-2))).toEqual(['gate_proj', 'up_proj', 'down_proj'])
  })

  test('must be there, and not be trained by a low-rank update, too', () => {
    const unknown = fault(() => savedParams(config, ['embed_tokens', 'wte']))
    expect(unknown).toMatchObject({ code: 'not_an_option', field: 'additional_target', values: { value: 'wte' } })
    expect(unknown.values.options).toContain('embed_tokens')
    expect(fault(() => checkApart(loraTargets(config, ['all']), savedParams(config, ['mlp'])))).toMatchObject({ code: 'module_trained_twice', values: { module: 'model.layers.0.mlp.gate_proj' } })
    expect(() => checkApart(loraTargets(config, ['q_proj']), savedParams(config, ['mlp']))).not.toThrow()
  })
})

test('a merged model gives the logits of base and adapter', async () => {
  const [adapter, merged] = [fresh(), fresh()]
  writeAdapter(adapter, settings, tinyAdapter(config, 2))
  writeFileSync(path.join(base, 'tokenizer_config.json'), '{}')
  mergeAdapters({ model: base, adapters: [adapter], output: merged })
  const [beside, within, bare] = [await openEager(base, config, [adapter]), await openEager(merged, config, []), await openEager(base, config, [])]
  const batch = batchOf(golden)
  const [expected, found, plain] = [await beside.logits(batch), await within.logits(batch), await bare.logits(batch)]
  const distance = (a: Float32Array, b: Float32Array): number => a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i])), 0)
  expect(distance(expected, found)).toBeLessThan(1e-4)
  expect(distance(expected, plain)).toBeGreaterThan(0.1)
  expect(readFileSync(path.join(merged, 'tokenizer_config.json'), 'utf8')).toBe('{}')
  expect(JSON.parse(readFileSync(path.join(merged, 'config.json'), 'utf8'))).toEqual(golden.config)
})
