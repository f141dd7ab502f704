/**
 * Two hundred and more malformed files, rows and entries, made from a seed, through every door: the list of datasets, the preview, the check and a training's data. Each gets a sentence
 * that names what is wrong and where, in both languages, or does no harm; nothing crashes or hangs, no row goes missing.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { PreviewPage } from '@/lib/api'
import { type Fault, UserError } from '@/lib/errors'
import { sentence } from '@/lib/messages'
import { prepareTemplate } from '@/lib/templates/template'
import { createRandom } from '@/tools/starter/random'
import { loadData } from '@/trainer/data/data'
import type { TrainingData } from '@/trainer/data/training-data'
import { inspectAnswer } from '@/trainer/inspect/inspect'
import { byteTokenizer } from '../lib/own-tokenizers'
import { type BadInput, makeFolder } from './malformed/case'
import { badFiles } from './malformed/files'
import { damagedTexts, encodedTexts } from './malformed/texts'
import { badValues } from './malformed/values'

const cases = [...damagedTexts(createRandom(2024), 14), ...encodedTexts, ...badValues, ...badFiles]
const template = prepareTemplate(byteTokenizer(), { template: 'default' })
const home = mkdtempSync(path.join(os.tmpdir(), 'malformed-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** A fault in both languages; neither may be half a sentence, or a programmer's. */
function told(fault: Fault): string {
  expect(fault.code, JSON.stringify(fault.values)).not.toBe('internal')
  for (const locale of ['en', 'zh'] as const) {
    const text = sentence(fault, locale)
    expect(text).not.toMatch(/undefined|\[object|\n\s+at |TypeError|Error:|\bNaN\b is/)
    expect(text.length).toBeLessThan(12_000)
  }
  expect(sentence(fault, 'zh')).toMatch(/\p{Script=Han}/u)
  return sentence(fault, 'en')
}

async function preview(dataset_dir: string): Promise<PreviewPage | Fault> {
  const answer = await inspectAnswer({ id: 1, name: 'preview', request: { dataset_dir, dataset: 'd', offset: 0, limit: 100 } })
  return answer.ok ? (answer.value as PreviewPage) : answer.fault
}

async function load(dataset_dir: string): Promise<TrainingData | Fault> {
  try {
    return await loadData({ dataset: ['d'], dataset_dir, cutoff_len: 256, seed: 1 }, template)
  } catch (error) {
    if (error instanceof UserError) return error.fault
    throw error
  }
}

/** The problem that the list has with the folder or with `d`; null for none. */
async function listed(dataset_dir: string): Promise<Fault | null> {
  const answer = await inspectAnswer({ id: 1, name: 'datasets', request: { dataset_dir } })
  if (!answer.ok) return answer.fault
  const { datasets, problem } = answer.value as { datasets: { name: string; problem: Fault | null }[]; problem: Fault | null }
  return problem ?? datasets.find(({ name }) => name === 'd')?.problem ?? null
}

const isFault = (value: object): value is Fault => 'code' in value
const seen = (value: object) => (isFault(value) ? told(value) : value)

async function judge({ expected }: BadInput, folder: string): Promise<void> {
  const problem = await listed(folder)
  if (problem) told(problem)
  const [page, data] = [await preview(folder), await load(folder)]
  if (expected.is === 'refused') {
    // What is merely of no use in training may well be looked at.
    if (isFault(page)) for (const says of expected.says) expect(told(page)).toMatch(says)
    expect(isFault(data), 'a training must not start').toBe(true)
    for (const says of expected.says) expect(seen(data)).toMatch(says)
    return
  }
  if (isFault(page) || isFault(data)) return expect.fail(isFault(page) ? told(page) : isFault(data) ? told(data) : '')
  const bad = expected.is === 'rows' ? expected.bad : {}
  expect([page.total, page.rows.length]).toEqual([expected.rows, expected.rows])
  expect(data.train.length + data.unlearnable + data.skipped.length, 'no row goes missing').toBe(expected.rows)
  expect(data.skipped.map(({ row }) => row)).toEqual(Object.keys(bad).map(Number))
  for (const { row, fault } of data.skipped) expect(told(fault)).toMatch(bad[row])
  for (const { row, problem } of page.rows) if (problem) expect(told(problem)).toMatch(bad[row] ?? /^never$/)
  if (expected.is === 'harmless' && expected.shows !== undefined) expect(page.rows[0].messages.map(({ content }) => content).join('\n')).toContain(expected.shows)
}

describe(`${cases.length} kinds of bad input`, () => {
  test('are at least two hundred, each with a name of its own', () => {
    expect(cases.length).toBeGreaterThanOrEqual(200)
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
  })

  test.each(cases.map((one, i) => [one.name, one, i] as const))('%s', async (_, one, i) => {
    const folder = path.join(home, String(i))
    mkdirSync(folder)
    makeFolder(folder, one)
    const began = performance.now()
    await judge(one, folder)
    expect(performance.now() - began).toBeLessThan(20_000)
    rmSync(folder, { recursive: true })
  })
})
