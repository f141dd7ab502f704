/** Every type of data file, compared with what Hugging Face datasets reads from it (fixtures/make_rows.py); random access; encodings; and damaged files. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type DatasetSource, entrySchema, resolveEntry } from '@/lib/datasets/info'
import { type Fault, UserError } from '@/lib/errors'
import { sentence, words } from '@/lib/messages'
import { dumpJson, parseJson, type PyValue } from '@/lib/pyjson'
import { unpacked } from '@/trainer/rows/compressed'
import { openRows } from '@/trainer/rows/store'
import type { StoredRow } from '@/trainer/rows/stored'

const fixtures = path.join(import.meta.dirname, '../fixtures')
const golden = parseJson(readFileSync(path.join(fixtures, 'rows.json'), 'utf8'))
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rows-'))
  vi.stubEnv('TUNEBOARD_CACHE', path.join(folder, 'cache'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

const sourceOf = (file_name: string, entry: Record<string, unknown> = {}): DatasetSource => resolveEntry('d', entrySchema.parse({ file_name, ...entry }))

/** All rows, by a scan, as text or fault. */
async function readAll(file: string, entry: Record<string, unknown> = {}, dir = folder): Promise<string[]> {
  const store = await openRows(sourceOf(file, entry), dir)
  try {
    const rows: StoredRow[] = []
    for await (const piece of store.scan()) rows.push(...piece)
    expect(rows.map(({ row }) => row)).toEqual(rows.map((_, i) => i + 1))
    expect(await store.count()).toBe(rows.length)
    return rows.map(({ record, fault }) => (record ? dumpJson(record) : `row ${fault.values.row}: ${words(fault.values.problem, 'en')}`))
  } finally {
    await store.close()
  }
}

async function faultOf(run: Promise<unknown>): Promise<Fault> {
  const error = await run.then(() => null, (thrown: unknown) => thrown)
  if (error instanceof UserError) return error.fault
  throw new Error(`no fault but ${String(error)}`)
}

const write = (name: string, content: string | Uint8Array) => writeFileSync(path.join(folder, name), content)
const rowsOf = (value: PyValue | undefined) => (Array.isArray(value) ? value.map((row) => dumpJson(row)) : [])

describe('the types', () => {
  test.each(readdirSync(path.join(fixtures, 'rows')))('%s holds what datasets reads', async (name) => {
    const expected = golden instanceof Map ? rowsOf(golden.get(name)) : []
    expect(expected.length).toBeGreaterThan(3)
    expect(await readAll(name, {}, path.join(fixtures, 'rows'))).toEqual(expected)
  })

  test('a folder of files of one type counts its rows on; hidden files are no part of it', async () => {
    mkdirSync(path.join(folder, 'parts'))
    write('parts/b.jsonl', '{"a": 3}\n')
    write('parts/a.jsonl', '{"a": 1}\n{"a": 2}\n')
    write('parts/.gitattributes', 'x')
    expect(await readAll('parts')).toEqual(['{"a": 1}', '{"a": 2}', '{"a": 3}'])
    const store = await openRows(sourceOf('parts'), folder)
    expect((await store.read(2, 4)).map(({ row, file }) => [row, path.basename(file)])).toEqual([[2, 'a.jsonl'], [3, 'b.jsonl']])
    await store.close()
  })

  test.each([
    ['one object', 't.json', '{\n "a": 1\n}', ['{"a": 1}']],
    ['one object per line', 't.json', '{"a":1}\n{"a":2}\n', ['{"a": 1}', '{"a": 2}']],
    ['an empty list', 't.json', ' [ ] ', []],
    ['brackets, commas and quotes in strings', 't.json', '[{"a":"],[{\\"\\\\"},\n{"b":[1,{"c":"}"}]}]', ['{"a": "],[{\\"\\\\"}', '{"b": [1, {"c": "}"}]}']],
    ['digit keys, floats and long integers', 't.jsonl', '{"2": 1.0, "1": 12345678901234567890}', ['{"2": 1.0, "1": 12345678901234567890}']],
    ['empty lines', 't.jsonl', '{"a":1}\r\n\r\n \n{"a":2}', ['{"a": 1}', '{"a": 2}']],
    ['a row that is no object', 't.json', '[{"a":1}, 5]', ['{"a": 1}', 'row 2: it is not an object of columns']],
    ['a damaged line', 't.jsonl', '{"a":1}\n\n{"a": }\n{"a":2}', ['{"a": 1}', 'row 2: line 3, column 7 is not valid JSON: a value is expected', '{"a": 2}']],
    ['old line ends', 't.txt', 'a\rb\r\n\nc', ['{"text": "a"}', '{"text": "b"}', '{"text": ""}', '{"text": "c"}']],
    ['quotes, empty fields, short and long records', 't.csv', 'a,b\n"x, ""y""\nz",\n\n1\nNA,"q"\n1,2,3\n', ['{"a": "x, \\"y\\"\\nz", "b": null}', '{"a": "1", "b": null}', '{"a": "NA", "b": "q"}', 'row 4: it has 3 fields, but the header names 2']],
    ['a formula, markup and a control character', 't.csv', 'a,b\n=HYPERLINK("x"),<script>\u0007\n', ['{"a": "=HYPERLINK(\\"x\\")", "b": "<script>\\u0007"}']],
  ])('%s', async (_, name, content, expected) => {
    write(name, content)
    expect(await readAll(name)).toEqual(expected)
  })

  test('the column of ratings in a csv holds truth values', async () => {
    write('t.csv', 'q,good\ntrue,True\nfalse,false\n')
    expect(await readAll('t.csv', { columns: { prompt: 'q', kto_tag: 'good' } })).toEqual(['{"q": "true", "good": true}', '{"q": "false", "good": false}'])
  })
})

