/** Tokens made by workers and kept on disk are those that this process makes, row for row; and when they are used again. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { UserError } from '@/lib/errors'
import { buildBundle, bundleIsFresh } from '@/scripts/setup/bundles.mjs'
import { chooseRows, encodeData, loadData } from '@/trainer/data/data'
import type { DataArgs } from '@/trainer/data/args'
import { planBatches } from '@/trainer/data/encode'
import type { Sample } from '@/trainer/data/samples'
import { templateFor } from '@/trainer/tokenizer/own-template'
import { loadTokenizer } from '@/trainer/tokenizer/tokenizer'
import { packWords, unpackWords } from '@/trainer/tokens/words'
import { tokenWriter } from '@/trainer/tokens/writer'

const model = path.resolve('data/models/starter')
const template = templateFor(model, await loadTokenizer(model), { template: 'chatml' })
let folder = ''

beforeAll(async () => {
  if (!bundleIsFresh('tokens')) await buildBundle('tokens')
})
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tokens-'))
  vi.stubEnv('TUNEBOARD_CACHE', path.join(folder, 'cache'))
  const row = (i: number) => ({ instruction: `What is ${i}? ${'词 word '.repeat(i % 50)}`, input: '', output: i % 97 === 5 ? 7 : i % 89 === 3 ? null : `It is ${'x'.repeat(i % 200)} ${i}.` })
  const lines = Array.from({ length: 3000 }, (_, i) => (i % 501 === 100 ? '{"instruction": "damaged' : JSON.stringify(row(i))))
  writeFileSync(path.join(folder, 'd.jsonl'), lines.join('\n'))
  writeFileSync(path.join(folder, 'dataset_info.json'), '{"d": {"file_name": "d.jsonl"}}')
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

const args = (rest: Partial<DataArgs> = {}): DataArgs & { template: string } => ({ dataset: ['d'], dataset_dir: folder, cutoff_len: 100, seed: 3, template: 'chatml', ...rest })
const onDisk = (rest: Partial<DataArgs> = {}) => args({ model_name_or_path: model, tokenized_path: path.join(folder, 'tokens'), preprocessing_num_workers: 2, ...rest })
const load = async (given: DataArgs) => {
  const { train, evals, ...told } = await loadData(given, template)
  return { lists: [[...train], ...evals.map(({ samples }) => [...samples])], names: evals.map(({ name }) => name), told }
}
/** The first samples that differ, which says more than thousands printed, and sooner. */
const difference = (some: Sample[][], others: Sample[][]) =>
  some.flatMap((samples, list) => Array.from({ length: Math.max(samples.length, others[list].length) }, (_, at) => [samples[at], others[list][at]])).find((pair) => !isDeepStrictEqual(pair[0], pair[1]))

describe('workers', () => {
  test.each<[string, Partial<DataArgs>]>([
    ['all rows', {}],
    ['a validation split and a limit', { val_size: 0.1, max_samples: 2500 }],
    ['packed rows', { neat_packing: true }],
    ['learned prompts', { train_on_prompt: true }],
  ])('%s: the same samples, faults and counts as without', async (_, rest) => {
    // Their number decides which rows can share a packed one, wherever the tokens are made.
    const here = await load(args({ ...rest, preprocessing_num_workers: 2 }))
    const there = await load(onDisk(rest))
    expect(here.told.skipped.length).toBeGreaterThan(30)
    expect(there.told).toEqual(here.told)
    expect(there.names).toEqual(here.names)
    expect(difference(there.lists, here.lists)).toBeUndefined()
  })

  test('batches from disk are those from memory', async () => {
    const options = { per_device_train_batch_size: 4, gradient_accumulation_steps: 2, num_train_epochs: 2, max_steps: -1, disable_shuffling: false, seed: 5, pad_id: 0 }
    const [here, there] = [planBatches((await loadData(args(), template)).train, options), planBatches((await loadData(onDisk(), template)).train, options)]
    expect(there.buckets).toEqual(here.buckets)
    for (const step of [0, 1, 100, here.updatesPerEpoch, 2 * here.updatesPerEpoch - 1]) expect(there.update(step)).toEqual(here.update(step))
  })

  test('asked to stop, they leave nothing behind', async () => {
    const run = encodeData(await chooseRows(onDisk()), onDisk(), template, () => {
      throw new Error('stopped')
    })
    await expect(run).rejects.toThrow('stopped')
    expect(readdirSync(folder).filter((name) => name.startsWith('tokens'))).toEqual([])
  })

  test('a damaged file is the fault that it is without them', async () => {
    writeFileSync(path.join(folder, 'dataset_info.json'), '{"d": {"file_name": "d.json"}}')
    writeFileSync(path.join(folder, 'd.json'), `[${'{"instruction": "a", "input": "", "output": "b"},\n'.repeat(2000)}{"instruction" 1}]`)
    for (const given of [args(), onDisk()]) await expect(loadData(given, template)).rejects.toThrow('dataset_not_json')
  })
})

