/** The demo sets as their users get them: every row is read, is true to its format, and teaches what its set is for. The files' text is compared in starter-data.test.ts. */
import { statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Example, toExample } from '@/lib/datasets/example'
import { type PyObject, parseJson, type PyValue } from '@/lib/pyjson'
import { type DatasetSource } from '@/lib/datasets/info'
import { UserError } from '@/lib/errors'
import { sentence } from '@/lib/messages'
import { prepareTemplate } from '@/lib/templates/template'
import { writeCalls } from '@/lib/templates/write-calls'
import { encodeFeedback, encodePair } from '@/lib/samples/preference'
import { loadData } from '@/trainer/data/data'
import { findDataset, readInfo } from '@/trainer/data/dataset-files'
import { openDataset } from '@/trainer/rows/dataset'
import { loadTokenizer } from '@/trainer/tokenizer/tokenizer'
import { datasetFiles, recipeFiles } from '@/tools/starter/datasets/files'
import { flawNames, drawPairs } from '@/tools/starter/datasets/demo/preferences'
import { toolTalks, type ToolTalk } from '@/tools/starter/datasets/demo/tool-talks'
import { parametersOf } from '@/tools/starter/datasets/demo/tools'
import { starterFolder } from '@/tools/starter/paths'

const supervised = ['demo_identity', 'demo_instructions', 'demo_multi_turn', 'demo_tools', 'demo_tools_openai']
const ranked = ['demo_dpo', 'demo_dpo_alpaca']
const rated = ['demo_kto']
const plain = ['demo_stories', 'demo_diary']
const tooled = ['demo_tools', 'demo_tools_openai']

const info = await readInfo('data')
const starter = prepareTemplate(await loadTokenizer(starterFolder), { template: 'chatml' })

async function readSet(name: string): Promise<{ source: DatasetSource; records: PyObject[]; examples: Example[] }> {
  const source = findDataset(info, name, 'data', 'dataset')
  const { store, count, align } = await openDataset(source, 'data')
  const rows = await store.read(1, count + 1)
  const records = rows.flatMap(({ record }) => record ?? [])
  const examples = align(rows).map(({ row, aligned }) => {
    if (!aligned) throw new Error(`row ${row} is broken`)
    expect(aligned.broken).toEqual([])
    return toExample(aligned, source)
  })
  return { source, records, examples }
}

const textOf = (value: PyValue): string => (value instanceof Map ? [...value.values()].map(textOf).join('\n') : Array.isArray(value) ? value.map(textOf).join('\n') : typeof value === 'string' ? value : '')

