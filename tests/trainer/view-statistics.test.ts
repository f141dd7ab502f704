/** A dataset in numbers: sums that agree with a training's data, repetitions that agree with a comparison piece by piece, going on after each answer. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Statistics } from '@/lib/dataset-view'
import { buildBundle, bundleIsFresh } from '@/scripts/setup/bundles.mjs'
import { prepareTemplate } from '@/lib/templates/template'
import { loadData } from '@/trainer/data/data'
import { mersenneTwister } from '@/trainer/data/order'
import { loadTokenizer } from '@/trainer/tokenizer/tokenizer'
import { FirstRows, hash53, NEAR_SHARE, NearRows } from '@/trainer/view/duplicates'
import { countRows } from '@/trainer/view/counting'
import { openDataset } from '@/trainer/view/open'
import { viewStatistics } from '@/trainer/view/statistics'
import { Sums } from '@/trainer/view/sums'
import { groundOf } from '@/trainer/view/tokens'
import { makeTinyModel } from './tiny-model'

let home: string
/** Texts of random letters. The estimate of a share errs now and then, so whoever tests it draws from a seed of its own. */
const lettersFrom = (seed: number) => {
  const draw = mersenneTwister(seed)
  return (n: number) => Array.from({ length: n }, () => String.fromCharCode(97 + (draw() % 26))).join('')
}
const letters = lettersFrom(3)

beforeAll(async () => {
  if (!bundleIsFresh('tokens')) await buildBundle('tokens')
  home = mkdtempSync(path.join(tmpdir(), 'tuneboard-statistics-'))
  makeTinyModel(path.join(home, 'model'))
  mkdirSync(path.join(home, 'data'))
  vi.stubEnv('TUNEBOARD_CACHE', path.join(home, 'cache'))
})
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(home, { recursive: true, force: true })
})

function write(name: string, rows: readonly object[], entry: object = {}): void {
  writeFileSync(path.join(home, 'data', `${name}.jsonl`), rows.map((row) => JSON.stringify(row)).join('\n'))
  writeFileSync(path.join(home, 'data/dataset_info.json'), JSON.stringify({ [name]: { file_name: `${name}.jsonl`, ...entry } }))
}

const settings = (change: object = {}) => ({ model_name_or_path: path.join(home, 'model'), template: 'qwen', cutoff_len: 120, ...change })

async function all(dataset: string, change: object | null = {}): Promise<{ statistics: Statistics; answers: number }> {
  for (let answers = 1; ; answers++) {
    const statistics = await viewStatistics({ dataset_dir: path.join(home, 'data'), dataset, settings: change && settings(change) })
    if (statistics.done) return { statistics, answers }
  }
}

it('agrees with what a training is fed', async () => {
  const rows = Array.from({ length: 500 }, (_, i) => ({ instruction: `What is ${i}?`, input: '', output: i % 50 === 0 ? null : letters(1 + (i % 90)) }))
  write('sums', rows)
  const { statistics } = await all('sums')
  const template = prepareTemplate(await loadTokenizer(path.join(home, 'model')), { template: 'qwen' })
  const { train, skipped, truncated } = await loadData({ dataset: ['sums'], dataset_dir: path.join(home, 'data'), cutoff_len: 120, seed: 1 }, template)
  const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0)
  expect(statistics).toMatchObject({ total: 500, seen: 500, done: true, broken: { count: skipped.length }, empty: { count: 0 } })
  expect(statistics.broken.rows[0]).toEqual({ row: 1, problem: skipped[0].fault })
  expect(statistics.tokens).toMatchObject({
    cutoff: 120, cut_rows: truncated, untaught: 0,
    total: sum([...train].map(({ ids }) => ids.length)),
    learned: sum([...train].map(({ labels }) => labels.filter((label) => label !== -100).length)),
  })
  expect(truncated).toBeGreaterThan(0)
  const { lengths, longest } = statistics.tokens!
  expect(sum(lengths.map((bin) => bin.rows))).toBe(train.length)
  expect(sum(lengths.filter(({ from }) => from > 120).map((bin) => bin.rows))).toBeLessThanOrEqual(truncated)
  expect(lengths.at(-1)!.to).toBeGreaterThanOrEqual(longest)
})

it('counts what rows say', async () => {
  const tools = JSON.stringify([{ name: 'weather', description: '', parameters: {} }, { name: 'clock', description: '', parameters: {} }])
  const said = (...texts: [string, string][]) => ({ conversations: texts.map(([from, value]) => ({ from, value })), tools: '' })
  write('said', [
    { ...said(['human', 'Rome?'], ['function_call', '[{"name": "weather", "arguments": {}}, {"name": "weather", "arguments": {}}]'], ['observation', '20'], ['gpt', 'It is warm in Rome today, as it was yesterday.']), tools },
    said(['human', '今天天气怎么样？'], ['gpt', '今天北京天气晴朗，适合出门散步。'], ['human', '明天呢？'], ['gpt', '明天会下雨，请带伞。']),
    said(['human', 'Say nothing.'], ['gpt', '  ']),
    said(['gpt', 'wrong']),
  ], { formatting: 'sharegpt', columns: { messages: 'conversations', tools: 'tools' } })
  const { statistics } = await all('said', null)
  expect(statistics).toMatchObject({
    tokens: null, tokens_problem: { code: 'missing_key' },
    turns: [{ turns: 1, rows: 2 }, { turns: 2, rows: 1 }],
    tools: { count: 2, rows: [{ name: 'weather', offered: 1, calls: 2 }, { name: 'clock', offered: 1, calls: 0 }] },
    empty: { count: 1, rows: [3] }, broken: { count: 1, rows: [{ row: 4 }] },
  })
  expect(statistics.languages).toContainEqual({ language: 'zh', rows: 1 })
})