describe('a slice of a split', () => {
  test('is numbered from 1, by random access and in turn, with the faults of its rows', async () => {
    write('t.jsonl', Array.from({ length: 2000 }, (_, i) => (i % 500 === 3 ? '{' : `{"a": ${i}}`)).join('\n'))
    const store = await openRows(sourceOf('t.jsonl', { split: 'train[100:1600]+train[:10]' }), folder)
    const numbers: number[] = []
    const values: (number | null)[] = []
    for await (const piece of store.scan()) for (const { row, record, fault } of piece) (numbers.push(row), values.push(record ? Number(dumpJson(record.get('a') ?? null)) : (expect(fault?.values.row).toBe(row), null)))
    const expected = [...Array.from({ length: 1500 }, (_, i) => 100 + i), ...Array.from({ length: 10 }, (_, i) => i)].map((i) => (i % 500 === 3 ? null : i))
    expect(await store.count()).toBe(1510)
    expect(numbers).toEqual(expected.map((_, i) => i + 1))
    expect(values).toEqual(expected)
    expect((await store.read(1499, 1503)).map(({ row, record }) => [row, record && dumpJson(record)])).toEqual([[1499, '{"a": 1598}'], [1500, '{"a": 1599}'], [1501, '{"a": 0}'], [1502, '{"a": 1}']])
    await store.close()
  })
})

describe('random access', () => {
  const long = (i: number) => ({ n: i, text: `${i} `.repeat(100 + (i % 400)), list: [{ a: '"],' }] })
  const expected = Array.from({ length: 3000 }, (_, i) => JSON.stringify(long(i)))

  test.each([
    ['t.jsonl', expected.join('\n')],
    ['t.json', `[\n${expected.join(',\n ')}\n]\n`],
    ['t.csv', `n,text\n${expected.map((_, i) => `${i},"${'x\n""'.repeat(i % 900)}"`).join('\n')}`],
  ])('%s of several blocks gives any rows', async (name, content) => {
    write(name, content)
    const all = await readAll(name)
    expect(all).toHaveLength(3000)
    if (name !== 't.csv') expect(all.map((row) => row.replace(/[ ]/g, ''))).toEqual(expected.map((row) => row.replace(/[ ]/g, '')))
    const store = await openRows(sourceOf(name), folder)
    for (const [from, to] of [[1, 2], [1499, 1503], [2999, 3001], [3000, 9000], [700, 1400]]) {
      const rows = await store.read(from, to)
      expect(rows.map(({ row, record }) => [row, record && dumpJson(record)])).toEqual(all.slice(from - 1, to - 1).map((row, i) => [from + i, row]))
    }
    await store.close()
  })

  test('a record longer than many blocks', async () => {
    write('t.json', JSON.stringify([{ a: 'x'.repeat(3_000_000) }, { a: 'y' }]))
    expect((await readAll('t.json')).map(({ length }) => length)).toEqual([3_000_009, 10])
  })
})

