/** The model checks of `npm run conform` on the reference vectors: they pass, they notice one changed number, and full training follows its trajectory too. */
import '@tensorflow/tfjs-backend-wasm'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setBackend } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { batchOf, check as checkForward } from '@/conform/forward'
import { check as checkLora } from '@/conform/lora'
import { check as checkPreference } from '@/conform/preference'
import { eagerRuntime } from '@/conform/runner'
import { goldenDir } from '@/tests/golden'
import { createEagerEngine } from '@/trainer/model/eager'
import { readModelConfig } from '@/trainer/weights/index'
import { readSafetensors } from '@/trainer/weights/safetensors'

const golden = goldenDir()

describe.skipIf(golden === null)('reference vectors', () => {
  const dir = golden ?? ''
  let copy = ''
  beforeAll(async () => {
    await setBackend('wasm')
    copy = mkdtempSync(path.join(os.tmpdir(), 'golden-'))
    cpSync(path.join(dir, 'models/gemma2'), path.join(copy, 'models/gemma2'), { recursive: true })
    cpSync(path.join(dir, 'forward/gemma2.json'), path.join(copy, 'forward/gemma2.json'))
    cpSync(path.join(dir, 'models/qwen2'), path.join(copy, 'models/qwen2'), { recursive: true })
    cpSync(path.join(dir, 'models/llama'), path.join(copy, 'models/llama'), { recursive: true })
    cpSync(path.join(dir, 'preference'), path.join(copy, 'preference'), { recursive: true })
    cpSync(path.join(dir, 'lora/qwen2-lora-qv-cosine'), path.join(copy, 'lora/qwen2-lora-qv-cosine'), { recursive: true })
  })
  afterAll(() => rmSync(copy, { recursive: true }))

  const failures = async (check: typeof checkForward): Promise<string[]> => {
    const found: string[] = []
    let passed = 0
    for await (const { name, ok, unsupported } of check(copy, eagerRuntime)) {
      if (unsupported !== undefined) continue
      if (ok) passed++
      else found.push(name)
    }
    expect(passed).toBeGreaterThan(0)
    return found
  }
  /** Runs `check` with one number of `file` multiplied by 1.01. */
  const withChange = async (file: string, number: RegExp, check: typeof checkForward): Promise<string[]> => {
    const own = path.join(copy, file)
    const text = readFileSync(own, 'utf8')
    const changed = text.replace(number, (_, before: string, value: string) => before + String(Number(value) * 1.01))
    expect(changed).not.toBe(text)
    writeFileSync(own, changed)
    try {
      return await failures(check)
    } finally {
      writeFileSync(own, text)
    }
  }

  test('forward passes, and a changed loss fails', async () => {
    expect(await failures(checkForward)).toEqual([])
    expect(await withChange('forward/gemma2.json', /("loss": ?)([\d.]+)/, checkForward)).toEqual(['forward/gemma2 right_padded loss'])
  })

  test('lora passes, and a changed gradient norm fails', async () => {
    expect(await failures(checkLora)).toEqual([])
    expect(await withChange('lora/qwen2-lora-qv-cosine/expected.json', /("grad_norm": ?)([\d.]+)/, checkLora)).toEqual(['lora/qwen2-lora-qv-cosine step 1'])
  })

  test('preference passes without a recorder, and a changed loss fails', async () => {
    expect(await failures(checkPreference)).toEqual([])
    expect(await withChange('preference/dpo.json', /("loss": ?)([\d.]+)/, checkPreference)).toEqual(['preference/dpo sigmoid'])
  })

  test('training every tensor gives the trajectory of llama-full', async () => {
    const own = path.join(dir, 'lora/llama-full')
    const rows = z.array(z.array(z.number()))
    const { batches, steps } = z
      .object({ batches: z.array(z.object({ input_ids: rows, attention_mask: rows, labels: rows })), steps: z.array(z.object({ loss: z.number(), grad_norm: z.number(), lr: z.number() })) })
      .parse(JSON.parse(readFileSync(path.join(own, 'expected.json'), 'utf8')))
    const weights = path.join(dir, 'models/llama')
    const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0 }
    const engine = createEagerEngine({ config: readModelConfig(weights), weights, lora: null, adapter: null, seed: 0, adam, max_grad_norm: 1 })
    for (const [step, { loss, grad_norm, lr }] of steps.entries()) {
      const found = await engine.train([batchOf(batches[step])], { lr, step })
      expect(Math.abs(found.loss / loss - 1)).toBeLessThan(1e-4)
      expect(Math.abs(found.grad_norm / grad_norm - 1)).toBeLessThan(1e-3)
    }
    const trained = new Map((await engine.readTrainable()).map(t => [t.name, t.data]))
    for (const { name, data } of readSafetensors(path.join(own, 'final_trainable.safetensors'))) {
      const own = trained.get(name) ?? expect.fail(`${name} is missing`)
      expect(Math.hypot(...data.map((v, i) => v - own[i])) / Math.hypot(...data), name).toBeLessThan(1e-3)
    }
  })
})
