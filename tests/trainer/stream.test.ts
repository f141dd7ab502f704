/** Streamed rows: the samples that a list of the same rows gives, in the stream's order, from any place on; and what keeps rows from being streamed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseArgs } from '@/lib/config/schema'
import { streamedRows } from '@/lib/datasets/stream'
import { chooseRows, encodeData, loadData, surveyData } from '@/trainer/data/data'
import type { DataArgs } from '@/trainer/data/args'
import type { Sample } from '@/trainer/data/samples'
import { templateFor } from '@/trainer/tokenizer/own-template'
import { streamBatches } from '@/trainer/data/stream-batches'
import { loadTokenizer } from '@/trainer/tokenizer/tokenizer'

const model = path.resolve('data/models/starter')
const template = templateFor(model, await loadTokenizer(model), { template: 'chatml' })
const ROWS = 300
/** Rows, from 0, that cannot be used. */
const broken = (i: number) => i % 29 === 7
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'stream-'))
  const line = (i: number) => (broken(i) ? '{"instruction": "damaged' : JSON.stringify({ instruction: `What is ${i}? ${'词 '.repeat(i % 40)}`, input: '', output: `It is ${i}.` }))
  const write = (name: string, from: number, to: number) => writeFileSync(path.join(folder, name), Array.from({ length: to - from }, (_, i) => line(from + i)).join('\n'))
  write('all.jsonl', 0, ROWS)
  write('first.jsonl', 0, 100)
  write('rest.jsonl', 100, ROWS)
  writeFileSync(path.join(folder, 'dataset_info.json'), '{"all": {"file_name": "all.jsonl", "num_samples": 5}, "first": {"file_name": "first.jsonl"}, "rest": {"file_name": "rest.jsonl"}}')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const args = (rest: Partial<DataArgs> = {}): DataArgs => ({ dataset: ['all'], dataset_dir: folder, cutoff_len: 60, seed: 7, streaming: true, buffer_size: 32, ...rest })

async function streamOf(given: DataArgs) {
  const { stream, evals } = await encodeData(await chooseRows(given), given, template)
  if (!stream) throw new Error('no stream')
  return { ...stream, evals }
}

/** Every row's sample, by its number. */
async function samples(): Promise<(Sample | undefined)[]> {
  const { train } = await loadData({ ...args(), dataset: ['first', 'rest'], streaming: false, packing: false }, template)
  const kept = [...train]
  return Array.from({ length: ROWS }, (_, i) => (broken(i) ? undefined : kept.shift()))
}

const order = (pass: number, lengths = [ROWS], rest: Partial<Parameters<typeof streamedRows>[1]> = {}) =>
  [...streamedRows(lengths, { mix_strategy: 'concat', interleave_probs: null, seed: 7, buffer_size: 32, ...rest }, pass)].filter((row) => !broken(row))

