/** Packed batches as a training makes them, by the model's logits: every family, eager and recorded, against transformers' numbers. */
import '@tensorflow/tfjs-backend-cpu'
import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openGraph } from '@/conform/graph-runner'
import { openEager } from '@/conform/runner'
import { modelConfig } from '@/lib/models/config'
import { createEngine } from '@/trainer/engine/engine'
import type { Batch } from '@/trainer/engine/types'
import { collate, planBatches } from '@/trainer/data/encode'
import type { Sample } from '@/trainer/data/samples'
import { loadNative } from '@/trainer/graph/native'
import { setFusedKernels } from '@/trainer/ops/fused'
import { type PackingArgs, packRows } from '@/trainer/data/pack'
import { readRuntime } from '@/trainer/runtime-file'
import { cases, type TinyCase, writeTiny } from './tiny'

const cutoff_len = 16
const pad = 0
const runtime = readRuntime()
const native = runtime !== null && runtime.kind !== 'wasm'

const sampleOf = (ids: readonly number[]): Sample => ({ ids: Int32Array.from(ids), labels: Int32Array.from(ids) })
/** The first text in two parts, the shorter one first: packing puts the longer one in front. */
const partsOf = ({ input_ids: [ids], packed: { cut } }: TinyCase): Sample[] => [sampleOf(ids.slice(cut)), sampleOf(ids.slice(0, cut))]

function batchOf(golden: TinyCase, args: PackingArgs): Batch {
  const packed = packRows(partsOf(golden), { ...args, cutoff_len }, pad)
  expect(packed.map(({ ids }) => ids.length)).toEqual([cutoff_len])
  return collate(packed, cutoff_len, 1, pad)
}

// The dynamic rule takes its frequencies from the whole row's length, so a packed row is not its parts run alone.
const families = Object.entries(cases).filter(([, golden]) => modelConfig(golden.config, 'tiny').rope.type !== 'dynamic')

const runners = [
  { name: 'eager', open: openEager, kernels: false, skip: false, tolerance: 2e-5 },
  { name: 'recorded, own kernels', open: openGraph, kernels: true, skip: !native || !runtime.ops, tolerance: 5e-5 },
  { name: 'recorded', open: openGraph, kernels: false, skip: !native, tolerance: 5e-5 },
]

for (const { name, open, kernels, skip, tolerance } of runners) {
  describe.skipIf(skip)(name, () => {
    beforeAll(() => {
      if (open === openGraph) loadNative()
      setFusedKernels(kernels)
    })
    afterAll(() => setFusedKernels(native && Boolean(runtime.ops)))

    test.each(families)('%s', async (_, golden) => {
      const config = modelConfig(golden.config, 'tiny')
      const folder = writeTiny(golden)
      const runner = await open(folder, config, [])
      for (const [args, expected] of [[{ neat_packing: true }, golden.packed.logits], [{ packing: true }, golden.joined]] as const) {
        const logits = await runner.logits(batchOf(golden, args))
        for (const { pos, values } of expected) {
          values.forEach((value, i) => expect(Math.abs(logits[pos * config.vocab_size + i] - value), `${JSON.stringify(args)}, position ${pos}, logit ${i}`).toBeLessThan(tolerance))
        }
      }
      runner.dispose()
      rmSync(folder, { recursive: true })
    })
  })
}

describe.skipIf(!native)('the engine', () => {
  const golden = cases['mistral-window']
  const config = modelConfig(golden.config, 'tiny')
  const lossOf = async (batch: Batch, packed: boolean) => {
    const folder = writeTiny(golden)
    const engine = await createEngine({
      config, weights: folder, lora: null, adapter: null, dtype: 'float32', rows: batch.rows, eval_rows: batch.rows, packed, lengths: [batch.length],
      adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0 }, max_grad_norm: 0, seed: 0,
    })
    const evaluated = await engine.evaluate(batch)
    const trained = await engine.train([batch], { lr: 0, step: 0 })
    engine.dispose()
    rmSync(folder, { recursive: true })
    return { evaluated, trained }
  }

  test('a neatly packed row teaches what its examples teach alone', async () => {
    loadNative()
    // The first token of an example is no target: there is nothing before it to be seen.
    const parts = partsOf(golden).map(({ ids }) => ({ ids, labels: Int32Array.from(ids, (id, i) => (i === 0 ? -100 : id)) }))
    const together = await lossOf(collate(packRows(parts, { neat_packing: true, cutoff_len }, pad), cutoff_len, 1, pad), true)
    const alone = await lossOf(collate(parts, cutoff_len, 2, pad), false)
    expect(together.evaluated.units).toBe(alone.evaluated.units)
    expect(Math.abs(together.evaluated.loss_sum - alone.evaluated.loss_sum)).toBeLessThan(1e-4)
    expect(Math.abs(together.trained.grad_norm / alone.trained.grad_norm - 1)).toBeLessThan(1e-4)
  })
})

describe('rows', () => {
  const samples = Array.from({ length: 40 }, (_, i) => sampleOf(Array.from({ length: 2 + (i % 9) }, () => 100 + i)))
  const plan = { per_device_train_batch_size: 2, gradient_accumulation_steps: 1, num_train_epochs: 1, max_steps: -1, disable_shuffling: true, seed: 0, pad_id: pad }

  test('an update counts rows, and all have one length', () => {
    const rows = packRows(samples, { packing: true, cutoff_len: 30 }, pad)
    const batches = planBatches(rows, plan)
    expect(batches.buckets).toEqual([32])
    expect(batches.updatesPerEpoch).toBe(Math.ceil(rows.length / 2))
    expect(rows.flatMap(({ ids }) => [...new Set(ids)].filter((id) => id !== pad)).sort((a, b) => a - b)).toEqual(samples.map((_, i) => 100 + i))
  })

  test('positions restart; padding belongs to no segment, whatever the packing', () => {
    const two = [sampleOf([5, 6]), sampleOf([7, 8, 9])]
    const neat = collate(packRows(two, { neat_packing: true, cutoff_len: 7 }, pad), 8, 2, pad)
    expect([...(neat.positions ?? [])]).toEqual([0, 1, 2, 0, 1, 0, 0, 0, ...Array<number>(8).fill(0)])
    expect([...(neat.segments ?? [])]).toEqual([1, 1, 1, 2, 2, 0, 0, 0, ...Array<number>(8).fill(0)])
    const plain = collate(packRows(two, { packing: true, cutoff_len: 7 }, pad), 8, 1, pad)
    expect([...(plain.positions ?? [])]).toEqual([0, 1, 2, 0, 1, 0, 0, 0])
    expect([...(plain.segments ?? [])]).toEqual([1, 1, 1, 1, 1, 0, 0, 0])
  })

  test('rows are packed within portions only, those without a sample counted', () => {
    const rows = [sampleOf([1]), null, sampleOf([2]), sampleOf([3])]
    const idsOf = (args: PackingArgs) => packRows(rows, { ...args, packing: true, cutoff_len: 5 }, pad).map(({ ids }) => [...ids].filter((id) => id !== pad))
    expect(idsOf({})).toEqual([[3, 2, 1]])
    expect(idsOf({ preprocessing_batch_size: 2 })).toEqual([[1], [3, 2]])
    expect(idsOf({ preprocessing_num_workers: 3 })).toEqual([[1], [2], [3]])
  })
})
