/** Evaluations as the command `predict` runs them, the model apart (one that answers from a list): files, order, scores, stopping, going on, and bad input. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { UserError, type Fault } from '@/lib/errors'
import { predictionSchema, type Prediction } from '@/lib/predictions'
import { runStateSchema } from '@/lib/run'
import { Refused } from '@/trainer/arguments'
import type { Generator } from '@/trainer/engine/types'
import { predict } from '@/trainer/predict/command'
import { makeDataset, makeTinyModel } from './tiny-model'
import { fakeEngine } from './fake-engine'

let home = ''
const at = (...parts: string[]) => path.join(home, ...parts)
const bytes = (text: string) => [...Buffer.from(text)]

/** Questions in the order in which they were answered, and what to say to the question with a number. */
let asked: number[] = []
let say = (index: number): string => `It is ${index}.`
/** Told after each answer. */
let answered = (): void => undefined

/** Answers two at a time, the second first. */
const generator: Generator = {
  runtime: 'fake',
  generate: () => {
    throw new Error('not asked')
  },
  async *generateAll(prompts, { signal, side }) {
    const waiting = [...prompts]
    for (let i = 0; i < waiting.length; i += 2) {
      for (const { index } of waiting.slice(i, i + 2).reverse()) {
        if (signal.aborted) return
        asked.push(index)
        yield { index, ids: bytes(side === 'base' ? 'I do not know.' : say(index)), end: 'stop' as const }
        answered()
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
  },
  dispose: () => undefined,
}

const tools = JSON.stringify([{ name: 'weather', description: 'Get the weather.', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } }])
const talks = [
  { conversations: [['human', 'Weather in Oslo?'], ['function_call', '{"name":"weather","arguments":{"city":"Oslo"}}'], ['observation', '{"sky":"grey"}'], ['gpt', 'Grey.']], tools },
  { conversations: [['human', 'Weather?'], ['gpt', 'In which city?'], ['human', 'Rome'], ['function_call', '{"name":"weather","arguments":{"city":"Rome"}}']], tools },
  { conversations: [['human', 'Hello!'], ['gpt', 'Hello! How are you?']] },
].map((row) => ({ ...row, conversations: row.conversations.map(([from, value]) => ({ from, value })) }))

beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'tuneboard-evaluate-'))
  makeTinyModel(at('model'))
  makeDataset(at('data'), 5)
  writeFileSync(at('data', 'talks.json'), JSON.stringify(talks))
  writeFileSync(at('data', 'open.json'), JSON.stringify([{ instruction: 'Why?', input: '' }, { instruction: 'How?', input: '', output: 'So.' }, { instruction: 7, input: '' }]))
  const sharegpt = { formatting: 'sharegpt', columns: { messages: 'conversations', tools: 'tools' } }
  writeFileSync(at('data', 'dataset_info.json'), JSON.stringify({ sums: { file_name: 'sums.json' }, talks: { file_name: 'talks.json', ...sharegpt }, open: { file_name: 'open.json' } }))
})
afterAll(() => {
  // Of the runs here; the test's own end must not reach them.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.removeAllListeners(signal)
  rmSync(home, { recursive: true, force: true })
})
beforeEach(() => {
  asked = []
  say = (index) => `It is ${2 * index}.`
  answered = () => undefined
})

const openers = { engine: async () => fakeEngine(), generator: async () => generator }
function run(folder: string, change: Record<string, unknown> = {}, ...more: string[]): Promise<number> {
  const settings = { model_name_or_path: at('model'), dataset_dir: at('data'), eval_dataset: 'sums', template: 'qwen', output_dir: at(folder), per_device_eval_batch_size: 2, ...change }
  writeFileSync(at('run.yaml'), Object.entries(settings).map(([key, value]) => `${key}: ${value}\n`).join(''))
  return predict([at('run.yaml'), ...more], openers)
}

const lines = (...parts: string[]): unknown[] => readFileSync(at(...parts), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as unknown)
const rowsOf = (folder: string): Prediction[] => lines(folder, 'prediction_rows.jsonl').map((line) => predictionSchema.parse(line))
const json = (...parts: string[]) => JSON.parse(readFileSync(at(...parts), 'utf8')) as Record<string, unknown>
const stateOf = (folder: string) => runStateSchema.parse(json(folder, 'state.json'))

async function faultsOf(work: Promise<number>): Promise<Fault[]> {
  try {
    await work
  } catch (error) {
    if (error instanceof Refused) return [...error.faults]
    if (error instanceof UserError) return [error.fault]
    throw error
  }
  return []
}