describe('a stream', () => {
  test('gives every usable row once a pass, in an order of the pass, and tells of the others once', async () => {
    const { stream } = await streamOf(args())
    const all = await samples()
    for (const pass of [0, 1, 2]) {
      const rows = order(pass)
      expect(await stream.take(ROWS + 50)).toEqual(rows.map((row) => all[row]))
    }
    const told = stream.notes()
    expect(told.map((line) => Number(/row (\d+)/.exec(line)?.[1])).toSorted((a, b) => a - b)).toEqual(Array.from({ length: ROWS }, (_, i) => i + 1).filter((row) => broken(row - 1)))
    expect(stream.notes()).toEqual([])
    await stream.close()
  })

  test.each<[string, Partial<DataArgs>]>([
    ['one by one', {}],
    ['packed', { packing: true, preprocessing_batch_size: 70 }],
    ['interleaved', { dataset: ['first', 'rest'], mix_strategy: 'interleave_over', interleave_probs: ['0.7', '0.3'] }],
  ])('goes on from any place: %s', async (_, rest) => {
    const { stream } = await streamOf(args(rest))
    const unbroken: { place: ReturnType<typeof stream.place>; samples: Sample[] }[] = []
    for (let i = 0; i < 60; i++) unbroken.push({ place: stream.place(), samples: await stream.take(11) })
    await stream.close()
    const other = (await streamOf(args(rest))).stream
    for (const at of [37, 5, 59, 0, 24]) {
      await other.seek(structuredClone(unbroken[at].place))
      for (let i = at; i < Math.min(at + 8, 60); i++) expect(await other.take(11)).toEqual(unbroken[i].samples)
    }
    await other.close()
  })

  test('never trains on the rows that it evaluates on', async () => {
    const { stream, evals } = await streamOf(args({ val_size: 20 }))
    const all = await samples()
    const held = [...streamedRows([ROWS], { mix_strategy: 'concat', interleave_probs: null, seed: 7, buffer_size: 32 }, 0)].slice(0, 20)
    expect([...evals[0].samples]).toEqual(held.filter((row) => !broken(row)).map((row) => all[row]))
    for (const pass of [0, 1]) expect(await stream.take(ROWS)).toEqual(order(pass).filter((row) => !held.includes(row)).map((row) => all[row]))
    await stream.close()
  })

  test('comes in batches of few lengths, each of which holds the samples of its update', async () => {
    const looked = await streamOf(args())
    const settings = { per_device_train_batch_size: 4, gradient_accumulation_steps: 2, max_steps: 100, cutoff_len: 60, packing: null, neat_packing: false, stage: 'sft' as const }
    const { buckets, update, examples } = streamBatches(looked, settings, 0)
    expect(examples).toBe(800)
    expect(buckets.at(-1)).toBe(64)
    const batches = await update(0)
    const rows = order(0).slice(0, 8)
    const all = await samples()
    expect(batches).toHaveLength(2)
    expect(batches.every(({ length, rows: count }) => buckets.includes(length) && count === 4)).toBe(true)
    const texts = batches.flatMap(({ ids, segments, length }) => [0, 1, 2, 3].map((row) => [...ids.subarray(row * length, (row + 1) * length)].filter((_, i) => segments?.[row * length + i]).join()))
    expect(texts.toSorted()).toEqual(rows.map((row) => all[row]?.ids.join() ?? '').toSorted())
    await looked.stream.close()
  })

  test('is surveyed without a list of its rows', async () => {
    const survey = await surveyData(args({ val_size: 20 }))
    expect(survey.examples + survey.eval_examples + survey.skipped.length).toBe(ROWS)
  })

  test('without one usable row is a fault', async () => {
    writeFileSync(path.join(folder, 'all.jsonl'), '{"instruction": "a", "input": "", "output": null}\n'.repeat(4))
    await expect(chooseRows(args())).rejects.toThrow('dataset_unsupported')
  })

  test('says so when its file has another number of rows than when it was left', async () => {
    const { stream } = await streamOf(args())
    await stream.seek({ pass: 0, row: 64, sample: 3, rows: 299 })
    expect(stream.notes()[0]).toContain('299')
    await stream.close()
  })
})

describe('the configuration', () => {
  const given = { model_name_or_path: 'm', dataset: 'd', output_dir: 'o', do_train: true, stage: 'sft', template: 'qwen', finetuning_type: 'lora', streaming: true, max_steps: 10 }
  test.each([
    ['no number of steps', { max_steps: -1 }, 'key_needs', 'max_steps'],
    ['a share of the rows', { val_size: 0.1 }, 'streaming_share', 'val_size'],
    ['a limit of rows', { max_samples: 10 }, 'streaming_excludes', 'max_samples'],
    ['tokens that are kept', { tokenized_path: 't' }, 'streaming_excludes', 'tokenized_path'],
  ])('is refused for %s', (_, change, code, field) => {
    const parsed = parseArgs({ ...given, ...change })
    expect(parsed.ok ? [] : parsed.faults).toMatchObject([{ code, field }])
  })
  test('is taken otherwise', () => expect(parseArgs({ ...given, val_size: 10 }).ok).toBe(true))
})
