/** Subsets and splits of repositories, beside those that the `datasets` library finds (tests/fixtures/make_hub_layouts.py). */
import { describe, expect, test } from 'vitest'
import { entrySchema, refKeys, resolveEntry } from '@/lib/datasets/info'
import { mappingSchema } from '@/lib/datasets/mapping'
import { readCard } from '@/lib/hub/card'
import { knownById, knownDatasets } from '@/lib/hub/known'
import { filesOf, layoutOf } from '@/lib/hub/layout'
import { readId, refSchema } from '@/lib/hub/ref'
import layouts from '@/tests/fixtures/hub/layouts.json'

interface Case {
  files: string[]
  readme?: string
  folder?: string
  configs: { name: string; is_default: boolean; splits: { name: string; files: string[] }[] }[]
}

const cases: Case[] = layouts

describe('subsets and splits', () => {
  test.each(cases.map((one, i) => [i, one.files.slice(0, 3).join(' '), one] as const))('%i: %s', (_, __, { files, readme, folder, configs }) => {
    const card = readCard(readme === undefined ? '' : `---\n${readme}\n---\n# Data\n`)
    expect(card.problem).toBeNull()
    expect(layoutOf(files, card.configs, folder ?? null)).toEqual(configs)
  })
})

const ref = { hub: 'huggingface' as const, id: 'org/name', revision: null, subset: null, split: 'train', folder: null }

test('what is not there is named, with what is', () => {
  const configs = layoutOf(['en.jsonl', 'zh.jsonl'], readCard('---\nconfigs:\n- {config_name: en, data_files: en.jsonl}\n- {config_name: zh, data_files: zh.jsonl}\n---\n').configs, null)
  expect(() => filesOf(configs, ref)).toThrow(/hub_subset_needed.*en, zh/)
  expect(() => filesOf(configs, { ...ref, subset: 'fr' })).toThrow(/hub_subset_missing/)
  expect(() => filesOf(configs, { ...ref, subset: 'zh', split: 'test' })).toThrow(/hub_split_missing.*train/)
  expect(filesOf(configs, { ...ref, subset: 'zh' })).toEqual(['zh.jsonl'])
  expect(() => filesOf(layoutOf(['model.bin'], [], null), ref)).toThrow(/hub_no_rows/)
})

test('a damaged card is only text', () => {
  expect(readCard('---\nconfigs: [\n---\ntext')).toMatchObject({ configs: [], body: 'text', problem: expect.any(String) })
  expect(readCard('---\nconfigs: yes\n---\ntext')).toMatchObject({ configs: [], problem: expect.stringContaining('configs') })
  expect(readCard('no head')).toEqual({ configs: [], problem: null, body: 'no head' })
})

test('names that a person types or pastes', () => {
  expect(readId(' org/name ')).toEqual({ id: 'org/name', hub: null })
  expect(readId('https://huggingface.co/datasets/org/name/tree/main')).toEqual({ id: 'org/name', hub: 'huggingface' })
  expect(readId('https://www.modelscope.cn/datasets/org/na.me')).toEqual({ id: 'org/na.me', hub: 'modelscope' })
  for (const bad of ['', '../x', 'a/b/c', 'a b/c', '/etc', 'a/..', 'https://evil/x', 'org/na--me']) expect(() => readId(bad)).toThrow(/hub_id_invalid/)
  for (const bad of ['../main', '/x', 'a..b']) expect(refSchema.safeParse({ ...ref, revision: bad }).success).toBe(false)
})

test('an entry says the rows that it was made for', () => {
  const refs = [ref, { ...ref, hub: 'modelscope' as const, subset: 'zh', split: 'test', revision: 'v2', folder: 'data' }]
  for (const one of refs) {
    const entry = JSON.parse(JSON.stringify(refKeys(one)))
    expect(resolveEntry('x', entrySchema.parse(entry)).hub).toEqual(one)
  }
  expect(JSON.stringify(refKeys(ref))).toBe('{"hf_hub_url":"org/name"}')
})

test('an entry of both hubs means the preferred one; a name that climbs out means none', () => {
  const both = entrySchema.parse({ hf_hub_url: 'a/b', ms_hub_url: 'c/d' })
  expect([resolveEntry('x', both).hub?.id, resolveEntry('x', both, 'modelscope').hub?.id]).toEqual(['a/b', 'c/d'])
  for (const bad of ['../../etc', '/etc/passwd', 'a/../b', 'https://evil/x']) expect(resolveEntry('x', entrySchema.parse({ hf_hub_url: bad })).hub).toBeNull()
})

test('the well-known datasets are whole: a place on a hub and a mapping each', () => {
  for (const { refs, mapping } of knownDatasets) {
    expect(Object.values(refs).map((one) => refSchema.parse(one)).length).toBeGreaterThan(0)
    mappingSchema.parse(mapping)
  }
  expect(knownById('huggingface', 'HuggingFaceH4/ultrachat_200k')).toMatchObject({ name: 'ultrachat_200k', refs: { huggingface: { split: 'train_sft' } }, mapping: { formatting: 'sharegpt', columns: { messages: 'messages' } } })
})
