/** The answers of an evaluation as the server reads them from a folder in which they still grow. */
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ModelAnswer, Prediction } from '@/lib/predictions'
import { isAnswered, predictionsOf } from '@/server/runs/predictions'
import { scoresOf } from '@/trainer/inspect/scores'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'predictions-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const answer = (predict: string, bleu: number | null): ModelAnswer => ({ predict, tokens: 3, end: 'stop', scores: bleu === null ? null : { 'rouge-1': bleu, 'rouge-2': 0, 'rouge-l': 100 - bleu, 'bleu-4': bleu }, call: null })
const prediction = (row: number, predict: string, bleu: number | null): Prediction => ({ ...answer(predict, bleu), dataset: 'set', row, turn: 1, last: true, question: `问题 ${row}`, prompt: 'p', label: 'Yes' })
const file = (name: string) => path.join(folder, name)
const line = (value: object) => `${JSON.stringify(value)}\n`

const opened = () => predictionsOf(folder, (answers) => scoresOf({ answers }))

test('they are listed as they come, in the order asked for', async () => {
  const predictions = opened()
  expect(await predictions.list({ query: '', order: 'dataset' })).toEqual({ total: 0, rows: [] })
  writeFileSync(file('prediction_rows.jsonl'), line(prediction(1, 'one', 50)) + line(prediction(2, 'two', 10)) + '{"half')
  expect(await predictions.list({ query: '', order: 'bleu-4' })).toEqual({ total: 2, rows: [1, 0] })
  writeFileSync(file('prediction_rows.jsonl'), line(prediction(1, 'one', 50)) + line(prediction(2, 'two', 10)) + line(prediction(3, 'three', null)))
  expect(await predictions.list({ query: '', order: 'bleu-4' })).toEqual({ total: 3, rows: [1, 0, 2] })
  expect((await predictions.list({ query: '', order: 'rouge-l' })).rows).toEqual([0, 1, 2])
})

test('they are found by words of question, prediction and label, whatever their case', async () => {
  writeFileSync(file('prediction_rows.jsonl'), line(prediction(1, 'One', 50)) + line(prediction(2, 'Two', 10)))
  const found = async (query: string) => (await opened().list({ query, order: 'dataset' })).rows
  expect(await Promise.all(['two', '问题 1', 'yes', 'none', '  '].map(found))).toEqual([[1], [0], [0, 1], [], [0, 1]])
})

test('a row has the base model’s answer once that is there', async () => {
  writeFileSync(file('prediction_rows.jsonl'), line(prediction(1, '😀 one', 50)) + line(prediction(2, 'two', 10)))
  const predictions = opened()
  expect((await predictions.rows([1, 7, 0])).map(({ place, predict, base }) => [place, predict, base])).toEqual([[1, 'two', null], [0, '😀 one', null]])
  appendFileSync(file('base_rows.jsonl'), line(answer('basis', 1)))
  expect((await predictions.rows([0, 1])).map(({ base }) => base?.predict ?? null)).toEqual(['basis', null])
})

test('a file that begins anew is read anew', async () => {
  writeFileSync(file('prediction_rows.jsonl'), line(prediction(1, 'one', 50)) + line(prediction(2, 'two', 10)))
  const predictions = opened()
  expect((await predictions.list({ query: '', order: 'dataset' })).total).toBe(2)
  writeFileSync(file('prediction_rows.jsonl'), line(prediction(9, 'nine', 5)))
  expect(await predictions.list({ query: '', order: 'dataset' })).toEqual({ total: 1, rows: [0] })
  expect((await predictions.rows([0]))[0].row).toBe(9)
})

describe('answers that LLaMA-Factory alone wrote', () => {
  const recorded = path.resolve('tests/fixtures/llamafactory_predict')
  beforeEach(() => cpSync(recorded, folder, { recursive: true }))

  test('have the scores whose means it wrote down', async () => {
    expect(isAnswered(folder)).toBe(true)
    const rows = await opened().rows(Array.from({ length: 24 }, (_, place) => place))
    const means = JSON.parse(readFileSync(file('predict_results.json'), 'utf8')) as Record<string, number>
    for (const name of ['rouge-1', 'rouge-2', 'rouge-l', 'bleu-4'] as const) {
      expect(rows.reduce((sum, { scores }) => sum + (scores?.[name] ?? NaN), 0) / rows.length, name).toBeCloseTo(means[`predict_${name}`], 10)
    }
  })

  test('are found and ordered as ours are, and say what was asked', async () => {
    const predictions = opened()
    const { total, rows } = await predictions.list({ query: '', order: 'bleu-4' })
    expect(total).toBe(24)
    const scores = (await predictions.rows(rows)).map((row) => row.scores?.['bleu-4'] ?? NaN)
    expect(scores).toEqual(scores.toSorted((one, other) => one - other))
    expect((await predictions.list({ query: '比 29 大', order: 'dataset' })).rows).toEqual([5])
    expect(await predictions.rows([5])).toMatchObject([{ question: '39 比 29 大吗？', predict: '不，39 比 29 小。', dataset: null, tokens: null, row: 6, base: null }])
  })

  test('that cannot be read are named by their line', async () => {
    appendFileSync(file('generated_predictions.jsonl'), '{"prompt": "p"}\n{"prompt"\n')
    await expect(opened().rows([24])).rejects.toMatchObject({ fault: { code: 'file_unreadable', values: { problem: { values: { place: '25.predict' } } } } })
    await expect(opened().rows([25])).rejects.toMatchObject({ fault: { code: 'file_unreadable', values: { problem: { values: { place: '26' } } } } })
  })
})