describe.each([...supervised, ...ranked, ...rated, ...plain])('%s', (name) => {
  it('has a few hundred rows, no two the same, about half in each language', async () => {
    const { records } = await readSet(name)
    const texts = records.map(textOf)
    expect(records.length).toBeGreaterThanOrEqual(300)
    expect(new Set(texts).size).toBe(records.length)
    const chinese = texts.filter((text) => /\p{Script=Han}/u.test(text)).length
    expect(chinese / texts.length).toBeGreaterThan(0.4)
    for (const text of texts) expect(text).not.toMatch(/undefined|NaN|\[object|\{\w+\}/)
  })
})

describe.each(supervised)('%s', (name) => {
  it('gives a sample for every row, whole within 1024 tokens of the starter', async () => {
    const { records } = await readSet(name)
    const data = await loadData({ dataset: [name], dataset_dir: 'data', cutoff_len: 1024, seed: 1 }, starter)
    expect([data.train.length, data.skipped, data.truncated, data.unlearnable]).toEqual([records.length, [], 0, 0])
  })
})

describe.each(ranked)('%s', (name) => {
  it('has two different answers to each question', async () => {
    const { source, examples } = await readSet(name)
    expect(source.ranking).toBe(true)
    for (const example of examples) {
      const { chosen, rejected } = encodePair(example, starter, 512)
      expect(chosen.ids).not.toEqual(rejected.ids)
    }
  })
})

it.each([['demo_dpo', 'dpo or rm'], ['demo_dpo_alpaca', 'dpo or rm'], ['demo_kto', 'kto'], ['demo_stories', 'pt'], ['demo_diary', 'pt']])('%s says that it is for stage %s', async (name, stage) => {
  const refused = loadData({ dataset: [name], dataset_dir: 'data', cutoff_len: 512, seed: 1 }, starter).catch((error: unknown) => error)
  const error = await refused
  expect(error).toBeInstanceOf(UserError)
  if (error instanceof UserError) expect(sentence(error.fault, 'en')).toContain(`stage ${stage}, not for sft`)
})

it('the rated answers are good and bad by halves', async () => {
  const { examples } = await readSet('demo_kto')
  const good = examples.filter((example, i) => encodeFeedback(example, examples[(i || examples.length) - 1].response, starter, 512).desirable).length
  expect(good / examples.length).toBeGreaterThan(0.4)
  expect(good / examples.length).toBeLessThan(0.6)
})

it('every flaw of an answer occurs equally often', () => {
  const pairs = drawPairs(26, 300)
  for (const flaw of flawNames) expect(pairs.filter((pair) => pair.flaw === flaw)).toHaveLength(50)
})

describe.each(tooled)('the calls of %s', (name) => {
  // Of the others, glm4 writes one call at a time, and what is around the calls of glm4_moe, minimax2 and gemma4 is their templates' part.
  it.each(['default', 'qwen', 'llama3', 'mistral', 'minimax1', 'seed_oss', 'ling', 'qwen3_5', 'lfm2'] as const)('are read back from an answer in the format %s', async (format) => {
    const { examples } = await readSet(name)
    const template = prepareTemplate(starter.tokenizer, { template: 'chatml', tool_format: format })
    const messages = examples.flatMap(({ prompt, response }) => [...prompt, ...response]).filter(({ role }) => role === 'function')
    expect(messages.length).toBeGreaterThan(200)
    for (const { content } of messages) {
      const written = writeCalls(template.row, content)
      const calls = [parseJson(content)].flat().map((call) => (call instanceof Map ? { name: call.get('name'), arguments: call.get('arguments') } : call))
      const found = template.extractTools(written)
      expect(typeof found === 'string' ? found : found.map((call) => ({ name: call.name, arguments: parseJson(call.arguments) }))).toEqual(calls)
    }
  })
})

describe('the conversations with tools', () => {
  const talks = toolTalks(24, 400)
  const of = (kind: ToolTalk['kind']) => talks.filter((talk) => talk.kind === kind)
  const callsOf = ({ steps }: ToolTalk) => steps.flatMap((step) => ('calls' in step ? [step.calls] : []))
  const saidBefore = ({ steps }: ToolTalk, at: number, by: 'user' | 'results') => steps.slice(0, at).flatMap((step) => (by in step ? [JSON.stringify(step)] : [])).join('\n')

  it('call what is offered, with every parameter, of the right type', () => {
    for (const talk of talks)
      for (const { name, arguments: given } of callsOf(talk).flat()) {
        expect(talk.tools).toContain(name)
        expect(Object.entries(given).map(([key, value]) => [key, typeof value])).toEqual(parametersOf(name).map(([key, { type }]) => [key, type === 'string' ? 'string' : 'number']))
      }
  })

  it('single: one call, whose arguments the question holds', () => {
    for (const talk of of('single')) {
      expect(callsOf(talk).map((calls) => calls.length)).toEqual([1])
      for (const value of Object.values(callsOf(talk)[0][0].arguments)) expect(saidBefore(talk, 1, 'user')).toContain(String(value))
    }
  })

  it('parallel: several calls at once', () => {
    for (const talk of of('parallel')) {
      expect(callsOf(talk)).toHaveLength(1)
      expect(callsOf(talk)[0].length).toBeGreaterThan(1)
    }
  })

  it('dependent: the second call needs a value that only the first one’s result has', () => {
    expect(of('dependent').length).toBeGreaterThan(60)
    for (const talk of of('dependent')) {
      const second = talk.steps.findLastIndex((step) => 'calls' in step)
      const values = Object.values(callsOf(talk)[1][0].arguments).map(String)
      expect(values.some((value) => !saidBefore(talk, second, 'user').includes(value) && saidBefore(talk, second, 'results').includes(value)), JSON.stringify(talk.steps)).toBe(true)
    }
  })

  it('missing: the assistant asks before it calls', () => {
    for (const { steps } of of('missing')) expect(steps.map((step) => Object.keys(step)[0])).toEqual(['user', 'assistant', 'user', 'calls', 'assistant'])
  })

  it('none: nothing is called though tools are there', () => {
    for (const talk of of('none')) expect([callsOf(talk).length, talk.tools.length > 0]).toEqual([0, true])
  })
})

it('the tokenizer is counted on the datasets of its recipe alone', () => {
  expect(Object.keys(recipeFiles())).toEqual(['identity.json', 'identity_nova.json', 'starter_instructions.json', 'starter_multi_turn.json', 'starter_toolcall.json', 'starter_plain.jsonl'])
})

it('all of it is small', () => {
  const bytes = Object.keys(datasetFiles()).reduce((sum, name) => sum + statSync(path.join('data', name)).size, 0)
  expect(bytes).toBeLessThan(2e6)
})
