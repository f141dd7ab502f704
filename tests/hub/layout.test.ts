/** Subsets and splits of repositories, beside those that the `datasets` library finds (tests/fixtures/make_hub_layouts.py). */
import { describe, expect, test } from 'vitest'
import { readCard } from '@/lib/hub/card'
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
