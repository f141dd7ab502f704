/** Files and folders that are not what they seem: empty, mixed, linked to elsewhere, packed, of another type; tables with ragged rows; and entries of dataset_info.json that no one can mean. */
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { type BadInput, type Expected, good, goods, jsonl } from './case'

const refused = (...says: RegExp[]): Expected => ({ is: 'refused', says })
const harmless = (rows: number, shows: string): Expected => ({ is: 'harmless', rows, shows })
const file = (name: string, file_name: string, content: string | Uint8Array, expected: Expected): BadInput => ({ name, files: { [file_name]: content }, entry: { file_name }, expected })

const csv = (...lines: string[]): string => ['instruction,input,output', ...lines].join('\n')
const header = 'instruction,input,output'

const tables: BadInput[] = [
  file('csv with too many fields in a row', 'd.csv', csv('q1,,a1', 'q2,,a2,more,more', 'q3,,a3'), { is: 'rows', rows: 3, bad: { 2: /5.*3|fields/ } }),
  file('csv with too few fields in a row', 'd.csv', csv('q1,,a1', 'q2', 'q3,,a3'), { is: 'rows', rows: 3, bad: { 2: /output/ } }),
  file('csv with a header and nothing else', 'd.csv', header, refused(/dataset d/i)),
  file('csv with a quote that never closes', 'd.csv', csv('q1,,a1', '"q2,,a2', 'q3,,a3'), { is: 'rows', rows: 2, bad: { 2: /row 2/ } }),
  file('csv with line ends in a field', 'd.csv', csv('"q\n1",,"a, ""b"""', 'q2,,a2'), harmless(2, 'q\n1')),
  file('csv with formulas', 'd.csv', csv('"=1+1",,"@SUM(A1)"', '+2,,-2'), harmless(2, '=1+1')),
  file('csv with semicolons', 'd.csv', 'instruction;input;output\nq;;a\n', refused(/instruction/)),
  file('csv with a byte order mark', 'd.csv', `\ufeff${csv('q1,,a1')}`, harmless(1, 'q1')),
  file('csv that ends as on Windows', 'd.csv', csv('q1,,a1', 'q2,,a2').replaceAll('\n', '\r\n'), harmless(2, 'q1')),
  file('csv with words for nothing', 'd.csv', csv('NA,,null', 'nan,,None'), harmless(2, 'NA')),
  file('tsv with tabs to spare', 'd.tsv', 'instruction\tinput\toutput\nq1\t\ta1\t\t\t\nq2\t\ta2\n', { is: 'rows', rows: 2, bad: { 1: /fields|6.*3/ } }),
]

const empties: BadInput[] = [
  ...['d.json', 'd.jsonl', 'd.txt', 'd.csv'].map((name) => file(`an empty ${name}`, name, '', refused(/dataset d|d\./i))),
  file('an empty list', 'd.json', '[]', refused(/dataset d/i)),
  file('spaces alone', 'd.jsonl', ' \n \n\t\n', refused(/dataset d/i)),
  file('an empty parquet', 'd.parquet', '', refused(/dataset d/i)),
  file('parquet that is text', 'd.parquet', 'PAR1 or so, PAR1', refused(/dataset d/i)),
  file('arrow that is text', 'd.arrow', 'ARROW1 or so', refused(/dataset d/i)),
  file('a file of a type that is not read', 'd.xlsx', 'PK', refused(/xlsx/)),
  file('a file without a type', 'data', '[]', refused(/dataset d/i)),
  file('a program', 'd.py', 'import os', refused(/py/)),
  file('a pickle', 'd.pkl', Uint8Array.of(0x80, 4, 0x95), refused(/pkl/)),
]

/** 640 MB of nothing in 640 KB: members of a gzip file follow one another. */
const bomb = Buffer.concat(Array<Buffer>(64).fill(gzipSync(Buffer.alloc(10 * 1024 * 1024))))
const packed: BadInput[] = [
  file('packed, and well', 'd.jsonl.gz', gzipSync(jsonl(goods(3))), harmless(3, 'Question 0')),
  file('packed, and cut', 'd.jsonl.gz', gzipSync(jsonl(goods(50))).subarray(0, 90), refused(/d\.jsonl\.gz/)),
  file('packed in name only', 'd.jsonl.gz', jsonl(goods(3)), refused(/d\.jsonl\.gz/)),
  file('a bomb', 'd.jsonl.gz', bomb, refused(/d\.jsonl\.gz/)),
  file('packed twice', 'd.jsonl.gz', gzipSync(gzipSync(jsonl(goods(3)))), refused(/d\.jsonl\.gz|dataset d/i)),
]

