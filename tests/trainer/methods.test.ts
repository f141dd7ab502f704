/** What each method of tuning makes of a tiny model, eager and recorded, against PEFT and torch (tests/fixtures/make_methods.py). */
import '@tensorflow/tfjs-backend-cpu'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setBackend } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { batchOf } from '@/conform/forward'
import { eagerRuntime, type ModelRuntime } from '@/conform/runner'
import fixture from '@/tests/fixtures/methods.json'
import { modelConfig } from '@/lib/models/config'
import { type AdapterSettings, writeAdapter } from '@/trainer/adapter/adapter'
import { linearNames, loraSpecs } from '@/trainer/adapter/lora'
import type { Engine, EngineSpec } from '@/trainer/engine/types'
import { mergeAdapters } from '@/trainer/export/merge'
import { loadNative } from '@/trainer/graph/native'
import { linearSpecs } from '@/trainer/model/params'
import { trainedTensors } from '@/trainer/model/whole'
import { preference } from '@/trainer/objectives/preference'
import { setFusedKernels } from '@/trainer/ops/fused'
import { readRuntime } from '@/trainer/runtime-file'
import { readWholeModel, writeWholeModel } from '@/trainer/run/whole-model'
import { cases, tinyAdapter, writeTiny } from './tiny'

const golden = cases[fixture.model]
const config = modelConfig(golden.config, 'tiny')
const ids = [0, 1].map((row) => Array.from({ length: 12 }, (_, i) => ((7 * i + 11 * row * i + 3) % 37) + 3))
const batch = batchOf({ input_ids: ids, labels: ids.map((row) => [-100, -100, -100, ...row.slice(3)]) })
const folders: string[] = []
const fresh = (): string => folders[folders.push(mkdtempSync(path.join(os.tmpdir(), 'methods-'))) - 1]

const first: AdapterSettings = { rank: 2, alpha: 4, dropout: 0, use_rslora: false, use_dora: false, target_modules: linearNames(config), base_model_name_or_path: null }
const second: AdapterSettings = { ...first, rank: 3, alpha: 6, use_rslora: true, target_modules: ['q_proj', 'v_proj'] }
let model = ''
const dora: AdapterSettings = { ...first, use_dora: true }
const at = { first: '', second: '', dora: '' }
beforeAll(() => {
  model = writeTiny(golden)
  folders.push(model)
  for (const [name, settings] of [['first', first], ['second', second]] as const) {
    at[name] = fresh()
    writeAdapter(at[name], settings, tinyAdapter(config, settings.rank, settings.target_modules))
  }
  at.dora = fresh()
  const lengths = loraSpecs(linearSpecs(config), 2, true).flatMap(({ magnitude }) => magnitude ?? []).map((spec) => ({ ...spec, data: Float32Array.from({ length: spec.shape[0] }, (_, i) => 1 + 0.1 * (i % 3)) }))
  writeAdapter(at.dora, dora, [...tinyAdapter(config, 2), ...lengths])
})
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })))

const specOf = (more: Partial<EngineSpec>): EngineSpec & { weights: string } => ({
  config, adapter: null, dtype: 'float32', rows: 2, eval_rows: 2, lengths: [12], seed: 1, max_grad_norm: 1,
  lora: { rank: 2, alpha: 4, dropout: 0, use_rslora: false, target: ['all'] }, adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0 }, ...more, weights: model,
})

async function follow(engine: Engine, steps: readonly { loss: number; grad_norm: number }[], lr = fixture.rate): Promise<void> {
  for (const [step, { loss, grad_norm }] of steps.entries()) {
    const found = await engine.train([batch], { lr, step })
    expect(Math.abs(found.loss - loss)).toBeLessThan(1e-4 * loss)
    expect(Math.abs(found.grad_norm - grad_norm)).toBeLessThan(1e-3 * grad_norm)
  }
}

