/** Judging tool calls and questions asked back; the rows of the demo set give the cases. */
import { describe, expect, test } from 'vitest'
import { callShares, expectation, judgeCalls } from '@/lib/metrics/tool-calls'
import { toolFormats } from '@/lib/templates/tools/table'

const read = (text: string) => toolFormats.qwen.read(text) ?? text
const call = (name: string, args: string) => `<tool_call>\n{"name": "${name}", "arguments": ${args}}\n</tool_call>`
const wanted = call('book_table', '{"people": 4, "hour": 5}')

describe('a call', () => {
  test.each([
    ['the same', wanted, { json: true, name: true, arguments: true }],
    ['keys in another order', call('book_table', '{"hour": 5, "people": 4}'), { json: true, name: true, arguments: true }],
    ['a number as text', call('book_table', '{"people": "4", "hour": 5}'), { json: true, name: true, arguments: false }],
    ['an argument more', call('book_table', '{"people": 4, "hour": 5, "day": 1}'), { json: true, name: true, arguments: false }],
    ['another tool', call('find_train', '{"people": 4, "hour": 5}'), { json: true, name: false, arguments: false }],
    ['two calls', wanted + wanted, { json: true, name: false, arguments: false }],
    ['broken JSON', '<tool_call>\n{"name": "book_table", "arguments": {"people": 4\n</tool_call>', { json: false, name: false, arguments: false }],
    ['words', 'I will book it.', { json: false, name: false, arguments: false }],
    ['nothing', '', { json: false, name: false, arguments: false }],
  ])('%s', (_, prediction, verdict) => {
    expect(judgeCalls('call', prediction, wanted, read)).toEqual({ kind: 'call', ...verdict })
  })
})

test.each([
  ['For how many?', true],
  ['请问几位？\n', true],
  ['A table is booked.', false],
  [wanted, false],
])('%j asks back: %s', (prediction, asked) => {
  expect(judgeCalls('question', prediction, 'How many people?', read)).toEqual({ kind: 'question', asked })
})

test('a question counts as asked back only where tools are offered and a person is answered', () => {
  const question = { role: 'assistant' as const, content: 'For how many?' }
  const user = { role: 'user' as const, content: 'Book a table.' }
  expect(expectation(question, user, '[{}]')).toBe('question')
  expect(expectation(question, user, '')).toBeNull()
  expect(expectation(question, { role: 'observation', content: '{}' }, '[{}]')).toBeNull()
  expect(expectation({ role: 'function', content: '{}' }, user, '[{}]')).toBe('call')
})

test('shares are of the answers that they are about', () => {
  const verdicts = [
    { kind: 'call', json: true, name: true, arguments: false },
    { kind: 'call', json: false, name: false, arguments: false },
    { kind: 'question', asked: true },
  ] as const
  expect(callShares(verdicts)).toEqual({ call_json: 50, call_name: 50, call_arguments: 0, asked_back: 100 })
  expect(callShares([])).toEqual({})
})
