/**
 * Forms of LLaMA Board as its Save writes them, beside the settings that its runner would start the trainer with (`tests/fixtures/make_board_cases.py` asked both of
 * LLaMA-Factory 0.9.5): taken over here, either file means the same.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { fieldOf, isKey, keys, same, type Key } from '@/lib/config/fields'
import { readExtra } from '@/lib/config/extra'
import { importSettings, type Imported } from '@/lib/config/import'

interface Case {
  name: string
  /** Elements in which the form differs from the first one. */
  changes: Record<string, unknown>
  args: Record<string, unknown>
}
const fixture = JSON.parse(readFileSync(path.resolve('tests/fixtures/llamaboard_cases.json'), 'utf8')) as { first: Record<string, unknown>; cases: Case[] }

/** What its runner says whatever the form holds, and the path that its Save leaves out. */
const runners: readonly string[] = ['preprocessing_num_workers', 'trust_remote_code', 'ddp_timeout', 'include_num_input_tokens_seen', 'model_name_or_path', 'double_quantization', 'cache_dir']

function taken(values: Record<string, unknown>): Imported {
  const { imported, faults } = importSettings(JSON.stringify(values))
  if (imported === null) throw new Error(JSON.stringify(faults))
  return imported
}

/** The settings that are not at their defaults, as the trainer would have them. */
function meant({ args, extra_args }: Imported): Partial<Record<Key, unknown>> {
  const extra = readExtra(extra_args)
  const all = { ...args, ...(extra.ok ? extra.values : {}) }
  const read = keys.map((key) => [key, fieldOf(key).schema.safeParse(all[key]).data ?? all[key]] as const)
  return Object.fromEntries(read.filter(([key, value]) => !runners.includes(key) && !same(value, fieldOf(key).default)))
}

describe('a form that LLaMA Board saved', () => {
  it.each(fixture.cases)('$name: means what its runner would start', ({ changes, args }) => {
    const form = taken({ ...fixture.first, ...changes })
    const started = taken(args)
    expect(meant(form)).toEqual(meant(started))
    expect(form.left_out).toEqual([])
    expect(started.faults.filter(({ code }) => code === 'unknown_key')).toEqual([])
    expect(Object.keys(args).filter((key) => !isKey(key))).toEqual([])
  })
})