/** A whole file of each kind (`tests/fixtures/rows`), cut, with bytes exchanged in its middle, and under another kind's name. */
const whole = (name: string): Buffer => readFileSync(`tests/fixtures/rows/${name}`)
const scratched = (name: string): Buffer => {
  const bytes = Buffer.from(whole(name))
  bytes.fill(0xff, Math.floor(bytes.length * 0.4), Math.floor(bytes.length * 0.6))
  return bytes
}
const kinds = ['snappy.parquet', 'zstd.parquet', 'file.arrow', 'stream.arrow', 'bz2.jsonl.bz2', 'xz.jsonl.xz', 'gz.jsonl.gz', 'zst.jsonl.zst', 'parts.jsonl.zip']
const binary: BadInput[] = kinds.flatMap((name) => {
  const as = `d.${name.split('.').slice(1).join('.')}`
  const says = new RegExp(as.replaceAll('.', '\\.'))
  const some = [
    file(`${name}, cut in half`, as, whole(name).subarray(0, Math.floor(whole(name).length / 2)), refused(says)),
    file(`${name}, of which one byte is left`, as, whole(name).subarray(0, 1), refused(/dataset d/i)),
    file(`${name} in name only`, as, 'not at all what its name says', refused(says)),
  ]
  return name.endsWith('.arrow') ? some : [...some, file(`${name}, scratched`, as, scratched(name), refused(says))]
})

/** A stored zip by hand, as no tool writes it: names that climb out, sizes that lie. */
function zipOf(name: string, content: string, told = Buffer.byteLength(content)): Buffer {
  const [bytes, title] = [Buffer.from(content), Buffer.from(name)]
  const local = Buffer.alloc(30)
  local.writeUInt32LE(0x04034b50, 0)
  local.writeUInt32LE(bytes.length, 18)
  local.writeUInt32LE(told, 22)
  local.writeUInt16LE(title.length, 26)
  const central = Buffer.alloc(46)
  central.writeUInt32LE(0x02014b50, 0)
  central.writeUInt32LE(bytes.length, 20)
  central.writeUInt32LE(told, 24)
  central.writeUInt16LE(title.length, 28)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(46 + title.length, 12)
  end.writeUInt32LE(30 + title.length + bytes.length, 16)
  return Buffer.concat([local, title, bytes, central, title, end])
}
const archives: BadInput[] = [
  file('a zip, and well', 'd.zip', zipOf('rows.jsonl', jsonl(goods(3))), harmless(3, 'Question 0')),
  file('a zip with a row broken', 'd.zip', zipOf('rows.jsonl', `${jsonl(goods(2))}{"instruction":`), { is: 'rows', rows: 3, bad: { 3: /JSON/ } }),
  file('a zip with a damaged json', 'd.zip', zipOf('rows.json', '[{"a": 1}, {'), refused(/d\.zip\/rows\.json/, /line 1/)),
  file('a zip whose member climbs out', 'd.zip', zipOf('../../../tmp/evil.jsonl', jsonl(goods(2))), refused(/d\.zip/)),
  file('a zip whose member lies at the root', 'd.zip', zipOf('/etc/evil.jsonl', jsonl(goods(2))), refused(/d\.zip/)),
  file('a zip in a zip', 'd.zip', zipOf('inner.zip', 'PK'), refused(/zip/)),
  file('a zip of a program', 'd.zip', zipOf('setup.py', 'import os'), refused(/py/)),
  file('a zip of nothing', 'd.zip', zipOf('.hidden', 'x'), refused(/d\.zip/)),
  file('a zip that says too much', 'd.zip', zipOf('rows.jsonl', jsonl(goods(2)), 4_000_000_000), refused(/d\.zip/)),
  file('a zip that says too little', 'd.zip', zipOf('rows.jsonl', jsonl(goods(2)), 5), refused(/d\.zip/)),
]

const folder = (name: string, files: BadInput['files'], expected: Expected, links?: BadInput['links']): BadInput => ({ name, files, entry: { file_name: 'parts' }, expected, links })
const folders: BadInput[] = [
  folder('a folder of two types', { 'parts/a.json': '[]', 'parts/b.jsonl': '' }, refused(/json/)),
  folder('a folder with a note in it', { 'parts/a.json': JSON.stringify(goods(2)), 'parts/README.md': '# hello' }, refused(/md/)),
  folder('a folder with a hidden file', { 'parts/a.json': JSON.stringify(goods(2)), 'parts/.DS_Store': 'x' }, harmless(2, 'Question 0')),
  folder('a folder in a folder', { 'parts/a.json': JSON.stringify(goods(2)), 'parts/more/b.json': '[]' }, refused(/dataset d/i)),
  folder('a folder with nothing in it but a folder', { 'parts/more/b.json': '[]' }, refused(/dataset d/i)),
  folder('a file of the folder is broken', { 'parts/a.json': JSON.stringify(goods(2)), 'parts/b.json': '[{' }, refused(/b\.json/, /line 1/)),
  { name: 'the folder itself', files: {}, entry: { file_name: '.' }, expected: refused(/dataset d/i) },
  { name: 'a file that is not there', files: {}, entry: { file_name: 'gone.json' }, expected: refused(/gone\.json/) },
  { name: 'a link to nothing', files: {}, links: { 'd.json': 'nowhere.json' }, entry: { file_name: 'd.json' }, expected: refused(/d\.json/) },
  { name: 'a link to itself', files: {}, links: { 'd.json': 'd.json' }, entry: { file_name: 'd.json' }, expected: refused(/d\.json|dataset d/i) },
  { name: 'a folder that holds itself', files: {}, links: { 'parts/again': '../parts' }, entry: { file_name: 'parts' }, expected: refused(/dataset d/i) },
  { name: 'a name that is a device', files: {}, links: { 'd.jsonl': '/dev/zero' }, entry: { file_name: 'd.jsonl' }, expected: refused(/d\.jsonl|dataset d/i) },
  { name: 'a name with odd characters', files: { 'a b\n“ü” {x}.json': JSON.stringify(goods(2)) }, entry: { file_name: 'a b\n“ü” {x}.json' }, expected: harmless(2, 'Question 0') },
  { name: 'a name with a NUL', files: {}, entry: { file_name: 'd\0.json' }, expected: refused(/dataset d|d\./i) },
  { name: 'a name without end', files: {}, entry: { file_name: `${'x'.repeat(5000)}.json` }, expected: refused(/dataset d/i) },
]

