/** Datasets on disk to samples, every row accounted for; and each kind of bad input, as the fault that the user sees. */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Fault, UserError } from '@/lib/errors'
import { sentence, words } from '@/lib/messages'
import { prepareTemplate } from '@/lib/templates/template'
import { chooseRows, encodeData, loadData as load } from '@/trainer/data/data'
import type { DataArgs } from '@/trainer/data/args'
import { listDatasets } from '@/trainer/data/listing'
import { findDataset, readInfo } from '@/trainer/data/dataset-files'
import { previewRows } from '@/trainer/inspect/preview'
import { numpyPermutation } from '@/lib/numpy'
import { rowDrawer, splitRows } from '@/trainer/data/split'
import { byteTokenizer } from '../lib/own-tokenizers'

const template = prepareTemplate(byteTokenizer(), { template: 'default' })
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'data-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (name: string, value: unknown) => writeFileSync(path.join(folder, name), typeof value === 'string' ? value : JSON.stringify(value))
const info = (entries: Record<string, unknown>) => write('dataset_info.json', entries)
const args = (rest: Partial<DataArgs> = {}): DataArgs => ({ dataset: ['d'], dataset_dir: folder, cutoff_len: 200, seed: 42, ...rest })
const good = (i: number) => ({ instruction: `q${i}`, input: '', output: `a${i}` })
const rows = (count: number) => Array.from({ length: count }, (_, i) => good(i))
const text = (ids: Int32Array) => template.tokenizer.decode([...ids])

/** With samples as arrays. */
const loadData = async (...given: Parameters<typeof load>) => {
  const data = await load(...given)
  return { ...data, train: [...data.train], evals: data.evals.map(({ name, samples }) => ({ name, samples: [...samples] })) }
}

async function fault(run: Promise<unknown>): Promise<Fault> {
  try {
    await run
  } catch (error) {
    if (error instanceof UserError) return error.fault
    throw error
  }
  throw new Error('nothing was refused')
}

/** The sentence of that fault. */
const said = async (run: Promise<unknown>) => sentence(await fault(run), 'en')