it('goes on where it was, and begins anew when a file changes', async () => {
  write('many', Array.from({ length: 20_000 }, (_, i) => ({ instruction: `Question ${i}`, input: '', output: letters(200) })))
  const first = await viewStatistics({ dataset_dir: path.join(home, 'data'), dataset: 'many', settings: settings() })
  expect(first.done).toBe(false)
  const { statistics, answers } = await all('many')
  expect(answers).toBeGreaterThan(1)
  expect(statistics.seen).toBe(20_000)
  expect((await all('many')).answers).toBe(1)
  write('many', [{ instruction: 'a', input: '', output: 'b' }])
  expect((await all('many')).statistics.total).toBe(1)
})

it('is the same by worker threads and in this process; finished ones are read back', async () => {
  // A column that nobody reads makes the file large enough for threads.
  const row = (i: number) => ({ note: 'x'.repeat(4500), instruction: `Question ${i % 1800}? ${letters(60)}`, input: '', output: i % 100 === 1 ? null : i % 40 === 2 ? 'the same answer to everything, whatever was asked' : letters(i % 120) })
  const rows = Array.from({ length: 2000 }, (_, i) => row(i))
  for (let i = 0; i < 100; i++) rows[1900 + i] = rows[i * 7]
  write('big', rows)
  const { statistics: large } = await all('big')
  const open = await openDataset({ dataset_dir: path.join(home, 'data'), dataset: 'big' })
  expect(open.bytes).toBeGreaterThan(8 * 1024 * 1024)
  const here = new Sums(open.count, 120)
  for (let from = 1; from <= open.count; from += 777) here.add(countRows(await open.read(from, from + 776), open, await groundOf(settings()), here.task(from, from + 776).sketches))
  expect(large).toEqual({ ...here.state(), total: 2000, done: true, seconds_left: null, tokens_problem: null })
  const readable = rows.filter(({ output }) => output !== null)
  expect(large.duplicates.count).toBe(readable.length - new Set(readable.map((one) => JSON.stringify(one))).size)
  vi.resetModules()
  const anew = await import('@/trainer/view/statistics')
  expect(await anew.viewStatistics({ dataset_dir: path.join(home, 'data'), dataset: 'big', settings: settings() })).toEqual(large)
}, 60_000)

describe('repetitions', () => {
  const letters = lettersFrom(3)
  const pieces = (text: string) => new Set(Array.from({ length: text.length - 4 }, (_, i) => text.slice(i, i + 5)))
  const share = (a: string, b: string) => {
    const [one, two] = [pieces(a), pieces(b)]
    const both = [...one].filter((piece) => two.has(piece)).length
    return both / (one.size + two.size - both)
  }

  it('are found as a comparison of every piece finds them', () => {
    let agreed = 0
    const cases = 400
    for (let i = 0; i < cases; i++) {
      const text = letters(300)
      const changed = text.slice(0, 300 - (i % 100)) + letters(i % 100)
      const rows = new NearRows(10)
      expect(rows.note(text, 1)).toBeNull()
      const found = rows.note(changed, 2) === 1
      const real = share(text, changed)
      if (found === real >= NEAR_SHARE) agreed++
      if (real > 0.95) expect(found).toBe(true)
      if (real < 0.55) expect(found).toBe(false)
    }
    expect(agreed / cases).toBeGreaterThan(0.85)
  })

  it('are not seen where there are none', () => {
    const rows = new NearRows(3000)
    expect(Array.from({ length: 3000 }, (_, i) => rows.note(letters(200), i)).filter((row) => row !== null)).toEqual([])
    expect(rows.note('too short to tell', 1)).toBeNull()
  })

  it('word for word are told from all others', async () => {
    const first = new FirstRows()
    for (let i = 0; i < 50_000; i++) expect(first.note(hash53(`text ${i}`), i)).toBeNull()
    expect(first.note(hash53('text 31415'), 99)).toBe(31415)
    const long = letters(400)
    write('twice', ['a', 'b', 'a', long, `${long.slice(0, 390)}changed`].map((output) => ({ instruction: 'x', input: '', output })))
    const { statistics } = await all('twice')
    expect(statistics).toMatchObject({ duplicates: { count: 1, rows: [{ row: 3, of: 1 }] }, near: { count: 1, rows: [{ row: 5, of: 4 }] } })
  })
})