function near(logits: Float32Array, expected: readonly { row: number; pos: number; values: number[] }[]): void {
  for (const { row, pos, values } of expected) values.forEach((value, i) => expect(Math.abs(logits[(row * 12 + pos) * config.vocab_size + i] - value)).toBeLessThan(1e-4))
}

const runtime = readRuntime()
const native = async (): Promise<ModelRuntime> => {
  loadNative()
  setFusedKernels(Boolean(runtime?.ops))
  return { openRunner: (await import('@/conform/graph-runner')).openGraph, openEngine: (await import('@/trainer/engine/engine')).createEngine }
}
const runtimes: [string, () => Promise<ModelRuntime>][] = [
  ['eager', async () => (await setBackend('cpu'), eagerRuntime)],
  ...(runtime === null || runtime.kind === 'wasm' ? [] : ([['recorded', native]] as [string, () => Promise<ModelRuntime>][])),
]

describe.each(runtimes)('%s', (_, open) => {
  let run: ModelRuntime
  beforeAll(async () => {
    run = await open()
  })

  const logitsWith = async (adapters: string[], weights = model) => {
    const runner = await run.openRunner(weights, config, adapters)
    try {
      return await runner.logits(batch)
    } finally {
      runner.dispose()
    }
  }

  test('several adapters answer together as if they were merged one after the other', async () => {
    const merged = fresh()
    mergeAdapters({ model, adapters: [at.first, at.second], output: merged })
    near(await logitsWith([at.first, at.second]), fixture.several.logits)
    near(await logitsWith([], merged), fixture.several.logits)
  })

  test('a training goes on with the last of several adapters', async () => {
    const { rank, alpha, use_rslora, target_modules: target } = second
    const engine = await run.openEngine(specOf({ merged: [at.first], adapter: at.second, lora: { rank, alpha, dropout: 0, use_rslora, target } }))
    await follow(engine, fixture.several.steps)
    engine.dispose()
  })

  test('a new adapter on several begins where they are', async () => {
    const engine = await run.openEngine(specOf({ merged: [at.first, at.second] }))
    const { loss_sum, units } = await engine.evaluate(batch)
    engine.dispose()
    expect(Math.abs(loss_sum / units - fixture.several.steps[0].loss)).toBeLessThan(1e-4)
  })
  test('DoRA answers, trains and is merged as in PEFT, alone and beneath another adapter', async () => {
    const merged = fresh()
    mergeAdapters({ model, adapters: [at.dora], output: merged })
    near(await logitsWith([at.dora]), fixture.dora.logits)
    near(await logitsWith([], merged), fixture.dora.logits)
    near(await logitsWith([at.dora, at.second]), fixture.dora.several)
    const engine = await run.openEngine(specOf({ adapter: at.dora, lora: { rank: 2, alpha: 4, dropout: 0, use_rslora: false, use_dora: true, target: ['all'] } }))
    await follow(engine, fixture.dora.steps)
    engine.dispose()
    const upon = await run.openEngine(specOf({ merged: [at.dora, at.second] }))
    const beside = await run.openEngine(specOf({ merged: [at.dora], adapter: at.second, lora: { rank: 3, alpha: 6, dropout: 0, use_rslora: true, target: ['q_proj', 'v_proj'] } }))
    expect((await upon.evaluate(batch)).loss_sum).toBeCloseTo((await beside.evaluate(batch)).loss_sum, 3)
    upon.dispose()
    beside.dispose()
  })

  test('a new DoRA adapter begins as its base, with the lengths of its weights, and with dropout too', async () => {
    const start = await run.openEngine(specOf({}))
    const { loss_sum } = await start.evaluate(batch)
    start.dispose()
    for (const dropout of [0, 0.3]) {
      const engine = await run.openEngine(specOf({ lora: { rank: 2, alpha: 4, dropout, use_rslora: false, use_dora: true, target: ['all'] } }))
      expect((await engine.evaluate(batch)).loss_sum).toBeCloseTo(loss_sum, 3)
      expect((await engine.train([batch], { lr: 0.01, step: 0 })).loss).toBeCloseTo(loss_sum / 18, 3)
      engine.dispose()
    }
  })

  const frozenBut = (args: Partial<Parameters<typeof trainedTensors>[1]>) => {
    const names = trainedTensors(config, { finetuning_type: 'freeze', freeze_trainable_layers: 1, freeze_trainable_modules: ['all'], freeze_extra_modules: null, ...args })
    return { lora: null, trained: new Set(names?.map(({ name }) => name)) }
  }

  test.each([
    ['the whole model', fixture.whole.full, () => ({ lora: null })],
    ['a module of the last layer and all norms', fixture.whole.freeze, () => frozenBut({ freeze_trainable_modules: ['self_attn'], freeze_extra_modules: ['norm'] })],
    ['the embedding alone, which is the head too', fixture.whole.embedding, () => frozenBut({ freeze_trainable_layers: 0, freeze_extra_modules: ['embed_tokens'] })],
  ])('trains %s as torch does, and goes on exactly', async (_, steps, what) => {
    const [one, two] = [await run.openEngine(specOf(what())), await run.openEngine(specOf(what()))]
    await follow(one, steps)
    await two.writeState(await one.readTrainable(), await one.readOptimizer())
    expect(await two.train([batch], { lr: 0.01, step: 4 })).toEqual(await one.train([batch], { lr: 0.01, step: 4 }))
    expect(await two.readTrainable()).toEqual(await one.readTrainable())
    one.dispose()
    two.dispose()
  })

  test('preferences compare a model that is trained whole with what it was', async () => {
    const objective = preference({ pref_loss: 'sigmoid', pref_beta: 0.1, pref_ftx: 0, dpo_label_smoothing: 0, simpo_gamma: 0.5, ld_alpha: null })
    const engine = await run.openEngine(specOf({ lora: null, objective, eval_rows: 0 }))
    await follow(engine, fixture.whole.dpo, fixture.rate / 10)
    engine.dispose()
  })

  test('a model that is written is the model that was trained, in the layout of its base', async () => {
    const engine = await run.openEngine(specOf({ lora: null }))
    await engine.train([batch], { lr: 0.01, step: 0 })
    const [trained, output] = [await engine.readTrainable(), fresh()]
    const { loss_sum } = await engine.evaluate(batch)
    engine.dispose()
    writeWholeModel({ model, output, trained, dtype: 'float32' })
    const runner = await run.openRunner(output, config, [])
    expect((await runner.loss(batch)).loss_sum).toBeCloseTo(loss_sum, 4)
    runner.dispose()
    expect(readWholeModel(output, new Set(trained.map(({ name }) => name))).sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual([...trained].sort((a, b) => (a.name < b.name ? -1 : 1)))
  })
})

test.each([
  ['freeze_trainable_modules', { freeze_trainable_modules: ['q_proj'] }, { code: 'not_an_option', field: 'freeze_trainable_modules', values: { options: 'all, input_layernorm, post_attention_layernorm, self_attn, mlp' } }],
  ['freeze_extra_modules', { freeze_extra_modules: ['lm_head'] }, { code: 'not_an_option', field: 'freeze_extra_modules', values: { options: 'embed_tokens, norm' } }],
  ['freeze_trainable_layers', { freeze_trainable_layers: 0 }, { code: 'freeze_nothing', field: 'freeze_trainable_layers' }],
] as const)('what %s cannot mean is told with what it can', (_, change, fault) => {
  const args = { finetuning_type: 'freeze' as const, freeze_trainable_layers: 1, freeze_trainable_modules: ['all'], freeze_extra_modules: null, ...change }
  expect(() => trainedTensors(config, { ...args, freeze_trainable_modules: [...args.freeze_trainable_modules], freeze_extra_modules: args.freeze_extra_modules && [...args.freeze_extra_modules] })).toThrow(expect.objectContaining({ fault: expect.objectContaining({ ...fault, ...('values' in fault ? { values: expect.objectContaining(fault.values) } : {}) }) }))
})
