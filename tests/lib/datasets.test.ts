/** dataset_info.json, the three row formats, and Arrow's one shape. Rules: LLaMA-Factory 0.9.5, written out by hand. */
import { describe, expect, test } from 'vitest'
import { RowError } from '@/lib/datasets/align'
import { align } from '@/lib/datasets/formats'
import { toExample, unsupervised } from '@/lib/datasets/example'
import { type DatasetSource, entrySchema, fileTypeOf, resolveEntry, sourceProblem } from '@/lib/datasets/info'
import { shapeCollector, unified } from '@/lib/datasets/unify'
import { words } from '@/lib/messages'
import { dumpJson, parseJson, type PyObject } from '@/lib/pyjson'

const source = (entry: Record<string, unknown> = {}): DatasetSource => resolveEntry('d', entrySchema.parse({ file_name: 'd.json', ...entry }))
const row = (value: unknown): PyObject => {
  const parsed = parseJson(typeof value === 'string' ? value : JSON.stringify(value))
  if (!(parsed instanceof Map)) throw new Error('not a row')
  return parsed
}
const example = (value: unknown, entry: Record<string, unknown> = {}) => toExample(align(row(value), source(entry)), source(entry))
const rowError = (run: () => unknown): { column: string; problem: string | null } => {
  try {
    run()
  } catch (error) {
    if (error instanceof RowError) return { column: words(error.column, 'en'), problem: error.problem === null ? null : words(error.problem, 'en') }
    throw error
  }
  throw new Error('nothing was thrown')
}
const user = (content: string) => ({ role: 'user', content })
const assistant = (content: string) => ({ role: 'assistant', content })

describe('entries', () => {
  test('defaults hold until columns or tags are named; then the others are absent', () => {
    expect(source().columns).toMatchObject({ prompt: 'instruction', query: 'input', response: 'output', messages: 'conversations', system: null })
    expect(source({ columns: { prompt: 'q' } }).columns).toMatchObject({ prompt: 'q', query: null, response: null, messages: null })
    expect(source({ tags: { role_tag: 'role' } }).tags).toMatchObject({ role_tag: 'role', content_tag: null, user_tag: null })
  })

  test.each([
    [{ script_url: 'a/b', file_name: 'd.json' }, 'online'],
    [{ file_name: undefined, script_url: 's' }, 'online'],
    [{ file_name: undefined }, 'names no file'],
    [{ columns: { messages: 'm', images: 'pictures' } }, 'pictures'],
  ])('%j cannot be used here', (entry, problem) => {
    const fault = sourceProblem(source(entry))
    expect(fault).toMatchObject({ code: 'dataset_unsupported', values: { dataset: 'd' } })
    expect(words(fault?.values.problem ?? '', 'en')).toContain(problem)
  })

  test('a local text dataset can', () => expect(sourceProblem(source())).toBeNull())
  test('a formatting that does not exist is refused', () => expect(entrySchema.safeParse({ file_name: 'x', formatting: 'vicuna' }).success).toBe(false))
})

test('a message of sharegpt or openai rows may say whether it is learned', () => {
  const sharegpt = [{ from: 'human', value: 'q', weight: 0 }, { from: 'gpt', value: 'a', weight: 1.0 }, { from: 'human', value: 'r', weight: null }, { from: 'gpt', value: 'b', loss: false }]
  const { prompt, response } = example({ conversations: sharegpt }, { formatting: 'sharegpt' })
  expect([...prompt, ...response].map(({ learned }) => learned)).toEqual([false, true, undefined, false])
  const tags = { role_tag: 'role', content_tag: 'content', user_tag: 'user', assistant_tag: 'assistant' }
  const openai = example({ messages: [{ role: 'user', content: 'q' }, { role: 'assistant', content: 'a', weight: 0 }] }, { formatting: 'openai', columns: { messages: 'messages' }, tags })
  expect(openai.response).toEqual([{ role: 'assistant', content: 'a', learned: false }])
  const half = { conversations: [{ from: 'human', value: 'q' }, { from: 'gpt', value: 'a', weight: 0.5 }] }
  expect(rowError(() => align(row(half), source({ formatting: 'sharegpt' })))).toEqual({ column: 'conversations[1].weight', problem: 'it is 0.5, but must be 0 / 1' })
})