describe('encodings', () => {
  const chinese = [{ instruction: '你好，请介绍一下你自己。', output: '我是一个人工智能助手。' }]
  const text = JSON.stringify(chinese)
  const gbk = Buffer.from('5b7b22696e737472756374696f6e223a22c4e3bac3a3acc7ebbde9c9dcd2bbcfc2c4e3d7d4bcbaa1a3222c226f7574707574223a22cad2cac7d2bbb8f6c8cbb9a4d6c7c4dcd6facad6a1a3227d5d'.replace('cad2cac7', 'ced2cac7'), 'hex')

  test.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16LE', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16BE', Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ['GBK', gbk],
  ])('%s', async (_, bytes) => {
    write('t.json', bytes)
    expect(await readAll('t.json')).toEqual(chinese.map((row) => dumpJson(parseJson(JSON.stringify(row)))))
  })

  test('Latin letters are not taken for Chinese ones', async () => {
    write('t.json', Buffer.from('[{"a": "déjà vu, façade, naïve, crème brûlée"}]', 'latin1'))
    expect(sentence(await faultOf(readAll('t.json')), 'en')).toContain('save it as UTF-8')
  })

  test('a line of another encoding deep in a file is one row', async () => {
    write('t.jsonl', Buffer.concat([Buffer.from('{"a": "ä"}\n'.repeat(200_000)), Buffer.from('{"a": "\xff"}\n', 'latin1'), Buffer.from('{"a": 1}')]))
    const all = await readAll('t.jsonl')
    expect(all.slice(199_999)).toEqual(['{"a": "ä"}', 'row 200001: it is not UTF-8 text; save the file as UTF-8', '{"a": 1}'])
  })
})

describe('damaged and hostile files', () => {
  test.each([
    ['[\n{"a": 1},\n{"a" 2}\n]', 3, 6],
    ['[{"instruction": ', 1, 18],
    ['[{"a": 1}', 1, 10],
    ['[{"a": 1},\n]', 2, 1],
    ['[{"a": 1}] {"b": 2}', 1, 12],
    ['[{"a": 1} {"b": 2}]', 1, 11],
    ['[{"a": "never ended}]', 1, 8],
    ['{"a": 1}\n{"a": }\n', 2, 7],
    ['\ufeff[{"好": ]', 1, 8],
    ['hello', 1, 1],
    ['[[[[{"a": 1}]', 1, 14],
  ])('%j: line %i, column %i', async (content, line, column) => {
    write('t.json', content)
    expect(await faultOf(readAll('t.json'))).toMatchObject({ code: 'dataset_not_json', values: { line, column, path: path.join(folder, 't.json') } })
  })

  test.each([
    ['t.parquet', 'parquet', 'PAR1 is how it begins'],
    ['t.arrow', 'Arrow', 'ARROW1\0\0 and then something else'],
    ['t.arrow', 'Arrow', ''],
    ['t.jsonl.gz', 'unpacked', 'this is not gzip'],
    ['t.jsonl.zst', 'unpacked', 'this is not zstd'],
  ])('%s of another kind (%s)', async (name, word, content) => {
    write(name, content)
    expect(sentence(await faultOf(readAll(name)), 'en')).toContain(word)
  })

  test('files cut off at any byte are refused or read in part, never a crash', async () => {
    for (const name of ['snappy.parquet', 'file.arrow', 'stream.arrow', 'gz.jsonl.gz', 'zst.jsonl.zst', 't.json']) {
      const whole = readFileSync(path.join(fixtures, 'rows', name))
      for (let cut = 0; cut < whole.length; cut += Math.ceil(whole.length / 23)) {
        write(name, whole.subarray(0, cut))
        const read = await readAll(name).catch((error: unknown) => error)
        expect(Array.isArray(read) || read instanceof UserError, `${name} cut at ${cut}: ${String(read)}`).toBe(true)
      }
    }
  })

  test('what unpacks to far more than text does is not unpacked', async () => {
    write('bomb.gz', gzipSync(Buffer.alloc(20_000_000, 32)))
    const at = { dataset: 'd', path: path.join(folder, 'bomb.gz') }
    const run = async () => {
      let bytes = 0
      for await (const piece of unpacked(at.path, 'gz', at, 1_000_000)) bytes += piece.length
      return bytes
    }
    expect(sentence(await faultOf(run()), 'en')).toContain('more than 100 times its size')
  })

  test('types that are not read are named', async () => {
    write('t.jsonl.7z', 'x')
    expect(sentence(await faultOf(readAll('t.jsonl.7z')), 'en')).toContain('"7z"')
  })

  test('for the server, a path or a link out of its folders is refused by name', async () => {
    write('secret.jsonl', '{"a": 1}')
    mkdirSync(path.join(folder, 'open'))
    symlinkSync(path.join(folder, 'secret.jsonl'), path.join(folder, 'open/link.jsonl'))
    vi.stubEnv('TUNEBOARD_ROOTS', JSON.stringify([path.join(folder, 'open')]))
    const open = path.join(folder, 'open')
    for (const name of ['link.jsonl', '../secret.jsonl', path.join(folder, 'secret.jsonl')]) expect(await faultOf(readAll(name, {}, open))).toMatchObject({ code: 'path_outside' })
    vi.unstubAllEnvs()
    expect(await readAll('link.jsonl', {}, open)).toEqual(['{"a": 1}'])
  })
})
