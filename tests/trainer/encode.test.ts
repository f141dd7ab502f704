/** Buckets, updates and padding. Which samples an update sees is compared with the order that the loop's own modules give. */
import { describe, expect, test } from 'vitest'
import { chooseBuckets, collate, evalBatches, planBatches } from '@/trainer/data/encode'
import type { Sample } from '@/trainer/data/samples'
import { epochOrder } from '@/trainer/data/order'

/** A sample of a length, told apart by its first id. */
const sample = (length: number, mark = length): Sample => ({ ids: Int32Array.from({ length }, (_, i) => (i === 0 ? mark : 7)), labels: Int32Array.from({ length }, (_, i) => (i === 0 ? -100 : 7)) })
const options = { per_device_train_batch_size: 2, gradient_accumulation_steps: 3, num_train_epochs: 2, max_steps: -1, disable_shuffling: false, seed: 5, pad_id: 0 }
const samples = Array.from({ length: 15 }, (_, i) => sample(3 + ((i * 37) % 90), 1000 + i))

const marks = (batches: ReturnType<ReturnType<typeof planBatches>['update']>) =>
  batches.flatMap((batch) => Array.from({ length: batch.rows }, (_, row) => batch.ids[row * batch.length])).filter((mark) => mark !== 0)

describe('buckets', () => {
  test('multiples of eight that hold every length, at most four', () => {
    const lengths = Array.from({ length: 500 }, (_, i) => 1 + ((i * 7919) % 1000))
    const buckets = chooseBuckets(lengths)
    expect(buckets.length).toBeLessThanOrEqual(4)
    expect(buckets.every((bucket) => bucket % 8 === 0)).toBe(true)
    expect(buckets).toEqual([...buckets].sort((a, b) => a - b))
    expect(buckets.at(-1)).toBe(1000)
  })

  test.each([
    [[5], [8]],
    [[16, 16, 15, 14], [16]],
    [[10, 10, 10, 10, 500, 500], [16, 504]],
    [[64, 64, 63, 62], [64]],
  ])('%j → %j', (lengths, expected) => expect(chooseBuckets(lengths)).toEqual(expected))

  test('no choice of the same number pads less', () => {
    const lengths = [8, 8, 8, 40, 40, 64, 120, 120, 120, 120, 200, 256, 256]
    const padded = (buckets: number[]) => lengths.reduce((sum, length) => sum + (buckets.find((bucket) => bucket >= length) ?? Infinity), 0)
    const chosen = chooseBuckets(lengths)
    const edges = [8, 40, 64, 120, 200, 256]
    const subsets = edges.reduce<number[][]>((all, edge) => [...all, ...all.map((one) => [...one, edge])], [[]])
    const rivals = subsets.filter((one) => one.length === chosen.length && one.at(-1) === 256)
    expect(padded(chosen)).toBe(Math.min(...rivals.map(padded)))
  })

  test('a bucket must be worth its graph', () => {
    const lengths = [...Array<number>(100).fill(512), ...Array<number>(10).fill(100)]
    expect(chooseBuckets(lengths, 4000)).toEqual([104, 512])
    expect(chooseBuckets(lengths, 5000)).toEqual([512])
  })

  test('a short run gets one length, a long one several', () => {
    const short = planBatches(samples, options)
    const long = planBatches(samples, { ...options, num_train_epochs: 1000 })
    expect(short.buckets).toEqual([88])
    expect(long.buckets.length).toBeGreaterThan(1)
    expect(long.buckets.at(-1)).toBe(88)
  })
})

describe('updates', () => {
  const plan = planBatches(samples, options)

  test('every sample once per epoch, in the order that the epoch gives to updates', () => {
    expect(plan.updatesPerEpoch).toBe(3)
    for (const epoch of [0, 1]) {
      const order = Array.from(epochOrder(samples.length, options, epoch), (i) => 1000 + i)
      const seen = [0, 1, 2].map((update) => marks(plan.update(epoch * 3 + update)))
      expect(seen.map((update) => [...update].sort())).toEqual([order.slice(0, 6), order.slice(6, 12), order.slice(12)].map((update) => [...update].sort()))
    }
  })

  test('the last update of an epoch is shorter, its last batch filled with empty rows', () => {
    const last = plan.update(2)
    expect(last).toHaveLength(2)
    const filler = last[1]
    const row = Array.from(filler.segments?.subarray(filler.length) ?? [])
    expect(new Set(row)).toEqual(new Set([0]))
    expect(new Set(filler.labels.subarray(filler.length))).toEqual(new Set([-100]))
  })

  test('a pure function of the step: a later step asked first is the same', () => {
    const again = planBatches(samples, options)
    expect(again.update(5)).toEqual(plan.update(5))
    expect(again.update(0)).toEqual(plan.update(0))
    expect(again.buckets).toEqual(plan.buckets)
  })

  test('samples of like length share a batch', () => {
    const longest = plan.update(0).map((batch) => Math.max(...Array.from({ length: batch.rows }, (_, row) => batch.segments?.subarray(row * batch.length, (row + 1) * batch.length).filter((one) => one === 1).length ?? 0)))
    expect(longest).toEqual([...longest].sort((a, b) => a - b))
  })

  test('every batch has a bucket’s length', () => {
    for (let step = 0; step < 6; step++) for (const batch of plan.update(step)) expect(plan.buckets).toContain(batch.length)
  })

  test('without shuffling the file’s order stays', () => {
    const fixed = planBatches(samples, { ...options, disable_shuffling: true, gradient_accumulation_steps: 1 })
    expect(marks(fixed.update(0)).sort()).toEqual([1000, 1001])
    expect(marks(fixed.update(7))).toEqual([1014])
  })
})

test('evaluation keeps the order and adds one length at most', () => {
  const long = [sample(10), sample(300, 2), sample(20, 3), sample(400, 4), sample(5, 5)]
  const batches = [...evalBatches(long, { rows: 2, buckets: [32, 64], pad_id: 9 })]
  expect(batches.map((batch) => batch.length)).toEqual([400, 400, 32])
  expect(batches.map((batch) => batch.ids[0])).toEqual([10, 3, 5])
  expect(batches[2].ids[32]).toBe(9)
})

test('padding', () => {
  expect(collate([sample(3, 1)], 4, 2, 0)).toEqual({
    rows: 2,
    length: 4,
    ids: Int32Array.from([1, 7, 7, 0, 0, 0, 0, 0]),
    labels: Int32Array.from([-100, 7, 7, -100, -100, -100, -100, -100]),
    positions: null,
    segments: Int32Array.from([1, 1, 1, 0, 0, 0, 0, 0]),
  })
  expect(() => collate([sample(5)], 4, 1, 0)).toThrow('5 tokens')
})