const entry = (name: string, value: unknown, ...says: RegExp[]): BadInput => ({ name: `an entry: ${name}`, files: { 'd.json': JSON.stringify(goods(2)) }, entry: value, expected: refused(...says) })
const info = (name: string, text: string | Uint8Array, ...says: RegExp[]): BadInput => ({ name: `dataset_info.json: ${name}`, files: {}, info: text, entry: null, expected: refused(/dataset_info\.json|dataset/, ...says) })
const entries: BadInput[] = [
  entry('a number', 5, /\bd\b/), entry('null', null, /\bd\b/), entry('a text', 'd.json', /\bd\b/), entry('a list', ['d.json'], /\bd\b/), entry('nothing in it', {}, /file_name/),
  entry('file_name is a number', { file_name: 5 }, /d\.file_name/), entry('file_name is a list', { file_name: ['d.json'] }, /d\.file_name/), entry('file_name is empty', { file_name: '' }, /dataset d|file_name/i),
  entry('an unknown formatting', { file_name: 'd.json', formatting: 'chatml' }, /d\.formatting/, /alpaca/, /sharegpt/), entry('formatting is null', { file_name: 'd.json', formatting: null }, /d\.formatting/),
  entry('ranking is a word', { file_name: 'd.json', ranking: 'yes' }, /d\.ranking/), entry('columns are a list', { file_name: 'd.json', columns: ['instruction'] }, /d\.columns/), entry('a column is a number', { file_name: 'd.json', columns: { prompt: 1 } }, /d\.columns\.prompt/),
  entry('tags are a text', { file_name: 'd.json', formatting: 'sharegpt', tags: 'role' }, /d\.tags/), entry('a tag is a list', { file_name: 'd.json', formatting: 'sharegpt', tags: { role_tag: [] } }, /d\.tags\.role_tag/),
  entry('num_samples is 0', { file_name: 'd.json', num_samples: 0 }, /d\.num_samples/), entry('num_samples is a half', { file_name: 'd.json', num_samples: 1.5 }, /d\.num_samples/), entry('num_samples is a word', { file_name: 'd.json', num_samples: 'all' }, /d\.num_samples/),
  entry('sharegpt without messages', { file_name: 'd.json', formatting: 'sharegpt', columns: { system: 'input' } }, /messages/), entry('ranking without its columns', { file_name: 'd.json', ranking: true }, /rank|chosen|pair/i),
  entry('a split that cannot be read', { file_name: 'd.json', split: 'train[:a]' }, /train\[:a\]/), entry('a split that a file has not', { file_name: 'd.json', split: 'test[:1]' }, /test/), entry('a slice of nothing', { file_name: 'd.json', split: 'train[5:]' }, /dataset d/i),
  entry('pictures', { file_name: 'd.json', columns: { prompt: 'instruction', response: 'output', images: 'images' } }, /images/),
  info('empty', '', /line 1/), info('cut', '{"d": {"file_name"', /line 1/), info('a list', '[]'), info('a text', '"d"'), info('without a dataset', '{}'), info('with a comma too many', '{"d": {"file_name": "d.json"},}', /line 1, column 31/),
  info('in UTF-16 without a mark', utf16le('{"d": {"file_name": "d.json"}}')),
]

function utf16le(text: string): Uint8Array {
  return Buffer.from(text, 'utf16le')
}

const harmlessEntries: BadInput[] = [
  { name: 'an entry: a slice of its rows', files: { 'd.json': JSON.stringify(goods(4)) }, entry: { file_name: 'd.json', split: 'train[-2:]' }, expected: harmless(2, 'Question 2') },
  { name: 'an entry: keys that nobody knows', files: { 'd.json': JSON.stringify([good(0)]) }, entry: { file_name: 'd.json', notes: { a: [1] }, licence: 'x' }, expected: harmless(1, 'Question 0') },
  { name: 'dataset_info.json: a byte order mark', files: { 'd.json': JSON.stringify([good(0)]) }, entry: null, info: '\ufeff{"d": {"file_name": "d.json"}}', expected: harmless(1, 'Question 0') },
]

export const badFiles: BadInput[] = [...tables, ...empties, ...packed, ...binary, ...archives, ...folders, ...entries, ...harmlessEntries]
