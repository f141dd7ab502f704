/** Mixed datasets row for row as Hugging Face's `interleave_datasets` mixes them, and shares that cannot be right. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import fixture from '@/tests/fixtures/mix.json'
import { dataFields } from '@/lib/config/fields/data'
import { parseArgs } from '@/lib/config/schema'
import { mixRows, type MixSettings } from '@/lib/datasets/mix'
import { UserError } from '@/lib/errors'

const cases = z.array(z.object({
  lengths: z.array(z.number()),
  interleave_probs: z.array(z.string()).nullable(),
  seed: z.number(),
  mix_strategy: z.enum(dataFields.mix_strategy.options),
  rows: z.array(z.number()),
})).parse(fixture.cases)

test.each(cases)('$mix_strategy of $lengths with $interleave_probs, seed $seed', ({ lengths, rows, ...settings }) => expect(mixRows(lengths, settings)).toEqual(rows))

const settings = (change: Partial<MixSettings>): MixSettings => ({ mix_strategy: 'concat', interleave_probs: null, seed: 42, ...change })

test('joined one after the other; a single dataset is itself, whatever the strategy', () => {
  expect(mixRows([2, 3], settings({}))).toEqual([0, 1, 2, 3, 4])
  expect(mixRows([3], settings({ mix_strategy: 'interleave_over', interleave_probs: ['1'] }))).toEqual([0, 1, 2])
})

test('a ratio of agent data to general data', () => {
  // One row in five of agent data, as long as there is agent data.
  const rows = mixRows([200, 10_000], settings({ mix_strategy: 'interleave_under', interleave_probs: ['0.2', '0.8'] }))
  const agent = rows.filter((row) => row < 200).length
  expect(agent).toBe(200)
  expect(agent / rows.length).toBeCloseTo(0.2, 1)
})

test('a mix that would hardly ever end is refused', () => {
  const endless = settings({ mix_strategy: 'interleave_over', interleave_probs: ['0.999999999', '0.000000001'] })
  expect(() => mixRows([5, 5], endless)).toThrow(UserError)
  expect(mixRows([2, 5], { ...endless, mix_strategy: 'interleave_under' })).toEqual([0, 1])
})

describe('shares in a configuration', () => {
  const base = { model_name_or_path: 'm', template: 'chatml', dataset: 'a,b', output_dir: 'o', do_train: true, mix_strategy: 'interleave_under' }
  const faultOf = (change: object) => {
    const parsed = parseArgs({ ...base, ...change })
    return parsed.ok ? null : parsed.faults[0]
  }

  test.each<[object, string | null]>([
    [{ interleave_probs: '0.2,0.8' }, null],
    [{ interleave_probs: [0.2, 0.8] }, null],
    [{ interleave_probs: '1e-1,0.9' }, null],
    [{ interleave_probs: '0,1' }, null],
    [{ interleave_probs: '0,1', mix_strategy: 'interleave_once' }, 'shares_never'],
    [{ interleave_probs: '0.2,0.8', mix_strategy: 'concat' }, 'key_needs'],
    [{ interleave_probs: '0.2,0.3,0.5' }, 'shares_count'],
    [{ interleave_probs: '0.2,0.8', eval_dataset: 'c' }, 'shares_count'],
    [{ interleave_probs: '0.2,0.7' }, 'shares_invalid'],
    [{ interleave_probs: '-0.2,1.2' }, 'shares_invalid'],
    [{ interleave_probs: 'half,half' }, 'shares_invalid'],
  ])('%j', (change, code) => expect(faultOf(change)?.code ?? null).toBe(code))
})
