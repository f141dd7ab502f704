/** Many answers at once: each equals the one that the same prompt gets alone, in every family, with our own kernels and without. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { modelConfig } from '@/lib/models/config'
import { writeAdapter } from '@/trainer/adapter/adapter'
import { createGenerator } from '@/trainer/engine/generator'
import { answerAll, type Answered, type AnswerOptions, type Asked, type Calls } from '@/trainer/engine/many'
import { loadNative } from '@/trainer/graph/native'
import { linearNames } from '@/trainer/adapter/lora'
import { setFusedKernels } from '@/trainer/ops/fused'
import { readRuntime } from '@/trainer/runtime-file'
import { cases, tinyAdapter, writeTiny } from './tiny'

const options = (changes: Partial<AnswerOptions> = {}): AnswerOptions => ({
  do_sample: false, temperature: 1, top_k: 0, top_p: 1, repetition_penalty: 1, max_new_tokens: 6, stop_ids: [], side: 'base', signal: new AbortController().signal, ...changes,
})

async function collect(answers: AsyncGenerator<Answered>): Promise<Answered[]> {
  const found: Answered[] = []
  for await (const answer of answers) found.push(answer)
  return found.sort((a, b) => a.index - b.index)
}

/** A model that answers n, n - 1, … 1 to a prompt that ends with n, and then 0. */
function countdown(slots: number): Calls & { steps: number } {
  const after = (token: number) => Float32Array.from({ length: 16 }, (_, i) => (i === Math.max(0, token - 1) ? 1 : 0))
  const calls = {
    slots,
    max_length: 64,
    steps: 0,
    prefill: async (_: number, ids: number[]) => after(ids[ids.length - 1] + 1),
    decode(tokens: Int32Array) {
      calls.steps++
      return Array.from(tokens, after)
    },
  }
  return calls
}

const ask = (lasts: number[]): Asked[] => lasts.map((last, index) => ({ index, ids: [9, last], seed: index }))

test('a slot takes the next prompt as soon as it is free, and order does not matter', async () => {
  const calls = countdown(2)
  const found = await collect(answerAll(calls, ask([5, 1, 1, 1, 0]), options({ max_new_tokens: 9, stop_ids: [0] })))
  expect(found.map(({ ids }) => ids)).toEqual([[5, 4, 3, 2, 1], [1], [1], [1], []])
  expect(found.every(({ end }) => end === 'stop')).toBe(true)
  expect(calls.steps).toBe(5)
})

test('the limit cuts an answer, and a cancellation leaves out what was under way', async () => {
  const [cut] = await collect(answerAll(countdown(2), ask([8]), options({ max_new_tokens: 3 })))
  expect(cut).toEqual({ index: 0, ids: [8, 7, 6], end: 'length' })
  const abort = new AbortController()
  const found: Answered[] = []
  for await (const answer of answerAll(countdown(1), ask([1, 9, 9]), options({ max_new_tokens: 9, stop_ids: [0], signal: abort.signal }))) {
    found.push(answer)
    abort.abort()
  }
  expect(found).toEqual([{ index: 0, ids: [1], end: 'stop' }])
})

const runtime = readRuntime()
describe.skipIf(runtime === null || runtime.kind === 'wasm').each([true, false])('own kernels: %s', (own) => {
  beforeAll(() => {
    loadNative()
    setFusedKernels(own && Boolean(runtime?.ops))
  })
  afterAll(() => setFusedKernels(Boolean(runtime?.ops)))

  test.each(Object.entries(cases).flatMap(([family, golden]) => [[family, 'base', golden], ...(family === 'qwen3' ? [[family, 'adapter', golden]] : [])] as [string, 'base' | 'adapter', typeof golden][]))('%s, %s', async (_, side, golden) => {
    const config = modelConfig(golden.config, 'tiny')
    const model = writeTiny(golden)
    const adapter = side === 'adapter' ? mkdtempSync(path.join(os.tmpdir(), 'many-')) : null
    const { r, alpha } = golden.lora
    if (adapter) writeAdapter(adapter, { rank: r, alpha, dropout: 0, use_rslora: false, use_dora: false, target_modules: linearNames(config), base_model_name_or_path: null }, tinyAdapter(config, r))
    const whole = [...golden.greedy.prompt, ...golden.greedy.tokens]
    const prompts = [golden.greedy.prompt, whole, whole.slice(0, 3), whole.slice(2), whole.slice(1, 5)]
    const spec = { config, weights: model, adapters: adapter ? [adapter] : [], dtype: 'float32' as const, max_length: 48 }
    const one = await createGenerator(spec)
    const alone: number[][] = []
    for (const ids of prompts) {
      const tokens: number[] = []
      for await (const token of one.generate(ids, { ...options({ side }), seed: 0 })) tokens.push(token)
      alone.push(tokens)
    }
    one.dispose()
    const many = await createGenerator({ ...spec, slots: 3 })
    const found = await collect(many.generateAll(prompts.map((ids, index) => ({ index, ids, seed: 0 })), options({ side })))
    many.dispose()
    for (const folder of [model, adapter]) if (folder) rmSync(folder, { recursive: true })
    expect(found.map(({ ids }) => ids)).toEqual(alone)
  })
})
