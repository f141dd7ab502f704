/**
 * Files whose text is damaged: cut, with characters lost, added or exchanged at random places, in other encodings. What is wrong is told by JSON.parse, which is not ours:
 * a json file that it refuses must be refused, and of a jsonl file exactly the lines that it refuses.
 */
import { type BadInput, type Expected, goods, jsonl } from './case'
import type { Random } from '@/tools/starter/random'

const rows = goods(6)
const asJson = JSON.stringify(rows, null, 2)
const asJsonl = jsonl(rows)
const jsonEntry = { file_name: 'd.json' }
const jsonlEntry = { file_name: 'd.jsonl' }

function parses(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const place = /line \d+, column \d+/

/** Null where chance has left the text well, or made other rows of it. */
function ofJson(text: string): Expected | null {
  return parses(text) === undefined ? { is: 'refused', says: [/d\.json/, place] } : null
}

/** A row without its question is one with an empty question, as Arrow (and so the reference) has it; without its answer it teaches nothing. */
const fits = (row: unknown): boolean => typeof row === 'object' && row !== null && 'output' in row

function ofJsonl(text: string): Expected | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const bad = lines.flatMap((line, i) => (fits(parses(line)) ? [] : [i + 1]))
  return bad.length > 0 && bad.length < lines.length ? { is: 'rows', rows: lines.length, bad: Object.fromEntries(bad.map((row) => [row, /./])) } : null
}

type Damage = (text: string, random: Random) => string

const at = (text: string, random: Random): number => random.int(1, text.length - 2)
const damages: Record<string, Damage> = {
  cut: (text, random) => text.slice(0, at(text, random)),
  'a character lost': (text, random) => {
    const i = at(text, random)
    return text.slice(0, i) + text.slice(i + 1)
  },
  'a character added': (text, random) => {
    const i = at(text, random)
    return text.slice(0, i) + random.pick(['"', '{', '}', ']', ',', ':', '\\', '0', '\t', "'", 'x']) + text.slice(i)
  },
  'a NUL added': (text, random) => {
    const i = at(text, random)
    return `${text.slice(0, i)}\0${text.slice(i)}`
  },
  'two pieces exchanged': (text, random) => {
    const [i, j, k] = [at(text, random), at(text, random), at(text, random)].sort((a, b) => a - b)
    return text.slice(0, i) + text.slice(j, k) + text.slice(i, j) + text.slice(k)
  },
}

/** Drawn until the damage shows. */
function damaged(random: Random, name: string, whole: string, expect: (text: string) => Expected | null): { text: string; expected: Expected } {
  for (;;) {
    const text = damages[name](whole, random)
    const expected = expect(text)
    if (expected) return { text, expected }
  }
}

export function damagedTexts(random: Random, each: number): BadInput[] {
  return Object.keys(damages).flatMap((name) =>
    Array.from({ length: each }, (_, i): BadInput => {
      const json = damaged(random, name, asJson, ofJson)
      const lines = damaged(random, name, asJsonl, ofJsonl)
      return i % 2 === 0
        ? { name: `json, ${name} (${i})`, files: { 'd.json': json.text }, entry: jsonEntry, expected: json.expected }
        : { name: `jsonl, ${name} (${i})`, files: { 'd.jsonl': lines.text }, entry: jsonlEntry, expected: lines.expected }
    }),
  )
}

const utf16 = (text: string, big: boolean, mark: boolean): Uint8Array => {
  const bytes = Buffer.from((mark ? '\ufeff' : '') + text, 'utf16le')
  return big ? bytes.swap16() : bytes
}

/** "问题" and "回答" in GBK, by Python's codec. */
const gbk = Buffer.concat([Buffer.from('[{"instruction": "'), Buffer.from([0xce, 0xca, 0xcc, 0xe2]), Buffer.from('", "input": "", "output": "'), Buffer.from([0xbb, 0xd8, 0xb4, 0xf0]), Buffer.from('"}]')])
const latin1 = Buffer.from('[{"instruction": "Voilà, ça va ?", "input": "", "output": "Très bien, à bientôt."}]', 'latin1')
const halfCharacter = Buffer.concat([Buffer.from(asJsonl), Buffer.from('{"instruction": "q", "input": "", "output": "'), Buffer.from([0xe4, 0xbd]), Buffer.from('"}\n')])

export const encodedTexts: BadInput[] = [
  { name: 'json with a byte order mark', files: { 'd.json': `\ufeff${asJson}` }, entry: jsonEntry, expected: { is: 'harmless', rows: 6, shows: 'Question 0' } },
  { name: 'jsonl with a byte order mark', files: { 'd.jsonl': `\ufeff${asJsonl}` }, entry: jsonlEntry, expected: { is: 'harmless', rows: 6, shows: 'Question 0' } },
  { name: 'jsonl in UTF-16, little end first', files: { 'd.jsonl': utf16(asJsonl, false, true) }, entry: jsonlEntry, expected: { is: 'harmless', rows: 6, shows: 'Question 0' } },
  { name: 'json in UTF-16, big end first', files: { 'd.json': utf16(asJson, true, true) }, entry: jsonEntry, expected: { is: 'harmless', rows: 6, shows: 'Question 0' } },
  { name: 'json in UTF-16 without a mark', files: { 'd.json': utf16(asJson, false, false) }, entry: jsonEntry, expected: { is: 'refused', says: [/d\.json/] } },
  { name: 'json in GBK', files: { 'd.json': gbk }, entry: jsonEntry, expected: { is: 'harmless', rows: 1, shows: '问题' } },
  { name: 'json in Latin-1', files: { 'd.json': latin1 }, entry: jsonEntry, expected: { is: 'refused', says: [/d\.json|dataset d/i, /UTF-8/] } },
  { name: 'half a character in a line', files: { 'd.jsonl': halfCharacter }, entry: jsonlEntry, expected: { is: 'rows', rows: 7, bad: { 7: /UTF-8/ } } },
  { name: 'lines that end as on Windows', files: { 'd.jsonl': asJsonl.replaceAll('\n', '\r\n') }, entry: jsonlEntry, expected: { is: 'harmless', rows: 6, shows: 'Question 0' } },
  { name: 'empty lines between', files: { 'd.jsonl': `\n\n${asJsonl.replaceAll('\n', '\n \n')}\n` }, entry: jsonlEntry, expected: { is: 'harmless', rows: 6, shows: 'Question 0' } },
  { name: 'random bytes', files: { 'd.json': Uint8Array.from({ length: 4096 }, (_, i) => Math.imul(i + 1, 2654435761) >>> 24) }, entry: jsonEntry, expected: { is: 'refused', says: [/d\.json|dataset d/i] } },
  { name: 'a picture under the name of a text', files: { 'd.jsonl': Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex') }, entry: jsonlEntry, expected: { is: 'refused', says: [/d\.jsonl|dataset d/i] } },
]
