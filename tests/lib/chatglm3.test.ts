/** ChatGLM3's own fine-tuning format, as its documentation describes it: from a row to what a model is trained on. */
import { describe, expect, test } from 'vitest'
import { RowError } from '@/lib/datasets/align'
import { toExample, unsupervised } from '@/lib/datasets/example'
import { align } from '@/lib/datasets/formats'
import { entrySchema, resolveEntry } from '@/lib/datasets/info'
import { words } from '@/lib/messages'
import { parseJson, type PyObject } from '@/lib/pyjson'
import { encodeSupervised } from '@/lib/samples/supervised'
import { prepareTemplate } from '@/lib/templates/template'
import { byteTokenizer } from './own-tokenizers'

const source = resolveEntry('d', entrySchema.parse({ file_name: 'd.jsonl', formatting: 'chatglm3' }))
const row = (value: unknown): PyObject => {
  const parsed = parseJson(typeof value === 'string' ? value : JSON.stringify(value))
  if (!(parsed instanceof Map)) throw new Error('not a row')
  return parsed
}
const example = (value: unknown) => toExample(align(row(value), source), source)
const conversations = (...messages: object[]) => ({ conversations: messages })
const user = { role: 'user', content: 'How warm is it in Rome?' }
const thought = { role: 'assistant', content: 'I look it up.' }
const call = { role: 'tool', name: 'weather', parameters: { city: 'Rome', days: 1.0 }, observation: { celsius: 21 } }
const answer = { role: 'assistant', content: '21 degrees.' }

describe('rows', () => {
  test('a plain conversation with a system text', () => {
    expect(example(conversations({ role: 'system', content: 'Be brief.' }, user, answer))).toEqual({ prompt: [user], response: [answer], system: 'Be brief.', tools: '' })
  })

  test('a tool message is a call and its result; the text before it belongs to the call', () => {
    const called = { role: 'function', content: '{"name": "weather", "arguments": {"city": "Rome", "days": 1}}', before: 'I look it up.\n' }
    expect(example(conversations(user, thought, call, answer)).prompt).toEqual([user, called, { role: 'observation', content: '{"celsius": 21}' }])
    // As the file spells it: 1.0 stays 1.0.
    expect(example('{"conversations": [{"role": "user", "content": "q"}, {"role": "tool", "name": "f", "parameters": {"x": 1.0}}]}').response).toEqual([
      { role: 'function', content: '{"name": "f", "arguments": {"x": 1.0}}' },
    ])
  })

  test('calls that follow one another, a result in a message of its own, a call at the end', () => {
    const two = example(conversations(user, { ...call, observation: 'a' }, { ...call, parameters: undefined, observation: null }, { role: 'observation', content: 'b' }, answer))
    expect(two.prompt.map(({ role, content }) => [role, content])).toEqual([
      ['user', user.content],
      ['function', '{"name": "weather", "arguments": {"city": "Rome", "days": 1}}'],
      ['observation', 'a'],
      ['function', '{"name": "weather", "arguments": {}}'],
      ['observation', 'b'],
    ])
    expect(example(conversations(user, thought, { ...call, observation: null })).response[0]).toMatchObject({ role: 'function', before: 'I look it up.\n' })
  })

  test('tools as a list, as text, or none', () => {
    const tools = [{ name: 'weather', description: 'd', parameters: {} }]
    expect(example({ tools, ...conversations(user, answer) }).tools).toBe('[{"name": "weather", "description": "d", "parameters": {}}]')
    expect(example({ tools: '[]', ...conversations(user, answer) }).tools).toBe('[]')
    expect(example({ tools: null, ...conversations(user, answer) }).tools).toBe('')
  })

  test('loss flags stay with their messages; a thought and its call are learned together or not at all', () => {
    const { prompt, response } = example(conversations({ ...user, loss: true }, { ...thought, loss: true }, { ...call, loss: false }, { ...answer, loss: false }))
    expect([...prompt, ...response].map(({ learned }) => learned)).toEqual([true, false, undefined, false])
  })

  test.each([
    [[{ role: 'user' }], 'conversations[0].content', null],
    [[user, { role: 'tool', parameters: {} }], 'conversations[1].name', null],
    [[user, { role: 'tool', name: 3 }], 'conversations[1].name', 'a text'],
    [[user, 'text'], 'conversations[1]', 'an object'],
    [[user, { ...answer, loss: 'no' }], 'conversations[1].loss', 'true or false'],
  ])('%j is of the wrong shape', (messages, column, problem) => {
    try {
      align(row({ conversations: messages }), source)
      expect.unreachable()
    } catch (error) {
      if (!(error instanceof RowError)) throw error
      expect(words(error.column, 'en')).toBe(column)
      if (problem !== null) expect(words(error.problem ?? '', 'en')).toContain(problem)
    }
  })

  test.each([[[user, user]], [[answer, user]], [[user, answer, { role: 'system', content: 'late' }, answer]], [[user]], [[]]])('%j is out of order', (messages) => {
    expect(unsupervised(align(row({ conversations: messages }), source), source)).not.toBeNull()
  })
})

test('what is learned, in a template of tool calls', () => {
  const template = prepareTemplate(byteTokenizer(), { template: 'chatml', tool_format: 'qwen' })
  const learnedOf = (value: unknown) => {
    const { ids, labels } = encodeSupervised(example(value), template, { cutoff_len: 2000 })
    return template.tokenizer.decode(ids.filter((_, i) => labels[i] !== -100))
  }
  const whole = learnedOf(conversations(user, thought, call, answer))
  expect(whole).toContain('I look it up.\n<tool_call>\n{"name": "weather", "arguments": {"city": "Rome", "days": 1}}\n</tool_call>')
  expect(whole).toContain('21 degrees.')
  expect(learnedOf(conversations(user, { ...thought, loss: false }, call, answer))).toMatch(/^21 degrees\./)
  expect(learnedOf(conversations(user, thought, call, { ...answer, loss: false }))).not.toContain('21 degrees')
})
