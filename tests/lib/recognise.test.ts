/** Recognised mappings must make the rows' conversations: what counts is what the aligned row says, not the names of the mapping's keys. */
import { expect, test } from 'vitest'
import { align } from '@/lib/datasets/formats'
import { entrySchema, resolveEntry } from '@/lib/datasets/info'
import { entryKeys, kindOf, type Mapping } from '@/lib/datasets/mapping'
import { freeName, isDatasetName } from '@/lib/datasets/names'
import { recognise } from '@/lib/datasets/recognise'
import { parseJson, type PyObject } from '@/lib/pyjson'

const rowsOf = (...rows: unknown[]) => rows.map((row) => parseJson(JSON.stringify(row)) as PyObject)

/** The first row as `role: text` lines, read back through the entry that would be written. */
function read(rows: PyObject[]) {
  const { kind, mapping } = recognise(rows)
  const entry = entrySchema.parse(JSON.parse(JSON.stringify({ file_name: 'x.json', ...entryKeys(mapping) })))
  const source = resolveEntry('x', entry)
  const { prompt, response, system, tools, broken } = align(rows[0], source)
  expect(broken).toEqual([])
  return { kind, lines: [...prompt, ...response].map(({ role, content }) => `${role}: ${String(content)}`), system, tools }
}

const said = (...lines: string[]) => expect.objectContaining({ lines })

test('alpaca by its own names needs no columns at all', () => {
  const rows = rowsOf({ instruction: 'Add.', input: '1 + 1', output: '2' })
  expect(entryKeys(recognise(rows).mapping)).toEqual({ formatting: undefined, ranking: undefined, columns: undefined, tags: undefined })
  expect(read(rows)).toEqual({ kind: 'alpaca', lines: ['user: Add.\n1 + 1', 'assistant: 2'], system: '', tools: '' })
})

test('questions and answers by other names, with system and history, in Chinese too', () => {
  expect(read(rowsOf({ Question: 'Who?', context: 'Here.', Answer: 'I.', system: 'Be brief.', id: 7 }))).toMatchObject({ kind: 'alpaca', lines: ['user: Who?\nHere.', 'assistant: I.'], system: 'Be brief.' })
  expect(read(rowsOf({ prompt: 'And?', response: 'Yes.', history: [['Hi', 'Hello']] }))).toEqual(said('user: Hi', 'assistant: Hello', 'user: And?', 'assistant: Yes.'))
  expect(read(rowsOf({ 问题: '你是谁', 回答: '助手' }))).toEqual(said('user: 你是谁', 'assistant: 助手'))
})

test('sharegpt with tools, calls and observations', () => {
  const conversations = [
    { from: 'human', value: 'Weather?' }, { from: 'function_call', value: '{"name": "w", "arguments": {}}' }, { from: 'observation', value: 'sun' }, { from: 'gpt', value: 'Sunny.' },
  ]
  const rows = rowsOf({ conversations, tools: '[]' })
  expect(read(rows)).toMatchObject({ kind: 'sharegpt', lines: ['user: Weather?', 'function: {"name": "w", "arguments": {}}', 'observation: sun', 'assistant: Sunny.'], tools: '[]' })
  expect(entryKeys(recognise(rows).mapping)).toEqual({ formatting: 'sharegpt', ranking: undefined, columns: { messages: 'conversations', tools: 'tools' }, tags: undefined })
})

test('messages with role and content, whatever the column and the words are called', () => {
  const messages = [{ role: 'system', content: 'S' }, { role: 'user', content: 'A' }, { role: 'assistant', content: 'B' }]
  expect(read(rowsOf({ messages }))).toMatchObject({ kind: 'sharegpt', lines: ['user: A', 'assistant: B'], system: 'S' })
  expect(read(rowsOf({ log: [{ role: 'prompter', text: 'A' }, { role: 'bot', text: 'B' }] }))).toEqual(said('user: A', 'assistant: B'))
  expect(recognise(rowsOf({ messages })).words).toEqual(['system', 'user', 'assistant'])
})

test('OpenAI messages with tool calls', () => {
  const messages = [
    { role: 'user', content: 'Weather?' },
    { role: 'assistant', content: '', tool_calls: [{ type: 'function', function: { name: 'w', arguments: '{}' } }] },
    { role: 'tool', content: 'sun' },
    { role: 'assistant', content: 'Sunny.' },
  ]
  const found = read(rowsOf({ messages, tools: [{ type: 'function', function: { name: 'w' } }] }))
  expect(found.kind).toBe('openai')
  expect(found.lines.map((line) => line.split(':')[0])).toEqual(['user', 'function', 'observation', 'assistant'])
})

