/** Streamed rows in the order in which Hugging Face's IterableDataset gives them (`tests/fixtures/make_stream.py`). */
import { expect, test } from 'vitest'
import { z } from 'zod'
import fixture from '@/tests/fixtures/stream.json'
import { dataFields } from '@/lib/config/fields/data'
import { streamedRows } from '@/lib/datasets/stream'

const cases = z.array(z.object({
  lengths: z.array(z.number()),
  buffer_size: z.number(),
  interleave_probs: z.array(z.string()).nullable(),
  seed: z.number(),
  mix_strategy: z.enum(dataFields.mix_strategy.options),
  passes: z.array(z.array(z.number())),
})).parse(fixture.cases)

test.each(cases)('$mix_strategy of $lengths, $interleave_probs, buffer $buffer_size, seed $seed', ({ lengths, passes, ...settings }) => {
  expect(passes.map((_, pass) => [...streamedRows(lengths, settings, pass)])).toEqual(passes)
})

test('without replacement every row comes once', () => {
  const rows = [...streamedRows([5, 3, 9], { mix_strategy: 'interleave_once', interleave_probs: ['0.2', '0.3', '0.5'], seed: 1, buffer_size: 1 }, 0)]
  expect(rows.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 17 }, (_, i) => i))
})

test('rows are made while they are asked for', () => {
  const rows = streamedRows([2 ** 40], { mix_strategy: 'concat', interleave_probs: null, seed: 1, buffer_size: 16384 }, 0)
  expect(Array.from({ length: 100 }, () => rows.next().value).every((row) => row !== undefined && row < 16384 + 100)).toBe(true)
})