describe('an evaluation', () => {
  it('writes LLaMA-Factory’s files, in the order of the rows', async () => {
    expect(await run('whole', { do_eval: true })).toBe(0)
    const prompt = '<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\n<|im_start|>user\nWhat is 1 plus 1?<|im_end|>\n<|im_start|>assistant\n'
    expect(lines('whole', 'generated_predictions.jsonl')[1]).toEqual({ prompt, predict: 'It is 2.', label: 'It is 2.\n' })
    expect(readFileSync(at('whole', 'generated_predictions.jsonl'), 'utf8')).toContain('", "predict": "It is 2.", "label": "')
    expect(rowsOf('whole').map(({ row, predict }) => [row, predict])).toEqual([0, 1, 2, 3, 4].map((i) => [i + 1, `It is ${2 * i}.`]))
    expect(asked).toEqual([1, 0, 3, 2, 4])
    const results = json('whole', 'predict_results.json')
    expect(Object.keys(results)).toEqual(['predict_bleu-4', 'predict_rouge-1', 'predict_rouge-2', 'predict_rouge-l', 'predict_runtime', 'predict_samples_per_second', 'predict_steps_per_second'])
    expect(results['predict_rouge-1']).toBeCloseTo(100, 4)
    expect(json('whole', 'all_results.json')).toMatchObject({ ...results, ...json('whole', 'eval_results.json') })
    expect(json('whole', 'eval_results.json').eval_perplexity).toBeCloseTo(Math.exp(Number(json('whole', 'eval_results.json').eval_loss)), 6)
    expect(stateOf('whole')).toMatchObject({ status: 'done', step: 6, total_steps: 6, runtime: 'fake' })
    expect(lines('whole', 'trainer_log.jsonl').at(-1)).toMatchObject({ current_steps: 6, total_steps: 6, percentage: 100 })
  })

  it('goes on where it was stopped, with the same answers', async () => {
    answered = () => void (asked.length === 3 && process.emit('SIGTERM', 'SIGTERM'))
    expect(await run('stopped')).toBe(143)
    expect(stateOf('stopped').status).toBe('stopped')
    expect(rowsOf('stopped').map(({ row }) => row)).toEqual([1, 2])
    expect(existsSync(at('stopped', 'predict_results.json'))).toBe(false)
    // A line that the end of the machine has torn.
    writeFileSync(at('stopped', 'prediction_rows.jsonl'), '{"datas', { flag: 'a' })
    answered = () => undefined
    asked = []
    expect(await run('stopped', {}, 'resume_from_checkpoint=true')).toBe(0)
    expect(asked).toEqual([3, 2, 4])
    expect(lines('stopped', 'generated_predictions.jsonl')).toEqual(lines('whole', 'generated_predictions.jsonl'))
    expect(json('stopped', 'predict_results.json')['predict_bleu-4']).toBe(json('whole', 'predict_results.json')['predict_bleu-4'])
  })

  it('asks the answers inside a conversation that call tools or ask back, and says how many were right', async () => {
    const call = (city: string) => `<tool_call>\n{"name": "weather", "arguments": {"city": "${city}"}}\n</tool_call>`
    const answers = [call('Oslo'), 'Grey.', 'Which city do you mean?', call('Paris'), 'Hi.']
    say = (index) => answers[index]
    expect(await run('tools', { eval_dataset: 'talks' })).toBe(0)
    expect(rowsOf('tools').map(({ row, turn, last, call: verdict }) => [row, turn, last, verdict])).toEqual([
      [1, 1, false, { kind: 'call', json: true, name: true, arguments: true }],
      [1, 2, true, null],
      [2, 1, false, { kind: 'question', asked: true }],
      [2, 2, true, { kind: 'call', json: true, name: true, arguments: false }],
      [3, 1, true, null],
    ])
    expect(lines('tools', 'generated_predictions.jsonl')).toHaveLength(3)
    expect(json('tools', 'predict_results.json')).toMatchObject({ predict_call_json: 100, predict_call_name: 100, predict_call_arguments: 50, predict_asked_back: 100 })
  })

  it('asks rows without an answer, scores only the others, and names those that it leaves out', async () => {
    expect(await run('open', { eval_dataset: 'open' })).toBe(0)
    expect(rowsOf('open').map(({ row, scores }) => [row, scores === null])).toEqual([[1, true], [2, false]])
    expect(readFileSync(at('open', 'running_log.txt'), 'utf8')).toContain('Dataset open: row 3 is left out')
  })
})

describe('bad input is refused by name, before anything is written', () => {
  it.each<[string, Record<string, unknown>, Partial<Fault>]>([
    ['no data', { eval_dataset: '' }, { code: 'no_data_for_eval', field: 'do_predict' }],
    ['an unknown dataset', { eval_dataset: 'sum' }, { code: 'dataset_unknown', field: 'eval_dataset' }],
    ['a batch of none', { per_device_eval_batch_size: 0 }, { code: 'below_minimum', field: 'per_device_eval_batch_size' }],
    ['no new tokens', { max_new_tokens: 0 }, { code: 'below_minimum', field: 'max_new_tokens' }],
    ['a hot temperature', { temperature: 2 }, { code: 'above_maximum', field: 'temperature' }],
    ['half a row', { max_samples: 2.5 }, { code: 'not_an_integer', field: 'max_samples' }],
    ['another stage', { stage: 'pt' }, { field: 'predict_with_generate' }],
    ['no adapter there', { adapter_name_or_path: 'nowhere' }, { code: 'adapter_missing', field: 'adapter_name_or_path' }],
    ['beams', { generation_num_beams: 4 }, { code: 'not_yet', field: 'generation_num_beams' }],
  ])('%s', async (_, change, fault) => {
    expect(await faultsOf(run('refused', change))).toContainEqual(expect.objectContaining(fault))
    expect(existsSync(at('refused'))).toBe(false)
  })

  it('a folder that holds another run', async () => {
    expect(await faultsOf(run('whole'))).toMatchObject([{ code: 'output_dir_taken', field: 'output_dir' }])
  })
})