test("ChatGLM3's own rows", () => {
  const conversations = [
    { role: 'user', content: 'Weather?' }, { role: 'assistant', content: 'I ask.' }, { role: 'tool', name: 'w', parameters: { at: 'here' }, observation: 'sun' }, { role: 'assistant', content: 'Sunny.' },
  ]
  const rows = rowsOf({ tools: [{ name: 'w' }], conversations })
  expect(read(rows)).toMatchObject({ kind: 'chatglm3', lines: ['user: Weather?', 'function: {"name": "w", "arguments": {"at": "here"}}', 'observation: sun', 'assistant: Sunny.'] })
  expect(entryKeys(recognise(rows).mapping).tags).toBe(undefined)
})

test('preference pairs, as columns of texts and as messages', () => {
  expect(read(rowsOf({ instruction: 'Q', input: '', chosen: 'good', rejected: 'bad' }))).toMatchObject({ kind: 'preference', lines: ['user: Q', 'assistant: good', 'assistant: bad'] })
  const pair = { chosen: { from: 'gpt', value: 'good' }, rejected: { from: 'gpt', value: 'bad' } }
  expect(read(rowsOf({ conversations: [{ from: 'human', value: 'Q' }], ...pair }))).toMatchObject({ kind: 'preference', lines: ['user: Q', 'assistant: good', 'assistant: bad'] })
})

test('rated answers', () => {
  const messages = [{ role: 'user', content: 'Q' }, { role: 'assistant', content: 'A' }]
  expect(read(rowsOf({ messages, label: false }))).toMatchObject({ kind: 'kto', lines: ['user: Q', 'assistant: ', 'assistant: A'] })
  expect(read(rowsOf({ prompt: 'Q', completion: 'A', label: true }))).toMatchObject({ kind: 'kto', lines: ['user: Q', 'assistant: A', 'assistant: '] })
})

test('plain text, and rows that fit nothing', () => {
  expect(read(rowsOf({ text: 'Once upon a time.', meta: { url: 'x' } }))).toMatchObject({ kind: 'text', lines: ['user: Once upon a time.'] })
  expect(recognise(rowsOf({ a: 1, b: 2 }))).toMatchObject({ kind: null, columns: [{ name: 'a', kind: 'number' }, { name: 'b', kind: 'number' }] })
  expect(recognise([]).kind).toBe(null)
})

test('a column that is empty at first is known by its later rows', () => {
  const rows = rowsOf({ instruction: 'Q', output: 'A', history: [], note: null }, { instruction: 'Q', output: 'A', history: [['a', 'b']], note: 3 })
  expect(recognise(rows).columns).toEqual([
    { name: 'instruction', kind: 'text' }, { name: 'output', kind: 'text' }, { name: 'history', kind: 'pairs' }, { name: 'note', kind: 'number' },
  ])
  expect(recognise(rows).mapping.columns.history).toBe('history')
})

test('what is written is read back as the same mapping', () => {
  const given: Mapping = recognise(rowsOf({ messages: [{ role: 'user', content: 'Q' }, { role: 'assistant', content: 'A' }] })).mapping
  const entry = entrySchema.parse(JSON.parse(JSON.stringify(entryKeys(given))))
  const { formatting, ranking, columns, tags } = resolveEntry('x', entry)
  expect({ formatting, ranking, columns, tags }).toEqual(given)
  expect(kindOf(given)).toBe('sharegpt')
})

test('names: what may be one, and what is made of a file', () => {
  for (const name of ['identity', '我的数据', 'v1.0 (draft)', '_x']) expect(isDatasetName(name), name).toBe(true)
  for (const name of ['', ' ', 'a,b', 'a/b', '../x', '.hidden', 'a\nb', 'x '.repeat(60), ' x', '=1+1', 'a\\b', '<b>']) expect(isDatasetName(name), name).toBe(false)
  expect(freeName('/data/My set.train.jsonl.gz', [])).toBe('My set')
  expect(freeName('/data/../=cmd|x.csv', [])).toBe('_cmd_x')
  expect(freeName('对话.jsonl', ['对话', '对话_2'])).toBe('对话_3')
  expect(isDatasetName(freeName(`/x/${'长'.repeat(300)}.json`, []))).toBe(true)
  expect(freeName('/x/....json', [])).toBe('dataset')
})
