/** The answers of an evaluation as the server reads them from a folder in which they still grow. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ModelAnswer, Prediction } from '@/lib/predictions'
import { predictionsOf } from '@/server/runs/predictions'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'predictions-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const answer = (predict: string, bleu: number | null): ModelAnswer => ({ predict, tokens: 3, end: 'stop', scores: bleu === null ? null : { 'rouge-1': bleu, 'rouge-2': 0, 'rouge-l': 100 - bleu, 'bleu-4': bleu }, call: null })
const prediction = (row: number, predict: string, bleu: number | null): Prediction => ({ ...answer(predict, bleu), dataset: 'set', row, turn: 1, last: true, question: `问题 ${row}`, prompt: 'p', label: 'Yes' })
const file = (name: string) => path.join(folder, name)
const line = (value: object) => `${JSON.stringify(value)}\n`

test('they are listed as they come, in the order asked for', () => {
  const predictions = predictionsOf(folder)
  expect(predictions.list({ query: '', order: 'dataset' })).toEqual({ total: 0, rows: [] })
  writeFileSync(file('prediction_rows.jsonl'), line(prediction(1, 'one', 50)) + line(prediction(2, 'two', 10)) + '{"half')
  expect(predictions.list({ query: '', order: 'bleu-4' })).toEqual({ total: 2, rows: [1, 0] })
  writeFileSync(file('prediction_rows.jsonl'), line(prediction(1, 'one', 50)) + line(prediction(2, 'two', 10)) + line(prediction(3, 'three', null)))
  expect(predictions.list({ query: '', order: 'bleu-4' })).toEqual({ total: 3, rows: [1, 0, 2] })
  expect(predictions.list({ query: '', order: 'rouge-l' }).rows).toEqual([0, 1, 2])
})

test('they are found by words of question, prediction and label, whatever their case', () => {
  writeFileSync(file('prediction_rows.jsonl'), line(prediction(1, 'One', 50)) + line(prediction(2, 'Two', 10)))
  const found = (query: string) => predictionsOf(folder).list({ query, order: 'dataset' }).rows
  expect([found('two'), found('问题 1'), found('yes'), found('none'), found('  ')]).toEqual([[1], [0], [0, 1], [], [0, 1]])
})

test('a row has the base model’s answer once that is there', () => {
  writeFileSync(file('prediction_rows.jsonl'), line(prediction(1, '😀 one', 50)) + line(prediction(2, 'two', 10)))
  const predictions = predictionsOf(folder)
  expect(predictions.rows([1, 7, 0]).map(({ place, predict, base }) => [place, predict, base])).toEqual([[1, 'two', null], [0, '😀 one', null]])
  appendFileSync(file('base_rows.jsonl'), line(answer('basis', 1)))
  expect(predictions.rows([0, 1]).map(({ base }) => base?.predict ?? null)).toEqual(['basis', null])
})

test('a file that begins anew is read anew', () => {
  writeFileSync(file('prediction_rows.jsonl'), line(prediction(1, 'one', 50)) + line(prediction(2, 'two', 10)))
  const predictions = predictionsOf(folder)
  expect(predictions.list({ query: '', order: 'dataset' }).total).toBe(2)
  writeFileSync(file('prediction_rows.jsonl'), line(prediction(9, 'nine', 5)))
  expect(predictions.list({ query: '', order: 'dataset' })).toEqual({ total: 1, rows: [0] })
  expect(predictions.rows([0])[0].row).toBe(9)
})
