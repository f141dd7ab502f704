/** dataset_info.json under edit, and what the page may do to datasets; rows are read by a worker that says yes to everything. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DatasetEntry } from '@/lib/api'
import { recognise } from '@/lib/datasets/recognise'
import { UserError } from '@/lib/errors'
import { parseJson, type PyObject } from '@/lib/pyjson'
import { editInfo } from '@/server/datasets/dataset-info'
import { datasetFault, openDatasets, type Datasets } from '@/server/datasets/datasets'
import type { Inspect } from '@/server/workers/inspect'
import { openPaths } from '@/server/paths'
import { removeHome, temporaryHome } from './harness'

let home: string
let folder: string
let datasets: Datasets
let listed: DatasetEntry[] = []

const at = (...parts: string[]) => path.join(home, ...parts)
const info = () => readFileSync(path.join(folder, 'dataset_info.json'), 'utf8')
const mapping = recognise([parseJson('{"messages": [{"role": "user", "content": "Q"}]}') as PyObject]).mapping
const alpaca = recognise([parseJson('{"instruction": "Q", "input": "", "output": "A"}') as PyObject]).mapping

async function codeOf(work: () => unknown): Promise<string | null> {
  try {
    await work()
  } catch (error) {
    if (error instanceof UserError) return error.fault.code
    throw error
  }
  return null
}

beforeEach(() => {
  home = temporaryHome()
  folder = at('data')
  mkdirSync(folder)
  mkdirSync(at('uploads'))
  const inspect = { ask: async (name: string) => (name === 'datasets' ? { datasets: listed, problem: null } : null), warmUp() {}, close() {} } as unknown as Inspect
  // Another host than loopback: only the home and the checkout are open.
  const paths = openPaths({ port: 0, host: '0.0.0.0', token: 'x', home, roots: [], dev: false })
  datasets = openDatasets({ home, paths, inspect })
})
afterEach(() => removeHome(home))

const handwritten = `{
    "zebra": {"file_name": "z.json", "note": "mine",   "columns": {"prompt": "q", "odd": 1}},

    "alpha": {
        "file_name": "a.json"
    }
}
`

describe('dataset_info.json', () => {
  beforeEach(() => writeFileSync(path.join(folder, 'dataset_info.json'), handwritten))

  test('a new entry comes last, in the indent of the file; all else stays as it was, and the old text lies beside', async () => {
    writeFileSync(at('uploads/new.jsonl'), '{}')
    await datasets.add({ dataset_dir: folder, dataset: 'new', path: at('uploads/new.jsonl'), mapping })
    expect(info().startsWith(handwritten.slice(0, handwritten.lastIndexOf('}', handwritten.length - 3) + 1))).toBe(true)
    expect(info()).toContain('    "new": {\n        "file_name": "../uploads/new.jsonl"')
    expect(JSON.parse(info()).new).toMatchObject({ formatting: 'sharegpt', columns: { messages: 'messages' }, tags: { role_tag: 'role', content_tag: 'content' } })
    expect(readFileSync(path.join(folder, 'dataset_info.json.bak'), 'utf8')).toBe(handwritten)
    expect(readdirSync(folder).toSorted()).toEqual(['dataset_info.json', 'dataset_info.json.bak'])
  })

  test('mapping, renaming and removing touch their entry only', async () => {
    await datasets.map({ dataset_dir: folder, dataset: 'zebra', mapping: alpaca })
    expect(JSON.parse(info()).zebra).toEqual({ file_name: 'z.json', note: 'mine', columns: { prompt: 'instruction', odd: 1, query: 'input', response: 'output' } })
    await datasets.rename({ dataset_dir: folder, dataset: 'zebra', name: '斑马' })
    expect(Object.keys(JSON.parse(info()))).toEqual(['斑马', 'alpha'])
    await datasets.remove({ dataset_dir: folder, dataset: '斑马', delete_file: false })
    expect(info().replace(/\s+/g, '')).toBe('{"alpha":{"file_name":"a.json"}}')
    expect(info()).toContain('    "alpha": {\n        "file_name": "a.json"\n    }')
  })

  test('many at once lose nothing of each other', async () => {
    writeFileSync(at('uploads/new.jsonl'), '{}')
    await Promise.all(Array.from({ length: 30 }, (_, i) => datasets.add({ dataset_dir: folder, dataset: `set_${i}`, path: at('uploads/new.jsonl'), mapping })))
    expect(Object.keys(JSON.parse(info())).length).toBe(32)
  })

  test('waits for another writer, and passes over a lock that was left behind', async () => {
    const lock = path.join(folder, 'dataset_info.json.lock')
    writeFileSync(lock, '')
    const waiting = datasets.rename({ dataset_dir: folder, dataset: 'alpha', name: 'beta' })
    await new Promise((done) => setTimeout(done, 80))
    expect(info()).toBe(handwritten)
    rmSync(lock)
    await waiting
    expect(Object.keys(JSON.parse(info()))).toEqual(['zebra', 'beta'])
    writeFileSync(lock, '')
    utimesSync(lock, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000))
    await datasets.rename({ dataset_dir: folder, dataset: 'beta', name: 'gamma' })
    expect(existsSync(lock)).toBe(false)
  })

  test('keeps byte order mark, tabs and line ends', async () => {
    writeFileSync(path.join(folder, 'dataset_info.json'), '\ufeff{\r\n\t"a": {\r\n\t\t"file_name": "a.json"\r\n\t}\r\n}\r\n')
    await editInfo(folder, ({ set }) => set(['b'], { file_name: 'b.json' }))
    expect(info()).toBe('\ufeff{\r\n\t"a": {\r\n\t\t"file_name": "a.json"\r\n\t},\r\n\t"b": {\r\n\t\t"file_name": "b.json"\r\n\t}\r\n}\r\n')
  })

  test('a damaged one is not written over', async () => {
    writeFileSync(path.join(folder, 'dataset_info.json'), '{"a": }')
    expect(await codeOf(() => datasets.rename({ dataset_dir: folder, dataset: 'a', name: 'b' }))).toBe('file_not_json')
    writeFileSync(path.join(folder, 'dataset_info.json'), '[]')
    expect(await codeOf(() => datasets.rename({ dataset_dir: folder, dataset: 'a', name: 'b' }))).toBe('dataset_info_invalid')
    expect(info()).toBe('[]')
  })
})

describe('bad names and places', () => {
  beforeEach(() => {
    writeFileSync(path.join(folder, 'dataset_info.json'), handwritten)
    writeFileSync(at('uploads/new.jsonl'), '{}')
  })
  const add = (more: { dataset?: string; path?: string; dataset_dir?: string }) => codeOf(() => datasets.add({ dataset_dir: folder, dataset: 'new', path: at('uploads/new.jsonl'), mapping, ...more }))

  test('a name that is taken, or that is none', async () => {
    expect(await add({ dataset: 'alpha' })).toBe('dataset_name_taken')
    for (const dataset of ['a,b', '../up', 'a/b', '', '.x', '=SUM(1)', 'x'.repeat(300)]) expect(await add({ dataset }), dataset).toBe('dataset_name_invalid')
    expect(await codeOf(() => datasets.rename({ dataset_dir: folder, dataset: 'zebra', name: 'alpha' }))).toBe('dataset_name_taken')
    expect(await codeOf(() => datasets.rename({ dataset_dir: folder, dataset: 'zebr', name: 'other' }))).toBe('dataset_unknown')
    expect(info()).toBe(handwritten)
  })

  test('a file, a folder, a link and a folder of links that lead outside', async () => {
    symlinkSync('/etc/hostname', at('uploads/link.json'))
    mkdirSync(at('uploads/many'))
    symlinkSync('/etc/hostname', at('uploads/many/one.json'))
    expect(await add({ path: '/etc/hostname' })).toBe('path_outside')
    expect(await add({ path: at('uploads/link.json') })).toBe('path_outside')
    expect(await add({ path: at('uploads/many') })).toBe('path_outside')
    expect(await add({ dataset_dir: '/etc' })).toBe('path_outside')
    expect(info()).toBe(handwritten)
  })

  test('an entry that leads outside is shown as a problem, and neither read nor trained on', async () => {
    writeFileSync(path.join(folder, 'dataset_info.json'), '\ufeff{"leak": {"file_name": "/etc/hostname"}, "up": {"file_name": "../../../etc/passwd.json"}}')
    listed = [{ name: 'leak', formatting: 'alpaca', ranking: false, kto: false, kind: 'alpaca', path: '/etc/hostname', remote: null, size: 9, changed_at: 1, is_upload: false, problem: null }]
    expect((await datasets.list(folder)).datasets).toEqual([{ ...listed[0], path: null, size: null, changed_at: null, problem: { code: 'path_outside', values: { path: '/etc/hostname' }, field: 'dataset' } }])
    expect(await codeOf(() => datasets.check(folder, 'leak'))).toBe('path_outside')
    expect(datasetFault({ dataset_dir: folder, dataset: 'leak' }, datasets)).toMatchObject({ code: 'path_outside', field: 'dataset' })
    expect(datasetFault({ dataset_dir: folder, dataset: 'x', eval_dataset: ['up'] }, datasets)).toMatchObject({ code: 'path_outside', field: 'eval_dataset' })
  })

  test('a link put in the place of a file that was listed leads nowhere either', async () => {
    mkdirSync(at('data/parts'))
    writeFileSync(at('data/rows.json'), '[]')
    writeFileSync(at('data/parts/one.json'), '[]')
    writeFileSync(path.join(folder, 'dataset_info.json'), '{"rows": {"file_name": "rows.json"}, "parts": {"file_name": "parts"}}')
    for (const name of ['rows', 'parts']) expect(await codeOf(() => datasets.check(folder, name)), name).toBeNull()
    for (const file of ['data/rows.json', 'data/parts/one.json']) {
      rmSync(at(file))
      symlinkSync('/etc/hostname', at(file))
    }
    for (const name of ['rows', 'parts']) {
      expect(await codeOf(() => datasets.check(folder, name)), name).toBe('path_outside')
      expect(datasetFault({ dataset_dir: folder, dataset: name }, datasets)).toMatchObject({ code: 'path_outside', field: 'dataset' })
    }
  })
})

test("the home's own data folder is made with its first dataset, and is known first", async () => {
  rmSync(folder, { recursive: true })
  writeFileSync(at('uploads/new.jsonl'), '{}')
  expect(datasets.folders().slice(0, 2)).toEqual([folder, 'data'])
  expect(await datasets.list(folder)).toEqual({ datasets: [], problem: null })
  await datasets.add({ dataset_dir: folder, dataset: 'new', path: at('uploads/new.jsonl'), mapping: alpaca })
  expect(info()).toBe('{\n  "new": {\n    "file_name": "../uploads/new.jsonl"\n  }\n}\n')
})

test('removing deletes an upload when asked to, and nothing else ever', async () => {
  for (const name of ['a', 'b', 'c']) writeFileSync(at(`uploads/${name}.jsonl`), '{}')
  writeFileSync(path.join(folder, 'mine.json'), '[]')
  const entries = { a: '../uploads/a.jsonl', b: '../uploads/b.jsonl', c: '../uploads/c.jsonl', twice: '../uploads/c.jsonl', mine: 'mine.json' }
  writeFileSync(path.join(folder, 'dataset_info.json'), JSON.stringify(Object.fromEntries(Object.entries(entries).map(([name, file_name]) => [name, { file_name }]))))
  const remove = (dataset: string, delete_file: boolean) => datasets.remove({ dataset_dir: folder, dataset, delete_file })
  await remove('a', true)
  await remove('b', false)
  await remove('c', true)
  await remove('mine', true)
  expect(readdirSync(at('uploads')).toSorted()).toEqual(['b.jsonl', 'c.jsonl'])
  expect(existsSync(path.join(folder, 'mine.json'))).toBe(true)
  expect(JSON.parse(info())).toEqual({ twice: { file_name: '../uploads/c.jsonl' } })
})
