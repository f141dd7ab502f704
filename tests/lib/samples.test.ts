/** Which tokens are learned and what a cut-off keeps, on a template whose pieces can be counted by hand. */
import { describe, expect, test } from 'vitest'
import type { Example, Message } from '@/lib/datasets/example'
import { greedyKnapsack, packSamples } from '@/lib/samples/packing'
import { encodePair, encodePrompt } from '@/lib/samples/preference'
import { encodeTexts } from '@/lib/samples/pretrain'
import { encodeSupervised, inferSeqlen } from '@/lib/samples/supervised'
import { prepareTemplate } from '@/lib/templates/template'
import { byteTokenizer } from './own-tokenizers'

const tokenizer = byteTokenizer()
const template = prepareTemplate(tokenizer, { template: 'empty', default_system: '' })
const eosTemplate = prepareTemplate(tokenizer, { template: 'fewshot' })
const message = (role: Message['role'], content: string): Message => ({ role, content })
const example = (...turns: string[]): Example => {
  const all = turns.map((content, i) => message(i % 2 === 0 ? 'user' : 'assistant', content))
  return { prompt: all.slice(0, -1), response: all.slice(-1), system: '', tools: '' }
}
const text = (ids: readonly number[]) => tokenizer.decode(ids)
/** Learned tokens in place, the others as dots. */
const shown = ({ ids, labels }: { ids: number[]; labels: number[] }) => labels.map((label, i) => (label === -100 ? '.' : text([ids[i]]))).join('')

test.each([
  [10, 10, 100, [10, 10]],
  [100, 10, 64, [54, 10]],
  [10, 100, 64, [10, 54]],
  [100, 100, 64, [32, 32]],
  [90, 40, 64, [45, 19]],
  [0, 50, 20, [0, 20]],
  [50, 0, 20, [20, 0]],
  [5, 5, 1, [1, 0]],
])('a prompt of %d and an answer of %d within %d', (source, target, cutoff, expected) => expect(inferSeqlen(source, target, cutoff)).toEqual(expected))

describe('supervised', () => {
  const talk = example('123', '45', '678', '90')

  test('answers are learned, prompts are not', () => {
    const encoded = encodeSupervised(talk, template, { cutoff_len: 100 })
    expect(text(encoded.ids)).toBe('1234567890')
    expect(shown(encoded)).toBe('...45...90')
    expect(encoded.cut).toBe(0)
  })

  test('train_on_prompt, mask_history', () => {
    expect(shown(encodeSupervised(talk, template, { cutoff_len: 100, train_on_prompt: true }))).toBe('1234567890')
    expect(shown(encodeSupervised(talk, template, { cutoff_len: 100, mask_history: true }))).toBe('........90')
  })

  test('the cut-off falls on later turns, with masked history on earlier ones', () => {
    const first = encodeSupervised(talk, template, { cutoff_len: 7 })
    expect(text(first.ids)).toBe('1234567')
    expect(first.cut).toBe(3)
    expect(text(encodeSupervised(talk, template, { cutoff_len: 7, mask_history: true }).ids)).toBe('1267890')
    expect(text(encodeSupervised(talk, template, { cutoff_len: 5 }).ids)).toBe('12345')
  })

  test('what falls away is known by its place, and put back there gives the whole', () => {
    const whole = encodeSupervised(talk, template, { cutoff_len: 100 }).ids
    for (const mask_history of [false, true]) {
      for (let cutoff_len = 4; cutoff_len <= 10; cutoff_len++) {
        const { ids, gaps, cut } = encodeSupervised(talk, template, { cutoff_len, mask_history })
        const filled = gaps.toReversed().reduce((all, gap) => all.toSpliced(gap.at, 0, ...gap.ids), ids)
        expect(filled).toEqual(whole)
        expect(cut).toBe(whole.length - ids.length)
      }
    }
  })

  test('an eos that stands at the end only is a label between turns', () => {
    const eos = eosTemplate.tokenizer.eos?.id
    const { ids, labels } = encodeSupervised(example('12', '3', '45', '6'), eosTemplate, { cutoff_len: 100 })
    expect(text(ids)).toBe('123\n\n456\n\n</s>')
    const learned = labels.map((label, i) => (label === -100 ? '.' : label === ids[i] ? text([label]) : `(${text([label])})`))
    expect(learned.join('')).toBe('..3\n\n(</s>).6\n\n</s>')
    expect(labels[5]).toBe(eos)
  })
})

