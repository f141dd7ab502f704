/** Rows of the stages beside supervised fine-tuning, from their files to batches: texts in a stream, pairs, and rated answers with their neighbours' answers. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { UserError } from '@/lib/errors'
import { encodeTexts } from '@/lib/samples/pretrain'
import { sentence } from '@/lib/messages'
import { buildBundle, bundleIsFresh } from '@/scripts/setup/bundles.mjs'
import { loadData } from '@/trainer/data/data'
import type { DataArgs } from '@/trainer/data/args'
import { collate } from '@/trainer/data/encode'
import { templateFor } from '@/trainer/tokenizer/own-template'
import { loadTokenizer } from '@/trainer/tokenizer/tokenizer'

const model = path.resolve('data/models/starter')
const template = templateFor(model, await loadTokenizer(model), { template: 'chatml' })
const { tokenizer } = template
const args = (dataset: string, stage: DataArgs['stage'], rest: Partial<DataArgs> = {}): DataArgs => ({ dataset: [dataset], dataset_dir: 'data', cutoff_len: 256, seed: 1, stage, ...rest })
const sentenceOf = async (given: DataArgs) => {
  const error: unknown = await loadData(given, template).catch((thrown: unknown) => thrown)
  return error instanceof UserError ? sentence(error.fault, 'en') : String(error)
}

let folder = ''
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'stages-'))
  if (!bundleIsFresh('tokens')) await buildBundle('tokens')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('pre-training', () => {
  const texts = readFileSync('data/demo_diary.txt', 'utf8').split('\n').filter((line) => line !== '')

  test('joins all texts into one stream and cuts it, as the reference does', async () => {
    const { train } = await loadData(args('demo_diary', 'pt', { cutoff_len: 64 }), template)
    expect(Array.from(train, ({ ids }) => [...ids])).toEqual(encodeTexts(texts, template, 64, true, false))
    for (const { ids, labels } of train) expect([...labels]).toEqual([...ids].map((id) => (id === tokenizer.pad?.id ? -100 : id)))
  })

  test('has a row for each text without packing, and makes the same of tokens on disk', async () => {
    const { train } = await loadData(args('demo_diary', 'pt', { packing: false }), template)
    expect(Array.from(train, ({ ids }) => [...ids])).toEqual(encodeTexts(texts, template, 256, false, false))
    const kept = args('demo_diary', 'pt', { cutoff_len: 64, model_name_or_path: model, tokenized_path: path.join(folder, 'texts') })
    expect([...(await loadData(kept, template)).train]).toEqual([...(await loadData(args('demo_diary', 'pt', { cutoff_len: 64 }), template)).train])
  })

  test('says when the texts do not fill one row', async () => {
    expect(await sentenceOf(args('demo_diary', 'pt', { cutoff_len: 2048, max_samples: 5 }))).toBe(
      'The texts of demo_diary do not fill one row of cutoff_len = 2048 tokens; lower cutoff_len, or switch packing off.',
    )
  })
})

describe('pairs', () => {
  test('come as two texts that begin alike, in both halves of a batch; tokens on disk are the same', async () => {
    const { train } = await loadData(args('demo_dpo', 'dpo', { max_samples: 20 }), template)
    expect(train).toHaveLength(20)
    const first = train.at(0) ?? expect.fail('no sample')
    expect(tokenizer.decode([...first.ids], true)).toContain('王芳养两只猫')
    expect(tokenizer.decode([...(first.other?.ids ?? [])], true)).toContain('罗莎养两只猫')
    const batch = collate([first], 256, 2, 0)
    expect([batch.rows, [...batch.ids.subarray(0, first.ids.length)], [...batch.ids.subarray(512, 512 + (first.other?.ids.length ?? 0))]]).toEqual([4, [...first.ids], [...(first.other?.ids ?? [])]])
    expect([batch.segments?.[256], batch.segments?.[768]]).toEqual([0, 0]) // filling, in both halves
    const kept = args('demo_dpo', 'rm', { max_samples: 20, model_name_or_path: model, tokenized_path: path.join(folder, 'pairs') })
    expect([...(await loadData(kept, template)).train]).toEqual([...train])
  })
})

test('a rated answer comes with the answer of the row before it after its own prompt; the first takes the last', async () => {
  const { train } = await loadData(args('demo_kto', 'kto', { max_samples: 6 }), template)
  const rows = readFileSync('data/demo_kto.jsonl', 'utf8').split('\n').slice(0, 6).map((line) => JSON.parse(line) as { messages: { content: string }[]; label: boolean })
  for (const [i, { ids, labels, other, wanted }] of [...train].entries()) {
    const learned = (text: { ids: Int32Array; labels: Int32Array } | undefined) => tokenizer.decode([...(text?.ids ?? [])].filter((_, at) => text?.labels[at] !== -100), true)
    expect(learned({ ids, labels })).toContain(rows[i].messages.at(-1)?.content)
    expect(learned(other)).toContain(rows.at(i - 1)?.messages.at(-1)?.content)
    expect(wanted).toBe(rows[i].label)
  }
  expect([...(collate([...train], 256, 6, 0).wanted ?? [])]).toEqual(rows.map(({ label }) => Number(label)))
})

test.each<[string, DataArgs['stage'], string]>([
  ['identity', 'dpo', 'it holds questions and answers, which are for stage sft, not for dpo'],
  ['demo_kto', 'rm', 'it holds single answers rated good or bad, which are for stage kto, not for rm'],
  ['demo_dpo', 'pt', 'it holds pairs of answers to rank, which are for stage dpo or rm, not for pt'],
  ['demo_stories', 'kto', 'plain texts are for stage pt, not for kto'],
])('%s does not fit stage %s, and says which it fits', async (dataset, stage, words) => {
  expect(await sentenceOf(args(dataset, stage))).toContain(words)
})

test('a row that is of no use to its stage is left out by name', async () => {
  const rows = [{ instruction: 'a', chosen: 'b', rejected: 'c' }, { instruction: 'a', chosen: 'b' }, { instruction: 'a', chosen: 'b', rejected: 5 }]
  writeFileSync(path.join(folder, 'd.json'), JSON.stringify(rows))
  writeFileSync(path.join(folder, 'dataset_info.json'), '{"d": {"file_name": "d.json", "ranking": true, "columns": {"prompt": "instruction", "chosen": "chosen", "rejected": "rejected"}}}')
  const { train, skipped } = await loadData({ ...args('d', 'dpo'), dataset_dir: folder }, template)
  expect([train.length, skipped.map(({ row }) => row)]).toEqual([1, [2, 3]])
})