describe('alpaca rows', () => {
  test('instruction and input are joined; empty ones fall away', () => {
    expect(example({ instruction: 'Add.', input: '1 2', output: '3' })).toEqual({ prompt: [user('Add.\n1 2')], response: [assistant('3')], system: '', tools: '' })
    expect(example({ instruction: '', input: 'only', output: 'x' }).prompt).toEqual([user('only')])
    expect(example({ instruction: 'I', input: null, output: 'x' }).prompt).toEqual([user('I')])
  })

  test('history, system and tools by their columns', () => {
    const columns = { prompt: 'instruction', response: 'output', history: 'past', system: 'sys', tools: 't' }
    expect(example({ instruction: 'c', output: 'd', past: [['a', 'b']], sys: 'S', t: '[]' }, { columns })).toEqual({
      prompt: [user('a'), assistant('b'), user('c')],
      response: [assistant('d')],
      system: 'S',
      tools: '[]',
    })
    expect(example({ instruction: 'c', output: 'd', past: null, sys: null, t: null }, { columns })).toMatchObject({ prompt: [user('c')], system: '', tools: '' })
  })

  test('ranked and rated answers', () => {
    const ranked = { ranking: true, columns: { prompt: 'instruction', chosen: 'good', rejected: 'bad' } }
    expect(example({ instruction: 'q', good: 'g', bad: 'b' }, ranked).response).toEqual([assistant('g'), assistant('b')])
    const rated = { columns: { prompt: 'instruction', response: 'output', kto_tag: 'label' } }
    expect(example({ instruction: 'q', output: 'o', label: true }, rated).response).toEqual([assistant('o'), assistant('')])
    expect(example({ instruction: 'q', output: 'o', label: false }, rated).response).toEqual([assistant(''), assistant('o')])
  })

  test('no answer is a reason to skip, not an error', () => {
    expect(unsupervised(align(row({ instruction: 'a', input: '', output: null }), source()), source())).toMatchObject({ column: 'output', problem: { code: 'row_no_answer' } })
    expect(unsupervised(align(row({ instruction: 'a', input: '', output: 'x' }), source()), source())).toBeNull()
  })

  test.each([
    [{ instruction: 'a', output: 'b' }, 'input', null],
    [{ instruction: 5, input: '', output: 'b' }, 'instruction', 'it is a number, but must be a text'],
    [{ instruction: ['a'], input: '', output: 'b' }, 'instruction', 'it is a list, but must be a text'],
  ])('%j is of the wrong shape', (value, column, problem) => expect(rowError(() => example(value))).toEqual({ column, problem }))

  test('a turn of history that is no pair', () => {
    const columns = { prompt: 'instruction', response: 'output', history: 'past' }
    expect(rowError(() => example({ instruction: 'a', output: 'b', past: [['x', 'y'], ['z']] }, { columns })).column).toBe('past[1]')
  })
})

describe('sharegpt rows', () => {
  const sharegpt = { formatting: 'sharegpt' }
  const talk = (...turns: [string, unknown][]) => ({ conversations: turns.map(([from, value]) => ({ from, value })) })

  test('roles by their tags, a leading system message apart', () => {
    expect(example(talk(['system', 'S'], ['human', 'a'], ['function_call', '{}'], ['observation', 'r'], ['gpt', 'b']), sharegpt)).toEqual({
      prompt: [user('a'), { role: 'function', content: '{}' }, { role: 'observation', content: 'r' }],
      response: [assistant('b')],
      system: 'S',
      tools: '',
    })
  })

  test('own tags and columns', () => {
    const entry = { formatting: 'sharegpt', columns: { messages: 'chat', tools: 'fns' }, tags: { role_tag: 'role', content_tag: 'content', user_tag: 'user', assistant_tag: 'bot' } }
    expect(example({ chat: [{ role: 'user', content: 'a' }, { role: 'bot', content: 'b' }], fns: '[]' }, entry)).toMatchObject({ prompt: [user('a')], response: [assistant('b')], tools: '[]' })
  })

  test.each([
    [talk(['gpt', 'a'], ['human', 'b']), 'conversations[0] has the role "gpt"'],
    [talk(['human', 'a'], ['bot', 'b']), 'conversations[1] has the role "bot"'],
    [talk(['human', 'a']), 'in pairs'],
    [talk(['human', 'a'], ['gpt', 'b'], ['system', 's'], ['gpt', 'd']), 'conversations[2] has the role "system"'],
  ])('%j is broken, which is a reason to skip', (value, reason) => {
    const aligned = align(row(value), source(sharegpt))
    expect(words(aligned.broken[0], 'en')).toContain(reason)
    expect(unsupervised(aligned, source(sharegpt))?.problem).toEqual(aligned.broken[0])
    expect([aligned.prompt, aligned.response]).toEqual([[], []])
  })

  test('an empty conversation is skipped', () => expect(unsupervised(align(row(talk()), source(sharegpt)), source(sharegpt))?.problem).toEqual({ code: 'row_no_question', values: {} }))

  test.each([
    [{ text: 'x' }, 'conversations', null],
    [{ conversations: 'x' }, 'conversations', 'it is a text, but must be a list of messages'],
    [{ conversations: [{ from: 'human', value: 'a' }, { from: 'gpt' }] }, 'conversations[1].value', null],
    [{ conversations: ['a', 'b'] }, 'conversations[0]', 'it is a text, but must be an object'],
    [talk(['human', 'a'], ['gpt', null]), 'conversations, turn 2', 'its content is null, but must be a text'],
  ])('%j is of the wrong shape', (value, column, problem) => expect(rowError(() => example(value, sharegpt))).toEqual({ column, problem }))

  test('ranked answers', () => {
    const entry = { formatting: 'sharegpt', ranking: true, columns: { messages: 'c', chosen: 'good', rejected: 'bad' } }
    expect(example({ c: [{ from: 'human', value: 'q' }], good: { from: 'gpt', value: 'g' }, bad: { from: 'gpt', value: 'b' } }, entry)).toMatchObject({
      prompt: [user('q')],
      response: [assistant('g'), assistant('b')],
    })
  })
})

