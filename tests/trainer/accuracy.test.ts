/** Token accuracy of an evaluation, eager and recorded, against the logits themselves: half of the labels are what the model would say. */
import '@tensorflow/tfjs-backend-cpu'
import { rmSync } from 'node:fs'
import { setBackend } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { batchOf } from '@/conform/forward'
import { mean, rowAccuracy } from '@/lib/metrics/accuracy'
import { parseArgs } from '@/lib/config/schema'
import { modelConfig } from '@/lib/models/config'
import { createEngine } from '@/trainer/engine/engine'
import { meanValues } from '@/trainer/engine/objective'
import type { Batch, EngineSpec } from '@/trainer/engine/types'
import { loadNative } from '@/trainer/graph/native'
import { batchLogits, createEagerEngine } from '@/trainer/model/eager'
import { argmax } from '@/trainer/model/sampling'
import { nextToken } from '@/trainer/objectives/next-token'
import { nextTokenBest } from '@/trainer/objectives/next-token-best'
import { setFusedKernels } from '@/trainer/ops/fused'
import { readRuntime } from '@/trainer/runtime-file'
import { stageOf } from '@/trainer/stages/stage'
import { buildParams } from '@/trainer/model/params'
import { loadTensors } from '@/trainer/weights/load'
import { cases, writeTiny } from './tiny'

const golden = cases.gemma2
const config = modelConfig(golden.config, 'tiny')
let model = ''
let batch: Batch
let expected = 0
beforeAll(async () => {
  await setBackend('cpu')
  model = writeTiny(golden)
  const given = batchOf(golden)
  const logits = await batchLogits(buildParams(config, loadTensors(model, config)), config, given)
  const best = Array.from(given.ids, (_, i) => argmax(logits.slice(i * config.vocab_size, (i + 1) * config.vocab_size)))
  const labels = given.labels.map((label, i) => (label !== -100 && i % 2 === 0 && i % given.length > 0 ? best[i - 1] : label))
  batch = { ...given, labels }
  const row = (r: number) => [best, [...labels]].map((all) => all.slice(r * given.length, (r + 1) * given.length))
  expected = mean(Array.from({ length: given.rows }, (_, r) => rowAccuracy(row(r)[0], row(r)[1])))
})
afterAll(() => rmSync(model, { recursive: true }))

const spec = (): EngineSpec & { weights: string } => ({
  config, weights: model, adapter: null, dtype: 'float32', rows: 0, eval_rows: batch.rows, lengths: [batch.length], seed: 0, objective: nextTokenBest,
  lora: { rank: 1, alpha: 1, dropout: 0, use_rslora: false, target: ['all'] }, adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0 }, max_grad_norm: 0,
})

test('eager', async () => {
  const found = await createEagerEngine(spec()).evaluate(batch)
  expect(meanValues(found.means ?? {}).accuracy).toBeCloseTo(expected, 6)
  expect(expected).toBeGreaterThan(0.3)
  expect(expected).toBeLessThan(0.9)
})

test('a training step is not asked for it, and only a training that wants it has it', async () => {
  const engine = createEagerEngine(spec())
  expect((await engine.train([batch], { lr: 1e-3, step: 0 })).means).toEqual({})
  expect(meanValues((await engine.evaluate(batch)).means ?? {})).toHaveProperty('accuracy')
  const args = parseArgs({ model_name_or_path: model, dataset: 'd', output_dir: 'o', do_train: true, compute_accuracy: true, val_size: 0.1, eval_strategy: 'steps', metric_for_best_model: 'accuracy' })
  if (!args.ok) throw new Error(JSON.stringify(args.faults))
  const ground = { config, adapter: null, merged: [] }
  expect(stageOf({ stage: 'sft' }).objective(args.args, ground)).toBe(nextTokenBest)
  expect(stageOf({ stage: 'sft' }).objective({ ...args.args, compute_accuracy: false }, ground)).toBe(nextToken)
})

const runtime = readRuntime()
describe.skipIf(runtime === null || runtime.kind === 'wasm').each([true, false])('recorded, own kernels: %s', (own) => {
  beforeAll(() => {
    loadNative()
    setFusedKernels(own && Boolean(runtime?.ops))
  })
  afterAll(() => setFusedKernels(Boolean(runtime?.ops)))

  test('the same, and the loss is that of a plain evaluation', async () => {
    const engine = await createEngine(spec())
    const found = await engine.evaluate(batch)
    engine.dispose()
    const plain = await createEngine({ ...spec(), objective: undefined })
    const loss = await plain.evaluate(batch)
    plain.dispose()
    expect(meanValues(found.means ?? {}).accuracy).toBeCloseTo(expected, 6)
    expect(found.loss_sum).toBeCloseTo(loss.loss_sum, 3)
  })
})
