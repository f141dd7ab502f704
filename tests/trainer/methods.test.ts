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
import { linearNames } from '@/trainer/adapter/lora'
import type { Engine, EngineSpec } from '@/trainer/engine/types'
import { mergeAdapters } from '@/trainer/export/merge'
import { loadNative } from '@/trainer/graph/native'
import { setFusedKernels } from '@/trainer/ops/fused'
import { readRuntime } from '@/trainer/runtime-file'
import { cases, tinyAdapter, writeTiny } from './tiny'

const golden = cases[fixture.model]
const config = modelConfig(golden.config, 'tiny')
const ids = [0, 1].map((row) => Array.from({ length: 12 }, (_, i) => ((7 * i + 11 * row * i + 3) % 37) + 3))
const batch = batchOf({ input_ids: ids, labels: ids.map((row) => [-100, -100, -100, ...row.slice(3)]) })
const folders: string[] = []
const fresh = (): string => folders[folders.push(mkdtempSync(path.join(os.tmpdir(), 'methods-'))) - 1]

const first: AdapterSettings = { rank: 2, alpha: 4, dropout: 0, use_rslora: false, target_modules: linearNames(config), base_model_name_or_path: null }
const second: AdapterSettings = { ...first, rank: 3, alpha: 6, use_rslora: true, target_modules: ['q_proj', 'v_proj'] }
let model = ''
const at = { first: '', second: '' }
beforeAll(() => {
  model = writeTiny(golden)
  folders.push(model)
  for (const [name, settings] of [['first', first], ['second', second]] as const) {
    at[name] = fresh()
    writeAdapter(at[name], settings, tinyAdapter(config, settings.rank, settings.target_modules))
  }
})
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })))

const specOf = (more: Partial<EngineSpec>): EngineSpec & { weights: string } => ({
  config, adapter: null, dtype: 'float32', rows: 2, eval_rows: 2, lengths: [12], seed: 1, max_grad_norm: 1,
  lora: { rank: 2, alpha: 4, dropout: 0, use_rslora: false, target: ['all'] }, adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0 }, ...more, weights: model,
})

async function follow(engine: Engine, steps: readonly { loss: number; grad_norm: number }[]): Promise<void> {
  for (const [step, { loss, grad_norm }] of steps.entries()) {
    const found = await engine.train([batch], { lr: fixture.rate, step })
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
})
