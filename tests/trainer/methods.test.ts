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
import { type AdapterSettings, fileTensors, readAdapter, writeAdapter } from '@/trainer/adapter/adapter'
import { linearNames, loraSpecs } from '@/trainer/adapter/lora'
import { converted, plainAdapters, principalParts } from '@/trainer/adapter/pissa'
import { savedName, savedParams } from '@/trainer/adapter/saved'
import { largestSingular } from '@/trainer/adapter/singular'
import type { Engine, EngineSpec } from '@/trainer/engine/types'
import { mergeAdapters } from '@/trainer/export/merge'
import { loadNative } from '@/trainer/graph/native'
import { embeddingName, linearSpecs } from '@/trainer/model/params'
import { trainedTensors } from '@/trainer/model/whole'
import { preference } from '@/trainer/objectives/preference'
import { setFusedKernels } from '@/trainer/ops/fused'
import { readRuntime } from '@/trainer/runtime-file'
import { readWholeModel, writeWholeModel } from '@/trainer/run/whole-model'
import { drained } from '@/trainer/steps'
import { readModelConfig } from '@/trainer/weights/index'
import { cases, tinyAdapter, tinyWeights, writeTiny } from './tiny'

const golden = cases[fixture.model]
const config = modelConfig(golden.config, 'tiny')
const ids = [0, 1].map((row) => Array.from({ length: 12 }, (_, i) => ((7 * i + 11 * row * i + 3) % 37) + 3))
const batch = batchOf({ input_ids: ids, labels: ids.map((row) => [-100, -100, -100, ...row.slice(3)]) })
const objective = preference({ pref_loss: 'sigmoid', pref_beta: 0.1, pref_ftx: 0, dpo_label_smoothing: 0, simpo_gamma: 0.5, ld_alpha: null })
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

  const logitsWith = async (adapters: string[], weights = model, shape = config) => {
    const runner = await run.openRunner(weights, shape, adapters)
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

  test.each([
    ['plain', fixture.pissa.plain, {}],
    ['of stabilised rank', fixture.pissa.rslora, { use_rslora: true }],
    ['with DoRA', fixture.pissa.dora, { use_dora: true }],
  ])('PiSSA, %s, begins, trains and answers as in PEFT; what it leaves answers with and without what it began as, and as a plain adapter', async (_, expected, more) => {
    const settings: AdapterSettings = { ...first, ...more, pissa: 'pissa' }
    const [output, kept, alone, plain, merged] = Array.from({ length: 5 }, fresh)
    const began = drained(principalParts({ settings, specs: loraSpecs(linearSpecs(config), 2, settings.use_dora) }, { model, config, beneath: [] }))
    writeAdapter(path.join(output, 'pissa_init'), began.settings, began.tensors)
    const start = path.join(output, 'pissa_init')
    const engine = await run.openEngine(specOf({ adapter: start, without: start, lora: { rank: 2, alpha: 4, dropout: 0, use_rslora: settings.use_rslora, use_dora: settings.use_dora, target: ['all'] } }))
    await follow(engine, expected.steps)
    const trained = await engine.readTrainable()
    engine.dispose()
    for (const folder of [path.join(output, 'checkpoint-4'), alone]) writeAdapter(folder, settings, trained)
    const converted_ = converted(readAdapter(alone, config), began, config)
    writeAdapter(plain, converted_.settings, converted_.tensors)
    for (const folder of [path.join(output, 'checkpoint-4'), alone, plain]) near(await logitsWith([folder]), expected.logits)
    mergeAdapters({ model, adapters: [alone], output: merged })
    near(await logitsWith([], merged), expected.logits)
    writeAdapter(kept, settings, trained)
    const going = await run.openEngine(specOf({ adapter: kept, lora: { rank: 2, alpha: 4, dropout: 0, use_rslora: settings.use_rslora, use_dora: settings.use_dora, target: ['all'] } }))
    const runner = await run.openRunner(merged, config, [])
    expect((await going.evaluate(batch)).loss_sum).toBeCloseTo((await runner.loss(batch)).loss_sum, 3)
    going.dispose()
    runner.dispose()
  })

  test('a PiSSA adapter answers above another and beneath one', async () => {
    const settings: AdapterSettings = { ...second, pissa: 'pissa' }
    const [output, both, folder] = Array.from({ length: 3 }, fresh)
    const beneath = plainAdapters([at.first], config, model)
    const linears = linearSpecs(config).filter(({ module }) => /[qv]_proj$/.test(module))
    const began = drained(principalParts({ settings, specs: loraSpecs(linears, 3) }, { model, config, beneath }))
    // As it began it changes nothing of what it stands on.
    writeAdapter(output, settings, began.tensors)
    mergeAdapters({ model, adapters: [at.first, output, at.second], output: both })
    mergeAdapters({ model, adapters: [at.first, at.second], output: folder })
    const wanted = await logitsWith([], folder)
    for (const logits of [await logitsWith([at.first, output, at.second]), await logitsWith([], both)]) logits.forEach((value, i) => expect(Math.abs(value - wanted[i])).toBeLessThan(1e-4))
    const upon = await run.openEngine(specOf({ merged: [at.first, output], adapter: at.second, lora: { rank: 3, alpha: 6, dropout: 0, use_rslora: true, target: ['q_proj', 'v_proj'] } }))
    await follow(upon, fixture.several.steps)
    upon.dispose()
  })

  test.each(Object.entries(fixture.saved))('modules held whole (%s) answer, train, are preferred and merged as in PEFT, beneath another adapter too', async (_, expected) => {
    const own = cases[expected.model]
    const config = modelConfig(own.config, 'tiny')
    const [model, adapter, merged, going] = [writeTiny(own), fresh(), fresh(), fresh()]
    folders.push(model)
    const base = new Map(tinyWeights(config).map(({ name, data }) => [name, data]))
    const whole = savedParams(config, expected.modules).map(({ name, shape }) => ({ name: savedName(name), shape, data: (base.get(name) ?? base.get(embeddingName) ?? new Float32Array(0)).map((value) => 1.25 * value) }))
    const settings: AdapterSettings = { ...first, target_modules: ['q_proj', 'v_proj'], modules_to_save: expected.modules }
    writeAdapter(adapter, settings, [...tinyAdapter(config, 2, settings.target_modules), ...whole])
    const above = fresh()
    writeAdapter(above, second, tinyAdapter(config, 3, second.target_modules))
    const answers = (adapters: string[], weights = model, shape = config) => logitsWith(adapters, weights, shape)
    near(await answers([adapter]), expected.logits)
    near(await answers([adapter, above]), expected.several)
    mergeAdapters({ model, adapters: [adapter], output: merged })
    const one = readModelConfig(merged)
    expect(one.tied).toBe(false)
    near(await answers([], merged, one), expected.logits)
    near(await answers([above], merged, one), expected.several)

    const spec = { ...specOf({ adapter, lora: { rank: 2, alpha: 4, dropout: 0, use_rslora: false, target: settings.target_modules } }), config, weights: model }
    const engine = await run.openEngine(spec)
    await follow(engine, expected.steps)
    const trained = await engine.readTrainable()
    writeAdapter(going, settings, trained)
    const again = await run.openEngine({ ...spec, adapter: going })
    await again.writeState(fileTensors(readAdapter(going, config)), await engine.readOptimizer())
    expect(await again.train([batch], { lr: 0.01, step: 4 })).toEqual(await engine.train([batch], { lr: 0.01, step: 4 }))
    engine.dispose()
    again.dispose()
    const preferring = await run.openEngine({ ...spec, objective, eval_rows: 0 })
    await follow(preferring, expected.dpo, fixture.rate / 10)
    preferring.dispose()

    // A new one begins as the model is.
    const start = await run.openEngine({ ...spec, adapter: null, lora: { ...spec.lora!, saved: expected.modules } })
    const plain = await run.openRunner(model, config, [])
    expect((await start.evaluate(batch)).loss_sum).toBeCloseTo((await plain.loss(batch)).loss_sum, 3)
    start.dispose()
    plain.dispose()
    const tokens = await run.openRunner(model, config, [adapter])
    const mergedTokens = await run.openRunner(merged, one, [])
    expect(await tokens.greedy(ids[0], 8, 1)).toEqual(await mergedTokens.greedy(ids[0], 8, 1))
    tokens.dispose()
    mergedTokens.dispose()
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

describe('singular values', () => {
  test("are torch's, and their vectors' product what is nearest to the matrix", () => {
    for (const { name, shape: [rows, columns], data } of tinyWeights(config)) {
      const expected = fixture.pissa.singular[name as keyof typeof fixture.pissa.singular] ?? []
      const found = largestSingular(data, [rows, columns ?? 1], expected.length)
      expected.forEach((value, i) => expect(Math.abs(found.values[i] - value)).toBeLessThan(1e-5))
    }
  })

  const product = ({ values, left, right }: ReturnType<typeof largestSingular>, width: number) =>
    Array.from({ length: left[0].length * width }, (_, i) => values.reduce((sum, value, k) => sum + value * left[k][Math.floor(i / width)] * right[k][i % width], 0))

  test.each<[string, [number, number], number, (i: number) => number]>([
    ['nothing', [8, 6], 3, () => 0],
    ['equal values', [8, 6], 3, (i: number) => (i % 7 === 0 && i < 42 ? 2 : 0)],
    ['one direction', [8, 6], 2, (i: number) => (1 + Math.floor(i / 6)) * (1 + (i % 6))],
    ['all values', [8, 6], 6, (i: number) => Math.sin(i * i)],
    ['all values of a wide matrix', [6, 8], 6, (i: number) => Math.sin(i * i)],
  ])('of %s are found too', (_, shape, count, at) => {
    const data = Float32Array.from({ length: 48 }, (_, i) => at(i))
    const found = largestSingular(data, shape, count)
    // Where the value is nothing the vector of one side is nothing, too, or any.
    for (const vectors of [found.left, found.right].filter((all) => all.every((one, i) => found.values[i] > 1e-9 || one.every((value) => value === 0)))) {
      vectors.forEach((one, i) => vectors.forEach((other, j) => expect(one.reduce((sum, value, k) => sum + value * other[k], 0)).toBeCloseTo(i === j && found.values[i] > 1e-9 ? 1 : 0, 10)))
    }
    if (count === 6 || _ === 'one direction') product(found, shape[1]).forEach((value, i) => expect(value).toBeCloseTo(data[i], 6))
    expect([...found.values].sort((a, b) => b - a)).toEqual(found.values)
    if (_ === 'equal values') found.values.forEach((value) => expect(value).toBeCloseTo(2, 10))
  })
})
