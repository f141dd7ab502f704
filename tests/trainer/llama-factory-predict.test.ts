/**
 * The starter's greedy answers beside those that LLaMA-Factory 0.9.5 wrote for the same settings (`tests/fixtures/llamafactory_predict`, the starter's weights in float32 there, because it
 * computes in the type of the files): the same file to the last byte, the same scores.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { train } from '@/trainer/run/train'

const theirs = (name: string) => readFileSync(path.join('tests/fixtures/llamafactory_predict', name), 'utf8')
const folder = mkdtempSync(path.join(os.tmpdir(), 'tuneboard-theirs-'))
const ours = (name: string) => readFileSync(path.join(folder, 'run', name), 'utf8')
const numbers = (text: string) => JSON.parse(text) as Record<string, number>

beforeAll(async () => {
  const listeners = process.listeners('SIGTERM')
  writeFileSync(path.join(folder, 'predict.yaml'), theirs('predict.yaml'))
  expect(await train([path.join(folder, 'predict.yaml'), `output_dir=${path.join(folder, 'run')}`])).toBe(0)
  // A run listens for the request to stop until its process ends; this process ends by one, with the folder gone.
  for (const listener of process.listeners('SIGTERM')) if (!listeners.includes(listener)) process.off('SIGTERM', listener)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('writes the same answers', () => expect(ours('generated_predictions.jsonl')).toBe(theirs('generated_predictions.jsonl')))

it('names and counts the same scores', () => {
  const [wanted, found] = [numbers(theirs('predict_results.json')), numbers(ours('predict_results.json'))]
  expect([...Object.keys(found), 'predict_model_preparation_time'].sort()).toEqual(Object.keys(wanted).sort())
  for (const score of ['bleu-4', 'rouge-1', 'rouge-2', 'rouge-l'].map((name) => `predict_${name}`)) expect(found[score]).toBeCloseTo(wanted[score], 12)
})