describe('tokens that are there', () => {
  const marked = () => utimesSync(path.join(folder, 'tokens/samples.bin'), 1, 1)
  const isMarked = () => statSync(path.join(folder, 'tokens/samples.bin')).mtimeMs === 1000

  test('are used again, unless they are to be made anew', async () => {
    const first = await load(onDisk())
    marked()
    const second = await load(onDisk())
    expect(second.told).toEqual(first.told)
    expect(difference(second.lists, first.lists)).toBeUndefined()
    expect(isMarked()).toBe(true)
    await load(onDisk({ overwrite_cache: true }))
    expect(isMarked()).toBe(false)
  })

  test.each<[string, () => Partial<DataArgs>]>([
    ['another cut-off', () => ({ cutoff_len: 50 })],
    ['other rows', () => ({ max_samples: 10 })],
    ['another file', () => (writeFileSync(path.join(folder, 'd.jsonl'), '{"instruction": "a", "input": "", "output": "b"}'), {})],
    ['another system text', () => ({ default_system: 'Be brief.' }) as Partial<DataArgs>],
  ])('are refused for %s where a path names them', async (_, change) => {
    await loadData(onDisk(), template)
    const given = onDisk(change())
    const changed = templateFor(model, await loadTokenizer(model), given)
    const error: unknown = await loadData(given, changed).catch((thrown: unknown) => thrown)
    expect(error instanceof UserError && error.fault).toMatchObject({ code: 'tokens_of_others', values: { path: path.join(folder, 'tokens') }, field: 'tokenized_path' })
  })

  test.each(['samples.bin', 'sizes.bin'])('are made anew where %s is cut short', async (name) => {
    const first = await load(onDisk())
    truncateSync(path.join(folder, 'tokens', name), 400)
    expect(difference((await load(onDisk())).lists, first.lists)).toBeUndefined()
  })

  test('leave alone what else lies in their folder, and are refused for a note of another kind', async () => {
    mkdirSync(path.join(folder, 'tokens'))
    writeFileSync(path.join(folder, 'tokens/diary.txt'), 'mine')
    await loadData(onDisk(), template)
    await loadData(onDisk({ overwrite_cache: true }), template)
    expect(readdirSync(path.join(folder, 'tokens')).sort()).toEqual(['diary.txt', 'samples.bin', 'sizes.bin', 'tokens.json'])
    writeFileSync(path.join(folder, 'tokens/tokens.json'), '{"a": 1}')
    await expect(loadData(onDisk(), template)).rejects.toThrow('tokens_of_others')
  })

  test('small datasets have none', async () => {
    await loadData({ ...onDisk(), tokenized_path: null }, template)
    expect(existsSync(path.join(folder, 'cache/data/tokens'))).toBe(false)
  })
})

test('samples as words, labels of every kind', () => {
  const samples = [
    { ids: [1, 2, 3, 4, 5], labels: [-100, -100, 3, 4, 5] },
    { ids: [1, 2, 3, 4, 5], labels: [9, 2, -100, 4, -100] },
    { ids: [7], labels: [-100] },
    { ids: [], labels: [] },
  ].map(({ ids, labels }) => ({ ids: Int32Array.from(ids), labels: Int32Array.from(labels) }))
  for (const sample of samples) expect(unpackWords(packWords(sample))).toEqual(sample)
})

describe('where tokens go', () => {
  const faultOf = async (given: DataArgs) => {
    const error: unknown = await loadData(given, template).catch((thrown: unknown) => thrown)
    return error instanceof UserError ? error.fault : error
  }

  test('a killed process leaves nothing for ever: its half is taken away by the next', async () => {
    const gone = `${path.join(folder, 'tokens')}.4194303.tmp` // no process has this number
    const living = `${path.join(folder, 'tokens')}.1.tmp`
    const others = `${path.join(folder, 'tokens')}.old.tmp`
    for (const name of [gone, living, others]) mkdirSync(name)
    await loadData(onDisk(), template)
    expect([gone, living, others].map((name) => existsSync(name))).toEqual([false, true, true])
  })

  test('a path at or below a file is a fault before any token is made', async () => {
    writeFileSync(path.join(folder, 'a-file'), '')
    for (const name of ['a-file', 'a-file/tokens', 'a-file/deeper/tokens']) {
      expect(await faultOf(onDisk({ tokenized_path: path.join(folder, name) }))).toMatchObject({ code: 'tokens_no_place', field: 'tokenized_path', values: { path: path.join(folder, name) } })
    }
    expect(statSync(path.join(folder, 'a-file')).size).toBe(0)
  })

  test('a disk that is full ends the work with its sentence, and nothing is left', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    let room = 4000
    const writer = tokenWriter(path.join(folder, 'tokens'), 'key', (_, bytes) => {
      if ((room -= bytes.length) < 0) throw full
      return bytes.length
    })
    const piece = { lengths: new Int32Array(100).fill(1), sizes: new Int32Array(100).fill(5), words: new Int32Array(500), skipped: [], truncated: 0, unlearnable: 0 }
    writer.add(piece)
    expect(() => writer.add(piece)).toThrow('disk_full')
    writer.drop()
    expect(readdirSync(folder).filter((name) => name.startsWith('tokens'))).toEqual([])
  })
})
