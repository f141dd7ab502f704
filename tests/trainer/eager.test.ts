/** The eager engine and generator: state in and out, dropout's randomness, sampling by seed, stopping; on the plain backend and on WASM. */
import '@tensorflow/tfjs-backend-cpu'
import '@tensorflow/tfjs-backend-wasm'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setBackend } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { batchOf } from '@/conform/forward'
import { modelConfig } from '@/lib/models/config'
import { writeAdapter } from '@/trainer/adapter/adapter'
import { linearNames } from '@/trainer/adapter/lora'
import { createEagerEngine } from '@/trainer/model/eager'
import { createEagerGenerator } from '@/trainer/model/eager-generator'
import { cases, tinyAdapter, writeTiny } from './tiny'

const golden = cases.gemma2
const config = modelConfig(golden.config, 'tiny')
const batch = batchOf(golden)
const sampling = { do_sample: true, temperature: 1, top_p: 0.95, top_k: 20, repetition_penalty: 1.1, max_new_tokens: 6, seed: 5 }
let [model, adapter] = ['', '']
beforeAll(() => {
  model = writeTiny(golden)
  adapter = mkdtempSync(path.join(os.tmpdir(), 'eager-'))
  const settings = { rank: 2, alpha: 4, dropout: 0, use_rslora: false, use_dora: false, target_modules: linearNames(config), base_model_name_or_path: null }
  writeAdapter(adapter, settings, tinyAdapter(config, 2))
})
afterAll(() => [model, adapter].forEach(f => rmSync(f, { recursive: true })))

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(() => setBackend(backend))

  const engine = (dropout: number, seed = 1, more: { neftune_alpha?: number; b_pace?: number } = {}) =>
    createEagerEngine({
      config,
      weights: model,
      lora: { rank: 2, alpha: 4, dropout, use_rslora: false, target: ['all'], b_pace: more.b_pace },
      neftune_alpha: more.neftune_alpha,
      adapter: dropout === 0 ? adapter : null,
      seed,
      adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.01 },
      max_grad_norm: 1,
    })

  test('the first loss is the reference’s, and training lowers it', async () => {
    const own = engine(0)
    const first = await own.train([batch], { lr: 0.01, step: 0 })
    expect(first.loss).toBeCloseTo(golden.lora.loss, 4)
    for (let step = 1; step < 5; step++) await own.train([batch], { lr: 0.01, step })
    const { loss_sum, units: tokens } = await own.evaluate(batch)
    expect(loss_sum / tokens).toBeLessThan(first.loss - 0.1)
  })

  test('a restored engine goes on exactly, dropout included', async () => {
    const [one, two] = [engine(0.3), engine(0.3)]
    for (let step = 0; step < 2; step++) await one.train([batch], { lr: 0.01, step })
    await two.writeState(await one.readTrainable(), await one.readOptimizer())
    expect(await two.train([batch, batch], { lr: 0.01, step: 2 })).toEqual(await one.train([batch, batch], { lr: 0.01, step: 2 }))
    expect(await two.readTrainable()).toEqual(await one.readTrainable())
  })

  test('dropout differs by step and seed, and is off in evaluations', async () => {
    const start = await engine(0).readTrainable()
    const tries = [{ seed: 1, step: 0 }, { seed: 1, step: 1 }, { seed: 2, step: 0 }]
    const losses = await Promise.all(tries.map(async ({ seed, step }) => {
      const own = engine(0.3, seed)
      await own.writeState(start, await own.readOptimizer())
      const { loss_sum } = await own.evaluate(batch)
      return { evaluated: loss_sum, trained: (await own.train([batch], { lr: 0, step })).loss }
    }))
    expect(new Set(losses.map(l => l.trained)).size).toBe(3)
    expect(new Set(losses.map(l => l.evaluated)).size).toBe(1)
  })

  test('NEFTune’s noise differs by step, grows with alpha, is the same after a restart, and is off in evaluations', async () => {
    const plain = await engine(0).train([batch], { lr: 0, step: 0 })
    const noisy = (neftune_alpha: number, step: number) => engine(0, 1, { neftune_alpha }).train([batch], { lr: 0, step })
    const [one, again, other, faint] = [await noisy(5, 0), await noisy(5, 0), await noisy(5, 1), await noisy(0.001, 0)]
    expect(one).toEqual(again)
    expect(new Set([plain.loss, one.loss, other.loss]).size).toBe(3)
    expect(Math.abs(faint.loss - plain.loss)).toBeLessThan(Math.abs(one.loss - plain.loss) / 100)
    expect(await engine(0, 1, { neftune_alpha: 5 }).evaluate(batch)).toEqual(await engine(0).evaluate(batch))
  })

  test('LoRA+ moves B as many times further as it says, and A as far as ever', async () => {
    const moved = async (b_pace: number) => {
      const own = engine(0, 1, { b_pace })
      const before = await own.readTrainable()
      await own.train([batch], { lr: 1e-4, step: 0 })
      const after = await own.readTrainable()
      const length = (side: string) => Math.sqrt(before.reduce((sum, { name, data }, i) => sum + (name.includes(side) ? data.reduce((own, x, j) => own + (after[i].data[j] - x) ** 2, 0) : 0), 0))
      return { a: length('lora_A'), b: length('lora_B') }
    }
    const [slow, fast] = [await moved(1), await moved(16)]
    expect(fast.a).toBeCloseTo(slow.a, 6)
    expect(fast.b / slow.b).toBeCloseTo(16, 1)
  })

  test('generation: by seed, by side, to the stop, to the limit, until cancelled', async () => {
    const generator = createEagerGenerator({ config, weights: model, adapters: [adapter], max_length: 9 })
    const { prompt, tokens } = golden.greedy
    const collect = async (changes: Partial<Parameters<typeof generator.generate>[1]>) => {
      const found: number[] = []
      for await (const token of generator.generate(prompt, { ...sampling, stop_ids: [], side: 'adapter', signal: new AbortController().signal, ...changes })) found.push(token)
      return found
    }
    const sampled = await collect({})
    expect(sampled).toHaveLength(5)
    expect(await collect({})).toEqual(sampled)
    const greedy = { do_sample: false, repetition_penalty: 1, side: 'base' as const }
    expect(await collect(greedy)).toEqual(tokens.slice(0, 5))
    expect(await collect({ ...greedy, side: 'adapter' })).not.toEqual(tokens.slice(0, 5))
    expect(await collect({ ...greedy, stop_ids: [tokens[2]] })).toEqual(tokens.slice(0, tokens.indexOf(tokens[2])))
    expect(await collect({ ...greedy, signal: AbortSignal.abort() })).toEqual([])
    generator.dispose()
  })
})
