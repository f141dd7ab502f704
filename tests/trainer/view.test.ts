/** What the page of a dataset is told: lines, finds and rows of every kind of data, tokens that are those of a training, bad rows as data. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ApiRequest, ApiResponse } from '@/lib/api'
import type { RowWish } from '@/lib/dataset-view'
import type { InspectName } from '@/lib/inspect'
import { prepareTemplate } from '@/lib/templates/template'
import { loadData } from '@/trainer/data/data'
import { planBatches } from '@/trainer/data/encode'
import { inspectAnswer } from '@/trainer/inspect/inspect'
import { loadTokenizer } from '@/trainer/tokenizer/tokenizer'
import { makeTinyModel } from './tiny-model'

let home: string
let data: string

const talk = (...texts: string[]) => ({ conversations: texts.map((value, i) => ({ from: i % 2 === 0 ? 'human' : 'gpt', value })) })
const sharegpt = { formatting: 'sharegpt', columns: { messages: 'conversations', tools: 'tools' } }
const weather = JSON.stringify([{ name: 'weather', description: 'Weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } }])

const sets: Record<string, { entry: object; rows: object[] }> = {
  chat: { entry: { formatting: 'sharegpt' }, rows: Array.from({ length: 700 }, (_, i) => talk(`Question ${i}?`, `Answer ${i}.`, ...(i % 7 === 0 ? ['And then?', 'That is all.'.repeat(1 + (i % 3))] : []))) },
  tools: {
    entry: sharegpt,
    rows: [
      { conversations: [{ from: 'human', value: 'Rome?' }, { from: 'function_call', value: '{"name": "weather", "arguments": {"city": "Rome"}}' }, { from: 'observation', value: '20' }, { from: 'gpt', value: '20 degrees.' }], tools: weather },
      { ...talk('no tools here', 'none'), tools: '' },
      { ...talk('broken tools', 'x'), tools: 'not JSON' },
    ],
  },
  pairs: { entry: { ranking: true, columns: { prompt: 'q', chosen: 'good', rejected: 'bad' } }, rows: [{ q: 'Hi', good: 'Hello!', bad: 'Go away now.' }, { q: 'Hi', good: 'Hello!', bad: null }] },
  rated: { entry: { columns: { prompt: 'q', response: 'a', kto_tag: 'ok' } }, rows: [{ q: 'Hi', a: 'Hello!', ok: true }, { q: 'Hi', a: 'No.', ok: false }, { q: 'Hi', a: '?', ok: null }] },
  plain: { entry: { columns: { prompt: 'text' } }, rows: [{ text: 'Once upon a time.' }, { text: '' }] },
  bad: {
    entry: { formatting: 'sharegpt' },
    rows: [talk('<script>alert(1)</script>\u202e\u0000', '=cmd()'), { conversations: [{ from: 'gpt', value: 'first' }] }, { conversations: [] }, talk('x'.repeat(1_000_000), 'y'), talk(...Array.from({ length: 10_000 }, (_, i) => `m${i}`)), { ...talk('deep', 'd'), more: JSON.parse('['.repeat(500) + ']'.repeat(500)) as unknown }, talk('天气怎么样？', '今天北京晴，气温二十度，适合出门散步。')],
  },
}

beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'tuneboard-view-'))
  data = path.join(home, 'data')
  makeTinyModel(path.join(home, 'model'))
  mkdirSync(data)
  for (const [name, { rows }] of Object.entries(sets)) writeFileSync(path.join(data, `${name}.jsonl`), rows.map((row) => JSON.stringify(row)).join('\n'))
  writeFileSync(path.join(data, 'dataset_info.json'), JSON.stringify(Object.fromEntries(Object.entries(sets).map(([name, { entry }]) => [name, { file_name: `${name}.jsonl`, ...entry }]))))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

async function ask<N extends InspectName>(name: N, request: ApiRequest<N>): Promise<ApiResponse<N>> {
  const answer = await inspectAnswer({ id: 1, name, request } as Parameters<typeof inspectAnswer>[0])
  if (!answer.ok) throw new Error(JSON.stringify(answer.fault))
  return answer.value as ApiResponse<N>
}

const settings = (change: object = {}) => ({ model_name_or_path: path.join(home, 'model'), template: 'qwen', cutoff_len: 2048, ...change })
const row = (dataset: string, number: number, change: object | null = {}) => ask('view_row', { dataset_dir: data, dataset, row: number, settings: change && settings(change), text: null })

async function find(dataset: string, { settings: form, ...wish }: Partial<RowWish> & { settings?: Record<string, unknown> }): Promise<number[]> {
  const rows: number[] = []
  for (let from: number | null = 1; from !== null; ) {
    const found: ApiResponse<'view_find'> = await ask('view_find', { dataset_dir: data, dataset, wish: { query: '', filter: 'all', language: null, ...wish }, settings: form ?? null, from })
    rows.push(...found.rows)
    from = found.next
  }
  return rows
}

describe('tokens', () => {
  it.each([{ cutoff_len: 2048 }, { cutoff_len: 70 }, { cutoff_len: 70, mask_history: true }, { cutoff_len: 2048, train_on_prompt: true }])(
    'are the ids and labels of the batches of a training with %o',
    async (change) => {
      const args = { dataset: ['chat'], dataset_dir: data, seed: 42, max_samples: 40, ...change }
      const template = prepareTemplate(await loadTokenizer(path.join(home, 'model')), { template: 'qwen', ...change })
      const { train } = await loadData(args, template)
      const plan = planBatches(train, { per_device_train_batch_size: 4, gradient_accumulation_steps: 1, num_train_epochs: 1, max_steps: -1, disable_shuffling: true, seed: 42, pad_id: 0 })
      const trained = new Set<string>()
      for (let step = 0; step < plan.updatesPerEpoch; step++) {
        for (const { rows, length, ids, labels, segments } of plan.update(step)) {
          for (let r = 0; r < rows; r++) {
            const end = segments!.subarray(r * length, (r + 1) * length).filter((segment) => segment === 1).length
            trained.add(JSON.stringify([[...ids.subarray(r * length, r * length + end)], [...labels.subarray(r * length, r * length + end)]]))
          }
        }
      }
      const shown = await Promise.all(Array.from({ length: 40 }, async (_, i) => (await row('chat', i + 1, change)).tokens![0]))
      expect(new Set(shown.map(({ ids, labels }) => JSON.stringify([ids, labels])))).toEqual(trained)
      expect(shown.some(({ gaps }) => gaps.length > 0)).toBe(change.cutoff_len === 70)
      for (const { ids, texts, special } of shown) {
        expect(texts.join('')).toBe(template.tokenizer.decode(ids))
        expect(special).toEqual(ids.flatMap((id, at) => (id >= 256 ? [at] : [])))
      }
    },
  )

  it.each([false, true])('lie in the packed row of a training beside the same rows (neat: %s)', async (neat_packing) => {
    const change = { packing: true, neat_packing, cutoff_len: 300, preprocessing_batch_size: 100 }
    const template = prepareTemplate(await loadTokenizer(path.join(home, 'model')), { template: 'qwen' })
    const { train } = await loadData({ dataset: ['chat'], dataset_dir: data, seed: 42, ...change }, template)
    const lines = new Set([...train].map(({ ids }) => [...ids].join()))
    for (const number of [1, 8, 350, 700]) {
      const { pack } = await row('chat', number, change)
      expect(pack!.rows.map((part) => part.row)).toContain(number)
      const ids = await Promise.all(pack!.rows.map(async (part) => (await row('chat', part.row, change)).tokens![0].ids))
      expect(pack!.rows.map(({ tokens }) => tokens)).toEqual(ids.map(({ length }) => length))
      const pad = Array.from({ length: pack!.padding }, () => template.tokenizer.pad!.id)
      expect(lines).toContain([...ids.flat(), ...pad].join())
    }
    expect((await row('chat', 1)).pack).toBeNull()
  })

  it('of a pair are those of both answers, of a rated answer its own, of a text all learned', async () => {
    const pair = await row('pairs', 1)
    expect(pair.tokens?.map(({ answer }) => answer)).toEqual(['chosen', 'rejected'])
    expect(pair.tokens?.map(({ texts, labels }) => texts.filter((_, i) => labels[i] !== -100).join(''))).toEqual(['Hello!<|im_end|>\n', 'Go away now.<|im_end|>\n'])
    expect((await row('rated', 2)).tokens?.[0].texts.join('')).toContain('assistant\nNo.')
    const [text] = (await row('plain', 1, { cutoff_len: 8 })).tokens!
    expect(text.labels).toEqual(text.ids)
    expect([text.texts.join(''), text.gaps[0].texts.join('')]).toEqual(['Once upo', 'n a time.<|im_end|>'])
  })

  it('say what is missing or wrong instead', async () => {
    expect(await row('chat', 1, { model_name_or_path: '' })).toMatchObject({ tokens: null, tokens_problem: { code: 'missing_key', field: 'model_name_or_path' } })
    expect(await row('chat', 1, { template: null })).toMatchObject({ tokens_problem: { code: 'template_needed', field: 'template' } })
    expect(await row('chat', 1, { template: 'nope' })).toMatchObject({ tokens_problem: { code: 'template_unknown' } })
    expect(await row('tools', 3)).toMatchObject({ problem: null, tokens: null, tokens_problem: { code: 'dataset_row_invalid', values: { row: 3, column: 'tools' } } })
    expect(await row('chat', 1, { cutoff_len: 'many' })).toMatchObject({ tokens_problem: { code: 'not_a_number' } })
  })
})

describe('saving', () => {
  const read = (file: string) => readFileSync(file, 'utf8').split('\n').slice(0, -1).map((line) => JSON.parse(line) as unknown)
  const save = async (file: string, dataset: string, request: Partial<ApiRequest<'view_save'>>) => {
    for (;;) {
      const progress = await ask('view_save', { dataset_dir: data, dataset, id: `saving-${path.basename(file)}`, name: 'x', changes: [], wish: null, settings: null, cancel: false, file, ...request })
      if (progress.done) return progress
    }
  }

  it('writes all rows to a new file, those changed as they were changed and none that was left out', async () => {
    const file = path.join(home, 'all.jsonl')
    const progress = await save(file, 'chat', { changes: [{ row: 2, text: JSON.stringify(talk('new', 'row')) }, { row: 3, text: null }] })
    expect(progress).toEqual({ total: 700, seen: 700, rows: 699, done: true })
    expect(read(file)).toEqual([sets.chat.rows[0], talk('new', 'row'), ...sets.chat.rows.slice(3)])
    expect(readFileSync(path.join(data, 'chat.jsonl'), 'utf8').split('\n')).toHaveLength(700)
  })

  it('writes only what fits a search, with numbers and hostile texts as they were', async () => {
    const found = path.join(home, 'found.jsonl')
    await save(found, 'chat', { wish: { query: '', filter: 'multi_turn', language: null } })
    expect(read(found)).toEqual(sets.chat.rows.filter((_, i) => i % 7 === 0))
    const bad = path.join(home, 'bad.jsonl')
    await save(bad, 'bad', {})
    expect(read(bad)).toEqual(sets.bad.rows)
  })

  it('refuses a changed row that is no row, and leaves nothing behind when given up', async () => {
    const file = path.join(home, 'none.jsonl')
    await expect(save(file, 'chat', { changes: [{ row: 2, text: '{"a": 1,\n b}' }] })).rejects.toThrow(/row_text_invalid.*"line":2/)
    await expect(save(file, 'chat', { changes: [{ row: 2, text: '[1]' }] })).rejects.toThrow(/dataset_row_invalid/)
    expect((await ask('view_save', { dataset_dir: data, dataset: 'chat', id: 'given-up', name: 'x', changes: [], wish: null, settings: null, cancel: true, file })).done).toBe(false)
    await expect(save(path.join(home, 'no/such/folder.jsonl'), 'chat', {})).rejects.toThrow(/folder_unwritable/)
    expect(readdirSync(home).filter((name) => name.includes('none') || name.includes('partial'))).toEqual([])
  })

  it('shows a changed row before it is saved', async () => {
    const shown = (text: string) => ask('view_row', { dataset_dir: data, dataset: 'chat', row: 1, settings: settings(), text })
    expect(await shown(JSON.stringify(talk('a', 'b')))).toMatchObject({ problem: null, messages: [{ content: 'a' }, { content: 'b' }] })
    expect(await shown('{"conversations": [{"from": "human"}]}')).toMatchObject({ problem: { code: 'dataset_row_invalid' }, tokens: null })
    await expect(shown('{')).rejects.toThrow(/row_text_invalid/)
  })
})

describe('rows', () => {
  it('come as lines by their numbers, with what they are', async () => {
    const { total, kind, lines } = await ask('view_lines', { dataset_dir: data, dataset: 'chat', rows: [8, 700, 701, 9] })
    expect([total, kind]).toEqual([700, 'chat'])
    expect(lines.map((line) => [line.row, line.question, line.answer, line.turns])).toEqual([[8, 'Question 7?', 'Answer 7.', 2], [9, 'Question 8?', 'Answer 8.', 1], [700, 'Question 699?', 'Answer 699.', 1]])
    const rated = await ask('view_lines', { dataset_dir: data, dataset: 'rated', rows: [1, 2, 3] })
    expect(rated.lines.map(({ good, problem }) => [good, problem?.values.column])).toEqual([[true, undefined], [false, undefined], [null, 'ok']])
    expect((await ask('view_lines', { dataset_dir: data, dataset: 'plain', rows: [1, 2] })).lines.map(({ problem }) => problem?.code)).toEqual([undefined, 'dataset_row_invalid'])
    expect((await ask('view_lines', { dataset_dir: data, dataset: 'pairs', rows: [1, 2] })).lines.map(({ problem }) => problem === null)).toEqual([true, false])
  })

  it('are found by a text in any column, whatever its case, and by what they are', async () => {
    expect(await find('chat', { query: 'QUESTION 69' })).toEqual([70, ...Array.from({ length: 10 }, (_, i) => 691 + i)])
    expect(await find('chat', { filter: 'multi_turn' })).toHaveLength(100)
    expect(await find('chat', { filter: 'cut', settings: settings({ cutoff_len: 70 }), query: 'that is all' })).toHaveLength(100)
    expect(await find('chat', { filter: 'cut', settings: settings() })).toEqual([])
    expect(await find('tools', { filter: 'tools' })).toEqual([1, 3])
    expect(await find('tools', { query: 'weather' })).toEqual([1])
    expect(await find('bad', { filter: 'broken' })).toEqual([2, 3])
    expect(await find('bad', { filter: 'language', language: 'zh' })).toEqual([7])
    expect(await find('pairs', { query: 'conversations' })).toEqual([]) // a column's name is no text of a row
  })

  it('of any badness are data', async () => {
    const { lines } = await ask('view_lines', { dataset_dir: data, dataset: 'bad', rows: [1, 2, 3, 4, 5, 6, 7] })
    expect(lines.map(({ question }) => question.length <= 200)).not.toContain(false)
    expect(await row('bad', 1)).toMatchObject({ problem: null, messages: [{ content: '<script>alert(1)</script>\u202e\u0000' }, { content: '=cmd()' }] })
    expect(await row('bad', 2)).toMatchObject({ problem: { code: 'dataset_row_invalid' }, messages: [], tokens: null, raw: expect.stringContaining('first') })
    const long = await row('bad', 4)
    expect(long.messages[0].content).toHaveLength(1_000_000)
    expect(long.tokens![0].ids).toHaveLength(2048)
    expect((await row('bad', 5)).messages).toHaveLength(10_000)
    expect((await row('bad', 6)).raw).toContain('[]')
    await expect(row('bad', 8)).rejects.toThrow(/row_missing.*"rows":7/)
    await expect(row('none', 1)).rejects.toThrow(/dataset_unknown/)
  })
})