describe('openai rows', () => {
  const entry = {
    formatting: 'openai',
    columns: { messages: 'messages', tools: 'tools' },
    tags: { role_tag: 'role', content_tag: 'content', user_tag: 'user', assistant_tag: 'assistant', observation_tag: 'tool', function_tag: 'function', system_tag: 'system' },
  }

  test('tool calls become function messages, neighbouring results one observation', () => {
    const messages = [
      { role: 'user', content: 'q' },
      { role: 'assistant', content: null, tool_calls: [{ function: { name: 'f', arguments: { b: 1, a: 2 } } }] },
      { role: 'tool', content: 'r1' },
      { role: 'tool', content: 'r2' },
      { role: 'assistant', content: 'done' },
    ]
    expect(example({ messages, tools: [{ name: 'f' }] }, entry)).toEqual({
      prompt: [user('q'), { role: 'function', content: '[{"name": "f", "arguments": {"b": 1, "a": 2}}]' }, { role: 'observation', content: 'r1\n</tool_response>\n<tool_response>\nr2' }],
      response: [assistant('done')],
      system: '',
      tools: '[{"name": "f"}]',
    })
  })

  test('without tools the thinking switch is put into the system text', () => {
    expect(example({ messages: [user('a'), assistant('b')] }, entry).system).toBe('detailed thinking off')
    expect(example({ messages: [{ role: 'system', content: 'S' }, user('a'), assistant('b')] }, entry).system).toBe('S\ndetailed thinking off')
  })

  test('an unknown role is an error', () => expect(rowError(() => example({ messages: [{ role: 'critic', content: 'x' }] }, entry)).column).toBe('messages[0].role'))
})

describe('one shape for all rows', () => {
  const shaped = (rows: unknown[]) => {
    const { add, shapes } = shapeCollector(['a', 'b'])
    const records = rows.map(row)
    records.forEach(add)
    return records.map((one) => {
      try {
        return dumpJson(unified(one, shapes))
      } catch (error) {
        if (error instanceof RowError) return `${words(error.column, 'en')}: ${words(error.problem ?? '', 'en')}`
        throw error
      }
    })
  }

  test('missing keys become null, also inside; unused columns go', () => {
    expect(shaped([{ a: { x: 1 }, z: 1 }, { a: { y: 'q' } }, { b: [{ k: 1 }, { l: 2 }] }])).toEqual([
      '{"a": {"x": 1, "y": null}, "b": null}',
      '{"a": {"x": null, "y": "q"}, "b": null}',
      '{"a": null, "b": [{"k": 1, "l": null}, {"k": null, "l": 2}]}',
    ])
  })

  test('a column that no row has stays absent', () => expect(shaped([{ a: 1 }])).toEqual(['{"a": 1}']))
  test('integers beside floats become floats', () => expect(shaped(['{"a": 1}', '{"a": 2.5}'])).toEqual(['{"a": 1.0}', '{"a": 2.5}']))
  test('of kinds that cannot be one column the most frequent is the column; other rows are at fault', () => {
    expect(shaped([{ a: ['y'] }, { a: 'x' }, { a: null }, { a: 'z' }])).toEqual(['a: it is a list, but a text in other rows', '{"a": "x"}', '{"a": null}', '{"a": "z"}'])
    expect(shaped([{ a: { k: 1 } }, { a: { k: 'x' } }, { a: { k: 2 } }])[1]).toBe('a.k: it is a text, but a number in other rows')
  })

  test('a row that had no part in the shape keeps its further keys', () => {
    const { add, shapes } = shapeCollector(['a'])
    add(row({ a: { x: 1 } }))
    expect(dumpJson(unified(row({ a: { y: 2 } }), shapes))).toBe('{"a": {"x": null, "y": 2}}')
  })
})

describe('types of files', () => {
  test.each([
    ['a.jsonl', 'jsonl', null],
    ['some.folder/b.json.gz', 'json', 'gz'],
    ['c.parquet', 'parquet', null],
    ['d.csv.bz2', 'csv', 'bz2'],
    ['d.tar.bz2', null, 'bz2'],
    ['e.gz', null, 'gz'],
    ['folder.json/f', null, null],
  ])('%s', (name, type, packing) => expect(fileTypeOf(name)).toMatchObject({ type, packing }))
})