describe('loading', () => {
  test('rows become samples whose answers are learned', async () => {
    info({ d: { file_name: 'd.json' } })
    write('d.json', [good(1)])
    const { train, evals, skipped } = await loadData(args(), template)
    expect(text(train[0].ids)).toBe('Human: q1</s>\nAssistant:a1</s>\n')
    expect(template.tokenizer.decode([...train[0].labels].filter((label) => label !== -100))).toBe('a1</s>\n')
    expect([evals, skipped]).toEqual([[], []])
  })

  test('several datasets one after the other, each cut to max_samples', async () => {
    info({ d: { file_name: 'd.json' }, e: { file_name: 'e.jsonl', formatting: 'sharegpt' } })
    write('d.json', rows(5))
    write('e.jsonl', '{"conversations":[{"from":"human","value":"x"},{"from":"gpt","value":"y"}]}\n'.repeat(3))
    const { train } = await loadData(args({ dataset: ['d', 'e'], max_samples: 2 }), template)
    expect(train.map(({ ids }) => /Human: (\w+)/.exec(text(ids))?.[1])).toEqual(['q0', 'q1', 'x', 'x'])
  })

  test('several datasets interleaved, before rows are split off for validation', async () => {
    info({ d: { file_name: 'd.json' }, e: { file_name: 'e.json' } })
    write('d.json', rows(3))
    write('e.json', [{ ...good(0), instruction: 'x0' }, { ...good(1), instruction: 'x1' }])
    const { train } = await loadData(args({ dataset: ['d', 'e'], mix_strategy: 'interleave_over' }), template)
    expect(train.map(({ ids }) => /Human: (\w+)/.exec(text(ids))?.[1])).toEqual(['q0', 'x0', 'q1', 'x1', 'q2', 'x0'])
    const split = await loadData(args({ dataset: ['d', 'e'], mix_strategy: 'interleave_over', val_size: 2 }), template)
    expect([split.train.length, split.evals[0].samples.length]).toEqual([4, 2])
  })

  test('rows of ChatGLM3 keep their own parameters, whatever those of other rows are', async () => {
    info({ d: { file_name: 'd.json', formatting: 'chatglm3' } })
    const talk = (parameters: object) => ({ conversations: [{ role: 'user', content: 'q' }, { role: 'tool', name: 'f', parameters, observation: 1 }, { role: 'assistant', content: 'a' }] })
    write('d.json', [talk({ x: 'text' }), talk({ x: [1, 2], y: null })])
    const { train } = await loadData(args(), template)
    expect(train.map(({ ids }) => /Action Input: (.*)/.exec(text(ids))?.[1])).toEqual(['{"x": "text"}</s>', '{"x": [1, 2], "y": null}</s>'])
  })

  test('placeholders in the texts stay as they are', async () => {
    info({ d: { file_name: 'd.json' } })
    write('d.json', [{ instruction: 'Who?', input: '', output: 'I am {{name}} by {{author}}.' }])
    expect(text((await loadData(args(), template)).train[0].ids)).toContain('I am {{name}} by {{author}}.')
  })

  test('rows that cannot be learned from are skipped, each with number and reason', async () => {
    info({ d: { file_name: 'd.json', formatting: 'sharegpt' } })
    const talk = (...turns: string[]) => ({ conversations: turns.map((from) => ({ from, value: 'v' })) })
    write('d.json', [talk('human', 'gpt'), talk('human'), talk('gpt', 'human'), talk()])
    const { train, skipped } = await loadData(args(), template)
    expect(train).toHaveLength(1)
    expect(skipped.map(({ dataset, row, fault: { code, values } }) => [dataset, row, code, words(values.problem, 'en')])).toEqual([
      ['d', 2, 'dataset_row_invalid', expect.stringContaining('pairs')],
      ['d', 3, 'dataset_row_invalid', expect.stringContaining('role "gpt"')],
      ['d', 4, 'dataset_row_invalid', 'it holds no question'],
    ])
  })

  test('tells how far it is, over training and validation rows, and ends when it is told to', async () => {
    info({ d: { file_name: 'd.json' } })
    write('d.json', rows(1600))
    const chosen = await chooseRows(args({ val_size: 600 }))
    const shares: number[] = []
    await encodeData(chosen, args({ val_size: 600 }), template, (share) => shares.push(share))
    expect(shares.map((share) => Math.round(share * 100))).toEqual([31, 63, 94, 100])
    await expect(encodeData(chosen, args({ val_size: 600 }), template, () => { throw new Error('enough') })).rejects.toThrow('enough')
  })

  test('a null answer is skipped; cut and unlearnable samples are counted', async () => {
    info({ d: { file_name: 'd.json' } })
    write('d.json', [good(1), { instruction: 'q', input: '', output: null }, { ...good(3), output: 'x'.repeat(500) }])
    const data = await loadData(args(), template)
    expect([data.train.length, data.skipped.length, data.truncated]).toEqual([2, 1, 1])
    expect(Math.max(...data.train.map(({ ids }) => ids.length))).toBe(200)
    const long = { instruction: 'q'.repeat(500), input: '', output: '' }
    write('d.json', [good(1), long])
    expect((await loadData(args({ cutoff_len: 64 }), template)).unlearnable).toBe(0)
  })

  test('a folder of files of one type is one dataset', async () => {
    info({ d: { file_name: 'parts' } })
    mkdirSync(path.join(folder, 'parts'))
    write('parts/b.json', [good(2)])
    write('parts/a.json', [good(1)])
    expect((await loadData(args(), template)).train.map(({ ids }) => text(ids).slice(7, 9))).toEqual(['q1', 'q2'])
  })

  test('packed: rows of one length, in training and in evaluation, skipped rows counted to their portion', async () => {
    info({ d: { file_name: 'd.json' }, e: { file_name: 'e.json' } })
    write('d.json', [...rows(9), { ...good(9), output: null }, ...rows(10)])
    write('e.json', rows(4))
    const packing = { neat_packing: true, cutoff_len: 100, preprocessing_batch_size: 10 }
    const { train, evals, skipped } = await loadData(args({ eval_dataset: ['e'], ...packing }), template)
    const alone = await loadData(args(), template)
    const length = alone.train[0].ids.length
    // Three fit into 99 tokens; of the first ten rows nine are left.
    expect(Math.floor(99 / length)).toBe(3)
    expect(train.map(({ packed }) => new Set(packed?.segments).size - 1)).toEqual([3, 3, 3, 3, 3, 3, 1])
    expect([...train, ...evals[0].samples].every(({ ids }) => ids.length === 100)).toBe(true)
    expect(skipped).toHaveLength(1)
  })

  test('num_samples draws by the seed, every row before any comes again', async () => {
    info({ d: { file_name: 'd.json', num_samples: 7 } })
    write('d.json', rows(3))
    const draw = async (seed: number) => (await loadData(args({ seed }), template)).train.map(({ ids }) => text(ids).slice(7, 9))
    const drawn = await draw(1)
    expect(drawn).toHaveLength(7)
    expect(rowDrawer(42)([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 7)).toEqual([8, 1, 5, 0, 7, 2, 9]) // numpy.random.seed(42); permutation(10)[:7]
    expect(rowDrawer(7)([0, 1, 2, 3, 4], 12)).toEqual([0, 3, 2, 1, 4, 3, 4, 1, 0, 1, 2, 2])
    write('d.json', [good(0), good(1), { ...good(2), output: 5 }])
    expect(new Set((await loadData(args(), template)).skipped.map(({ row }) => row))).toEqual(new Set([3]))
    write('d.json', rows(3))
    expect(new Set(drawn.slice(0, 3)).size).toBe(3)
    expect(await draw(1)).toEqual(drawn)
  })
})

describe('validation', () => {
  test.each([
    [0, 10, 0],
    [0.1, 9, 1],
    [0.25, 7, 3],
    [4, 6, 4],
  ])('val_size %d of ten rows', (val_size, train, validation) => {
    const split = splitRows(Array.from({ length: 10 }, (_, i) => i), val_size, 42)
    expect([split.train.length, split.validation.length]).toEqual([train, validation])
    expect([...split.train, ...split.validation].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(splitRows(Array.from({ length: 10 }, (_, i) => i), val_size, 42)).toEqual(split)
  })

  // numpy.random.default_rng(seed).permutation(n), by numpy 2.4.
  test.each([
    [42, [5, 6, 0, 7, 3, 2, 4, 9, 1, 8]],
    [0, [2, 4, 3, 6, 5, 0, 1]],
    [123456, [16, 15, 3, 0, 6, 4, 13, 9, 2, 17, 14, 10, 12, 8, 5, 19, 18, 1, 11, 7]],
    [4294967295, [1, 4, 0, 6, 8, 7, 10, 3, 11, 5, 2, 9]],
  ])('seed %d permutes as numpy does', (seed, order) => expect([...numpyPermutation(order.length, seed)]).toEqual(order))

  test('another seed draws other rows', () => {
    const numbers = Array.from({ length: 100 }, (_, i) => i)
    expect(splitRows(numbers, 10, 1).validation).not.toEqual(splitRows(numbers, 10, 2).validation)
  })

  test('a share and a set of its own', async () => {
    info({ d: { file_name: 'd.json' }, e: { file_name: 'e.json' }, f: { file_name: 'e.json' } })
    write('d.json', rows(10))
    write('e.json', rows(3))
    expect((await loadData(args({ val_size: 0.2 }), template)).evals.map(({ name, samples }) => [name, samples.length])).toEqual([['', 2]])
    const evals = async (rest: Partial<DataArgs>) => (await loadData(args({ eval_dataset: ['e', 'f'], ...rest }), template)).evals.map(({ name, samples }) => [name, samples.length])
    expect(await evals({})).toEqual([['', 6]])
    expect(await evals({ eval_on_each_dataset: true })).toEqual([['e', 3], ['f', 3]])
  })

  test('no row left to train on is refused', async () => {
    info({ d: { file_name: 'd.json' } })
    write('d.json', rows(3))
    expect(await fault(loadData(args({ val_size: 3 }), template))).toMatchObject({ code: 'val_size_too_large', field: 'val_size' })
  })
})

describe('bad input', () => {
  test('no dataset chosen', async () => expect(await fault(loadData(args({ dataset: null }), template))).toMatchObject({ code: 'missing_key', field: 'dataset' }))
  test('no folder', async () => expect(await fault(loadData(args({ dataset_dir: path.join(folder, 'x') }), template))).toMatchObject({ code: 'dataset_dir_missing', field: 'dataset_dir' }))
  test('no dataset_info.json', async () => expect(await fault(loadData(args(), template))).toMatchObject({ code: 'dataset_info_missing', field: 'dataset_dir' }))

  test('dataset_info.json not JSON: line and column', async () => {
    write('dataset_info.json', '{\n  "d": {"file_name": "d.json",}\n}')
    expect(await fault(loadData(args(), template))).toMatchObject({ code: 'file_not_json', values: { line: 2, column: 31 }, field: 'dataset_dir' })
    expect(await fault(listDatasets(folder))).toMatchObject({ code: 'file_not_json' })
  })

  test('dataset_info.json of another shape', async () => {
    write('dataset_info.json', '[]')
    expect(await fault(loadData(args(), template))).toMatchObject({ code: 'dataset_info_invalid' })
    info({ d: { file_name: 5 } })
    expect(await said(loadData(args(), template))).toBe(`dataset_info.json in ${folder} cannot be used: d.file_name: it is 5, but must be a text.`)
    info({})
    expect(await fault(loadData(args(), template))).toMatchObject({ code: 'dataset_info_invalid' })
  })

  test('an unknown name, with the nearest', async () => {
    info({ identity: { file_name: 'd.json' }, other: { file_name: 'd.json' } })
    expect(await fault(loadData(args({ dataset: ['identty'] }), template))).toMatchObject({ code: 'dataset_unknown', values: { dataset: 'identty', nearest: 'identity' }, field: 'dataset' })
  })

  test('a file that is not there, a type that is not read', async () => {
    info({ d: { file_name: 'gone.json' } })
    expect(await fault(loadData(args(), template))).toMatchObject({ code: 'dataset_file_missing', values: { dataset: 'd', path: path.join(folder, 'gone.json') } })
    info({ d: { file_name: 'd.yaml' } })
    write('d.yaml', 'a: 1')
    expect(await said(loadData(args(), template))).toBe('Dataset d: files of type "yaml" are not read here; use one type for all of json, jsonl, csv, tsv, txt, parquet, arrow, zip (also as .gz, .zst, .bz2, .xz).')
  })

  test('a dataset that is not JSON: line and column', async () => {
    info({ d: { file_name: 'd.json' } })
    write('d.json', '[\n  {"instruction": "a", "input": "", "output": "b"},\n  {"instruction": "a" "input": ""}\n]')
    expect(await fault(loadData(args(), template))).toMatchObject({ code: 'dataset_not_json', values: { dataset: 'd', line: 3, column: 23 }, field: 'dataset' })
  })

  test.each([
    ['an answer that is missing', { instruction: 'q', input: '' }, 'dataset_column_missing', 'output'],
    ['an answer that is a number', { ...good(1), output: 5 }, 'dataset_row_invalid', 'output'],
    ['an instruction that is a list', { ...good(1), instruction: ['q'] }, 'dataset_row_invalid', 'instruction'],
    ['a row that is no object', 'text', 'dataset_row_invalid', 'row'],
  ])('%s: the row is left out, with its number and field', async (_, row, code, column) => {
    info({ d: { file_name: 'd.json' } })
    write('d.json', [good(1), good(2), row])
    const { train, skipped } = await loadData(args(), template)
    expect(train).toHaveLength(2)
    expect(skipped).toMatchObject([{ dataset: 'd', row: 3, fault: { code, values: { dataset: 'd', row: 3, column }, field: 'dataset' } }])
  })

  test('a line of jsonl that is damaged is one row', async () => {
    info({ d: { file_name: 'd.jsonl' } })
    write('d.jsonl', `${JSON.stringify(good(1))}\n\n{"instruction": "q", "input"\n${JSON.stringify(good(3))}`)
    const { train, skipped } = await loadData(args(), template)
    expect(train.map(({ ids }) => text(ids).slice(7, 9))).toEqual(['q1', 'q3'])
    expect(skipped.map(({ fault }) => sentence(fault, 'en'))).toEqual(['Dataset d: row 2, field "row": line 3, column 29 is not valid JSON: \':\' is expected.'])
  })

  test('a message without its text', async () => {
    info({ d: { file_name: 'd.json', formatting: 'sharegpt' } })
    const talk = (answer: unknown) => ({ conversations: [{ from: 'human', value: 'a' }, { from: 'gpt', value: answer }] })
    write('d.json', [talk('b'), talk(3), talk('c')])
    expect((await loadData(args(), template)).skipped).toMatchObject([{ row: 2, fault: { values: { column: 'conversations[1].value' } } }])
  })

  test('a column that no row has is the entry\'s fault', async () => {
    info({ d: { file_name: 'd.json' } })
    write('d.json', [{ question: 'q', answer: 'a' }])
    expect(await fault(loadData(args(), template))).toMatchObject({ code: 'dataset_column_absent', values: { column: 'instruction', found: 'question, answer' } })
  })

  test('tools and calls that are not JSON: row number and field', async () => {
    info({ d: { file_name: 'd.json', formatting: 'sharegpt', columns: { messages: 'conversations', tools: 'tools' } } })
    const talk = (call: string, tools: string) => ({ tools, conversations: [{ from: 'human', value: 'q' }, { from: 'function_call', value: call }, { from: 'observation', value: 'r' }, { from: 'gpt', value: 'a' }] })
    write('d.json', [talk('{"name":"f","arguments":{}}', '[]'), talk('f()', '[]')])
    const { train, skipped } = await loadData(args(), template)
    expect(train).toHaveLength(1)
    expect(skipped).toMatchObject([{ row: 2, fault: { code: 'dataset_row_invalid', values: { column: 'function' } } }])
    expect(sentence(skipped[0].fault, 'en')).toContain('not JSON')
    write('d.json', [talk('{"name":"f","arguments":{}}', 'tools')])
    expect(sentence(await fault(loadData(args(), template)), 'en')).toContain('row 1, field "tools"')
  })

  test('an empty file, a dataset without one usable row, pairs to rank', async () => {
    info({ d: { file_name: 'd.json' }, r: { file_name: 'd.json', ranking: true } })
    write('d.json', [])
    expect(await fault(loadData(args(), template))).toMatchObject({ code: 'dataset_empty' })
    write('d.json', [{ instruction: 'q', input: '', output: null }])
    expect(sentence(await fault(loadData(args(), template)), 'en')).toContain('row 1, field "output": it holds no answer')
    expect(await fault(loadData(args({ dataset: ['r'] }), template))).toMatchObject({ code: 'dataset_unsupported' })
  })
})

describe('the list', () => {
  test('every entry, with what speaks against it', async () => {
    info({ d: { file_name: 'd.json' }, hub: { hf_hub_url: 'a/b' }, gone: { file_name: 'gone.json' }, odd: { formatting: 'x' }, k: { file_name: 'd.json', columns: { prompt: 'instruction', kto_tag: 'label' } } })
    write('d.json', rows(1))
    const list = await listDatasets(folder)
    expect(list.map(({ name, problem }) => [name, problem?.code ?? null])).toEqual([
      ['d', null],
      ['hub', 'dataset_not_here'],
      ['gone', 'dataset_file_missing'],
      ['odd', 'dataset_info_invalid'],
      ['k', null],
    ])
    expect(list[4].kto).toBe(true)
  })
})

describe('preview', () => {
  test('pages over all datasets; a bad row keeps its number and says why', async () => {
    info({ d: { file_name: 'd.json' }, e: { file_name: 'e.json' } })
    write('d.json', [...rows(3), { ...good(3), instruction: ['x'] }].slice(0, 3))
    write('e.json', rows(4))
    const page = await previewRows(args({ dataset: ['d', 'e'] }), null, { offset: 2, limit: 3 })
    expect(page.total).toBe(7)
    expect(page.rows.map(({ dataset, row }) => [dataset, row])).toEqual([['d', 3], ['e', 1], ['e', 2]])
    expect(page.rows[0].messages).toEqual([{ role: 'user', content: 'q2' }, { role: 'assistant', content: 'a2' }])
    info({ d: { file_name: 'd.json', formatting: 'sharegpt' } })
    write('d.json', [{ conversations: [{ from: 'human', value: 'a' }] }, { conversations: [{ from: 'human', value: 'a' }, { from: 'gpt', value: 'b' }] }])
    const broken = await previewRows(args(), null, { offset: 0, limit: 5 })
    expect(broken.rows.map(({ row, fault }) => [row, fault?.code ?? null])).toEqual([[1, 'dataset_row_invalid'], [2, null]])
  })

  test('with a template: tokens, what is learned, what is cut', async () => {
    info({ d: { file_name: 'd.json' } })
    write('d.json', [{ instruction: 'ß', input: '', output: 'né' }])
    const [row] = (await previewRows(args(), template, { offset: 0, limit: 1 })).rows
    expect(row.tokens?.map(({ text: piece }) => piece).join('')).toBe('Human: ß</s>\nAssistant:né</s>\n')
    expect(row.tokens?.filter(({ learned }) => learned).map(({ text: piece }) => piece).join('')).toBe('né</s>\n')
    expect(row.cut).toBe(0)
    const [short] = (await previewRows(args({ cutoff_len: 10 }), template, { offset: 0, limit: 1 })).rows
    expect(short.tokens).toHaveLength(10)
    expect(short.cut).toBe((row.tokens?.length ?? 0) - 10)
  })

  test('pairs show both answers', async () => {
    info({ d: { file_name: 'd.json', ranking: true, columns: { prompt: 'instruction', chosen: 'good', rejected: 'bad' } } })
    write('d.json', [{ instruction: 'q', good: 'g', bad: 'b' }])
    const [row] = (await previewRows(args(), template, { offset: 0, limit: 1 })).rows
    expect([row.messages.length, row.answers.map(({ content }) => content), row.tokens]).toEqual([1, ['g', 'b'], null])
  })
})

test('without a folder, every name is a dataset of the hub', async () => {
  const info = await readInfo('ONLINE')
  expect(findDataset(info, 'org/rows', 'ONLINE', 'dataset')).toMatchObject({ name: 'org/rows', formatting: 'alpaca', hub: { hub: 'huggingface', id: 'org/rows', split: 'train' } })
  vi.stubEnv('USE_MODELSCOPE_HUB', '1')
  expect(findDataset(info, 'org/rows', 'ONLINE', 'dataset').hub).toMatchObject({ hub: 'modelscope', id: 'org/rows' })
  vi.unstubAllEnvs()
  expect(() => findDataset(info, 'no id: ../x', 'ONLINE', 'dataset')).toThrow('dataset_unsupported')
})