describe('messages that say whether they are learned', () => {
  const flagged = (flags: (boolean | undefined)[], ...turns: string[]): Example => {
    const { prompt, response, ...rest } = example(...turns)
    const all = [...prompt, ...response].map((one, i) => ({ ...one, ...(flags[i] !== undefined && { learned: flags[i] }) }))
    return { ...rest, prompt: all.slice(0, -1), response: all.slice(-1) }
  }
  const turns = ['12', '34', '56', '78']

  test.each<[(boolean | undefined)[], object, string]>([
    [[], {}, '..34..78'],
    [[undefined, false], {}, '......78'],
    [[undefined, true, undefined, false], {}, '..34....'],
    [[true, undefined, false], {}, '1234..78'],
    [[false], { train_on_prompt: true }, '..345678'],
    [[undefined, true], { mask_history: true }, '......78'],
    [[undefined, undefined, undefined, false], { mask_history: true }, '........'],
  ])('%j with %j', (flags, options, expected) => expect(shown(encodeSupervised(flagged(flags, ...turns), template, { cutoff_len: 100, ...options }))).toBe(expected))

  test('the eos that an answer ends with is learned only with it', () => {
    const labels = (flags: (boolean | undefined)[]) => encodeSupervised(flagged(flags, '12', '3', '45', '6'), eosTemplate, { cutoff_len: 100 }).labels.filter((label) => label !== -100)
    const eos = eosTemplate.tokenizer.eos?.id ?? -1
    expect(labels([]).filter((label) => label === eos)).toHaveLength(2)
    expect(labels([undefined, false]).filter((label) => label === eos)).toHaveLength(1)
    expect(labels([undefined, false, undefined, false])).toEqual([])
  })
})

describe('packing', () => {
  test.each([
    [[1, 2, 3, 4, 5], 5, [[5], [4, 1], [3, 2]]],
    [[10, 10, 10], 25, [[10, 10], [10]]],
    [[], 5, []],
  ])('%j into bags of %d', (numbers, capacity, bags) => expect(greedyKnapsack(numbers, capacity)).toEqual(bags))

  test('a number beyond the capacity is an error, not an endless loop', () => expect(() => greedyKnapsack([6], 5)).toThrow('does not fit'))

  test('rows are one longer than the cut-off; neat ones keep examples apart', () => {
    const samples = [{ ids: [1, 2], labels: [-100, 2] }, { ids: [3, 4, 5], labels: [3, 4, 5] }]
    expect(packSamples(samples, 6, 0, true)).toEqual([{ members: [1, 0], ids: [3, 4, 5, 1, 2, 0, 0], labels: [3, 4, 5, -100, 2, -100, -100], filled: 5, positions: [0, 1, 2, 0, 1, 0, 0], mask: [1, 1, 1, 2, 2, 0, 0] }])
    expect(packSamples(samples, 6, 0, false)[0].mask).toEqual([1, 1, 1, 1, 1, 1, 1])
  })
})

test('a pair shares its prompt; the longer answer decides the cut-off', () => {
  const pair: Example = { prompt: [message('user', '12345678')], response: [message('assistant', '90'), message('assistant', '123456')], system: '', tools: '' }
  const { chosen, rejected } = encodePair(pair, template, 10)
  expect(text(chosen.ids)).toBe('12345690')
  expect(text(rejected.ids)).toBe('1234561234')
  expect(shown(rejected)).toBe('......1234')
})

test('a prompt to answer ends where the answer begins', () => {
  const { ids, labels } = encodePrompt(example('123', '45'), template, 100)
  expect([text(ids), text(labels)]).toEqual(['123', '45'])
})

describe('plain texts', () => {
  test('one row each, or one stream cut into rows', () => {
    expect(encodeTexts(['12', '345'], template, 3, false, false).map(text)).toEqual(['12</s>', '345'])
    expect(encodeTexts(['12', '345'], template, 3, true, false).map(text)).toEqual(['12</s>', '345'])
    expect(encodeTexts(['12', '3456'], template, 3, true, false).map(text)).toEqual(['12</s>', '345'])
    expect(encodeTexts(['12', '345'], template, 3, true, true).map(text)).toEqual(['<s>2</s>', '<s>45'])
  })
})
