/** Slices of splits: the rows that Hugging Face datasets takes (`tests/fixtures/make_splits.py`). */
import { expect, test } from 'vitest'
import { z } from 'zod'
import fixture from '@/tests/fixtures/splits.json'
import { readSplit, sliceRange } from '@/lib/datasets/split'

const cases = z.array(z.object({ split: z.string(), count: z.number(), rows: z.array(z.number()) })).parse(fixture.cases)

test.each(cases)('$split of $count rows', ({ split, count, rows }) => {
  const read = readSplit(split)
  expect(read?.split).toBe('train')
  const ranges = read?.slices.map((slice) => sliceRange(slice, count)) ?? []
  expect(ranges.flatMap(([from, to]) => Array.from({ length: Math.max(to - from, 0) }, (_, i) => from + i))).toEqual(rows)
})

test.each(['train[', 'train[5]', 'train[a:b]', 'train[:10]+test[:10]', 'train[:200%]', '[:10]', 'train[1.5:]', '+'])('%s cannot be read', (text) => expect(readSplit(text)).toBeNull())

test.each(['train', 'validation', 'train_sft', 'auto.converted-split'])('%s is a whole split', (text) => expect(readSplit(text)).toEqual({ split: text, slices: [] }))
