/** Every family on the recorded graph against transformers and PEFT, with our own kernels and with TensorFlow's alone. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { batchOf } from '@/conform/forward'
import { openGraph } from '@/conform/graph-runner'
import { modelConfig } from '@/lib/models/config'
import { writeAdapter } from '@/trainer/adapter/adapter'
import { createEngine } from '@/trainer/engine/engine'
import { loadNative } from '@/trainer/graph/native'
import { linearNames } from '@/trainer/adapter/lora'
import { hasFusedKernels, setFusedKernels } from '@/trainer/ops/fused'
import { readRuntime } from '@/trainer/runtime-file'
import { cases, tinyAdapter, writeTiny } from './tiny'

const runtime = readRuntime()
const TOLERANCE = 5e-5

describe.skipIf(runtime === null || runtime.kind === 'wasm').each([true, false])('own kernels: %s', own => {
  beforeAll(() => {
    loadNative()
    setFusedKernels(own && Boolean(runtime?.ops))
  })
  afterAll(() => {
    expect(hasFusedKernels()).toBe(false) // Only while a graph is recorded.
    setFusedKernels(Boolean(runtime?.ops))
  })

  describe.each(Object.entries(cases))('%s', (_, golden) => {
    const config = modelConfig(golden.config, 'tiny')
    let [model, adapter] = ['', '']
    beforeAll(() => {
      model = writeTiny(golden)
      adapter = mkdtempSync(path.join(os.tmpdir(), 'graph-'))
      const { r, alpha } = golden.lora
      writeAdapter(adapter, { rank: r, alpha, dropout: 0, use_rslora: false, use_dora: false, target_modules: linearNames(config), base_model_name_or_path: null }, tinyAdapter(config, r))
    })
    afterAll(() => [model, adapter].forEach(f => rmSync(f, { recursive: true })))

    test('logits, alone and packed, and greedy tokens', async () => {
      const runner = await openGraph(model, config, [])
      const batch = batchOf(golden)
      const logits = await runner.logits(batch)
      for (const { row, pos, values } of golden.logits) expectNear(logits, (row * batch.length + pos) * config.vocab_size, values)
      // The dynamic rule looks at a row's whole length: its packed rows and its cached keys are not those of texts run alone.
      if (config.rope.type !== 'dynamic') {
        const { cut, logits: expected } = golden.packed
        const ids = golden.input_ids[0]
        const packed = await runner.logits(batchOf({ input_ids: [ids], position_ids: [ids.map((_, i) => (i < cut ? i : i - cut))], labels: [ids] }))
        for (const { pos, values } of expected) expectNear(packed, pos * config.vocab_size, values)
        expect(await runner.greedy(golden.greedy.prompt, golden.greedy.tokens.length, 1)).toEqual(golden.greedy.tokens)
      }
    })

    test('loss and gradient norm of an adapter', async () => {
      const batch = batchOf(golden)
      const { r, alpha, loss, gradient_norms } = golden.lora
      const engine = await createEngine({
        config,
        weights: model,
        lora: { rank: r, alpha, dropout: 0, use_rslora: false, target: ['all'] },
        adapter,
        dtype: 'float32',
        rows: batch.rows,
        eval_rows: 0,
        lengths: [batch.length],
        adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0 },
        max_grad_norm: 1,
        seed: 0,
      })
      const found = await engine.train([batch], { lr: 0, step: 0 })
      engine.dispose()
      expect(Math.abs(found.loss - loss)).toBeLessThan(2e-5)
      expect(Math.abs(found.grad_norm / Math.hypot(...Object.values(gradient_norms)) - 1)).toBeLessThan(1e-4)
    })
  })
})

function expectNear(found: Float32Array, from: number, expected: number[]): void {
  const far = expected.findIndex((v, i) => !(Math.abs(found[from + i] - v) < TOLERANCE))
  expect(far, far < 0 ? '' : `logit ${far}: expected ${expected[far]}, found ${found[from + far]}`).toBe(-1)
}
