/** The first rows of files as the page's mapping form gets them: by the worker's own door, for good files and bad ones. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Examination } from '@/lib/api'
import type { Mapping } from '@/lib/datasets/mapping'
import { sentence } from '@/lib/messages'
import { inspectAnswer } from '@/trainer/inspect/inspect'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'tuneboard-examine-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const write = (name: string, text: string) => {
  writeFileSync(path.join(folder, name), text)
  return path.join(folder, name)
}

const ask = (file: string, mapping: Mapping | null = null) => inspectAnswer({ id: 1, name: 'examine', request: { path: file, mapping } })

async function examined(file: string, mapping: Mapping | null = null): Promise<Examination> {
  const answer = await ask(file, mapping)
  if (!answer.ok) throw new Error(JSON.stringify(answer.fault))
  return answer.value as Examination
}

async function refusal(file: string): Promise<string> {
  const answer = await ask(file)
  return answer.ok ? 'no fault' : sentence(answer.fault, 'en')
}

test('a file is recognised and shown as conversations; another mapping shows another one, or the fault of each row', async () => {
  const file = write('chat.jsonl', '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}], "note": "n"}\n{"messages": "none"}\n')
  const { kind, columns, mapping, recognised, words } = await examined(write('one.jsonl', '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}\n'))
  expect([kind, columns, words]).toEqual(['sharegpt', [{ name: 'messages', kind: 'messages' }], ['user', 'assistant']])
  expect(mapping).toEqual(recognised)
  const mixed = await examined(file, mapping)
  expect(mixed.rows.map(({ shown }) => shown.problem === null)).toEqual([true, false]) // a text is no list
  const plain = await examined(file, { ...mapping, formatting: 'alpaca', columns: { ...mapping.columns, messages: null, prompt: 'note' } })
  expect(plain.rows[0].shown.messages).toEqual([{ role: 'user', content: 'n' }])
})

test('faults stand with their rows', async () => {
  const rows = [{ instruction: 'Q', output: 'A' }, { instruction: 'Q' }]
  const { rows: shown } = await examined(write('some.json', JSON.stringify(rows)))
  expect(shown.map(({ shown: { row, problem } }) => [row, problem === null])).toEqual([[1, true], [2, true]])
  const { mapping } = await examined(write('good.json', JSON.stringify([rows[0]])))
  const missing = await examined(write('missing.json', '[{"question": "Q"}]'), mapping)
  expect(missing.rows[0].shown.problem).toMatchObject({ code: 'dataset_column_absent', values: { column: 'instruction', found: 'question' } })
})

test('an existing dataset is shown by its own entry, beside what would be recognised', async () => {
  mkdirSync(path.join(folder, 'data'))
  writeFileSync(path.join(folder, 'data/q.json'), '[{"question": "Q", "reply": "A"}]')
  writeFileSync(path.join(folder, 'data/dataset_info.json'), '{"q": {"file_name": "q.json", "columns": {"prompt": "reply", "response": "question"}}}')
  const request = { dataset_dir: path.join(folder, 'data'), dataset: 'q', mapping: null }
  const answer = await inspectAnswer({ id: 1, name: 'examine', request })
  const { mapping, recognised, rows } = (answer.ok ? answer.value : null) as Examination
  expect([mapping.columns.prompt, recognised.columns.prompt]).toEqual(['reply', 'question'])
  expect(rows[0].shown.messages.map(({ content }) => content)).toEqual(['A', 'Q'])
  expect(await inspectAnswer({ id: 2, name: 'dataset_rows', request: { dataset_dir: request.dataset_dir, dataset: 'q' } })).toMatchObject({ ok: true, value: 1 })
})

test('what cannot be read is refused with file, line and column, or what is wrong with it', async () => {
  const broken = write('broken.json', '[\n  {"instruction": "Q",\n   "output": }\n]')
  expect(await refusal(broken)).toContain(`${broken} is not valid JSON at line 3, column 14`)
  const [good, bad] = (await examined(write('broken.jsonl', '{"text": "a"}\n{"text": \n'))).rows
  expect([good.shown.problem, bad.shown.problem && sentence(bad.shown.problem, 'en')]).toEqual([null, expect.stringContaining('row 2, field "row": line 2, column')])
  expect(await refusal(write('empty.json', ''))).not.toBe('no fault')
  expect(await refusal(write('empty.jsonl', '\n\n'))).toContain('has no rows')
  expect((await examined(write('list.json', '[1, 2]'))).rows.map(({ shown }) => shown.problem?.values.row)).toEqual([1, 2])
  expect(await refusal(write('photo.png', '\u0089PNG'))).toContain('photo.png')
  expect(await refusal(path.join(folder, 'gone.json'))).toContain('gone.json')
})

test('formulas, HTML and control characters in rows are text like any other', async () => {
  const texts = ['=HYPERLINK("http://x","y")', '<img src=x onerror=alert(1)>', '\u0000\u001b[31m\u202e{{system}}']
  const file = write('odd.jsonl', texts.map((text) => JSON.stringify({ instruction: text, output: text })).join('\n'))
  const { rows } = await examined(file)
  expect(rows.map(({ shown }) => shown.messages.map(({ content }) => content))).toEqual(texts.map((text) => [text, text]))
})
