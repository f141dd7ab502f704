/** Every family against transformers and PEFT: logits, loss, packed rows, cached greedy generation, LoRA gradients. */
import '@tensorflow/tfjs-backend-cpu'
import { rmSync } from 'node:fs'
import { type Tensor, tensor, tidy, valueAndGrads } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { modelConfig } from '@/lib/models/config'
import { batchOf } from '@/conform/forward'
import { openEager } from '@/conform/runner'
import { buildLora, loraSpecs, loraTargets } from '@/trainer/adapter/lora'
import { batchLoss } from '@/trainer/model/eager'
import { buildParams } from '@/trainer/model/params'
import { loadTensors } from '@/trainer/weights/load'
import { cases, tinyAdapter, writeTiny } from './tiny'

const TOLERANCE = 2e-5

describe.each(Object.entries(cases))('%s', (_, golden) => {
  const config = modelConfig(golden.config, 'tiny')
  let folder = ''
  beforeAll(() => {
    folder = writeTiny(golden)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('logits and loss of padded rows', async () => {
    const runner = await openEager(folder, config, [])
    const batch = batchOf(golden)
    const logits = await runner.logits(batch)
    for (const { row, pos, values } of golden.logits) expectNear(logits, (row * batch.length + pos) * config.vocab_size, values)
    const { loss_sum, tokens } = await runner.loss(batch)
    expect(Math.abs(loss_sum / tokens - golden.loss)).toBeLessThan(1e-5)
  })

  // The dynamic rule takes its frequencies from the row's length, so a packed row is not its parts run alone.
  test.skipIf(config.rope.type === 'dynamic')('texts packed into one row do not see each other', async () => {
    const runner = await openEager(folder, config, [])
    const { cut, logits: expected } = golden.packed
    const ids = golden.input_ids[0]
    const logits = await runner.logits(batchOf({ input_ids: [ids], position_ids: [ids.map((_, i) => (i < cut ? i : i - cut))], labels: [ids] }))
    for (const { pos, values } of expected) expectNear(logits, pos * config.vocab_size, values)
  })

  test('greedy generation with a cache', async () => {
    const runner = await openEager(folder, config, [])
    const { prompt, tokens } = golden.greedy
    // Cached keys keep the frequencies of their time, so past the trained length the dynamic rule differs from a run without a cache.
    const count = config.rope.type === 'dynamic' ? config.max_position_embeddings - prompt.length + 1 : tokens.length
    expect(await runner.greedy(prompt, count, 1)).toEqual(tokens.slice(0, count))
  })

  test('gradients of a LoRA adapter', () => {
    const { r, alpha, loss, gradient_norms } = golden.lora
    const specs = loraSpecs(loraTargets(config, ['all']), r)
    const tensors = tinyAdapter(config, r)
    const params = buildParams(config, loadTensors(folder, config))
    const batch = batchOf(golden)
    tidy(() => {
      const own = (...list: Tensor[]) => {
        const byName = new Map(tensors.map(({ name }, i) => [name, list[i]]))
        const weights = buildLora(specs, ({ name }) => byName.get(name) as Tensor)
        return batchLoss(params, config, batch, { lora: { weights, scale: alpha / r } })
      }
      const { value, grads } = valueAndGrads(own)(tensors.map(t => tensor(t.data, t.shape)))
      const count = golden.labels.flat().filter(l => l !== -100).length
      expect(Math.abs(value.dataSync()[0] / count - loss)).toBeLessThan(1e-5)
      expect(Object.keys(gradient_norms)).toHaveLength(tensors.length)
      tensors.forEach(({ name }, i) => {
        const norm = Math.hypot(...grads[i].dataSync()) / count
        expect(Math.abs(norm / gradient_norms[name] - 1), name).toBeLessThan(1e-4)
      })
    })
  })
})

function expectNear(found: Float32Array, from: number, expected: number[]): void {
  const far = expected.findIndex((v, i) => !(Math.abs(found[from + i] - v) < TOLERANCE))
  expect(far, far < 0 ? '' : `logit ${far}: expected ${expected[far]}, found ${found[from + far]}`).toBe(-1)
}
