/**
 * JSON as Python's `json` module reads and writes it: key order kept even for digit keys, floats stay floats, integers stay exact,
 * separators ", " and ": ". Prompts hold such text, so a tokenizer sees the difference. Errors carry line and column.
 * JavaScript's JSON.parse loses all four; the one thing left out is Python's limit on the length of an integer.
 */

import { type Problem, problem } from '@/lib/errors'

/** A number as written, with Python's distinction between integers and floats. */
export class PyNumber {
  constructor(
    readonly text: string,
    readonly float: boolean,
  ) {}
  get value(): number {
    return this.text === 'NaN' ? NaN : Number(this.text)
  }
}

export type PyObject = Map<string, PyValue>
export type PyValue = null | boolean | string | PyNumber | PyValue[] | PyObject

/** A syntax error at a place: line and column count from 1, columns in UTF-16 units. */
export class JsonSyntaxError extends Error {
  constructor(
    readonly reason: Problem,
    readonly line: number,
    readonly column: number,
  ) {
    super(`${reason.code} at line ${line}, column ${column}`)
    this.name = 'JsonSyntaxError'
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?/y
const SPACE = /[ \t\n\r]*/y
/** What ends a run of plain characters in a string. Python's default refuses raw control characters. */
const STRING_STOP = /["\\\u0000-\u001f]/g
const ESCAPES: Record<string, string> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
const WORDS: readonly [string, PyValue][] = [
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', new PyNumber('NaN', true)],
  ['Infinity', new PyNumber('Infinity', true)],
  ['-Infinity', new PyNumber('-Infinity', true)],
]
/** Python's own recursion limit is near; deeper nesting is an error, not a crash. */
const MAX_DEPTH = 900

class Reader {
  at = 0
  constructor(readonly text: string) {}

  fail(reason: Problem, at = this.at): never {
    const before = this.text.slice(0, at)
    const line = before.split('\n').length
    throw new JsonSyntaxError(reason, line, at - (before.lastIndexOf('\n') + 1) + 1)
  }

  space(): void {
    SPACE.lastIndex = this.at
    SPACE.exec(this.text)
    this.at = SPACE.lastIndex
  }

  value(depth: number): PyValue {
    if (depth > MAX_DEPTH) this.fail(problem('json_deep'))
    const char = this.text[this.at]
    if (char === '"') return this.string()
    if (char === '{') return this.object(depth)
    if (char === '[') return this.array(depth)
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length
        return value
      }
    }
    return this.number()
  }

  number(): PyNumber {
    NUMBER.lastIndex = this.at
    const found = NUMBER.exec(this.text)
    if (!found) return this.fail(problem(this.at >= this.text.length ? 'json_end' : 'json_value'))
    this.at = NUMBER.lastIndex
    return new PyNumber(found[0], found[1] !== undefined || found[2] !== undefined)
  }

  string(): string {
    const start = this.at++
    let out = ''
    for (;;) {
      STRING_STOP.lastIndex = this.at
      const stop = STRING_STOP.exec(this.text)
      if (!stop) return this.fail(problem('json_string'), start)
      out += this.text.slice(this.at, stop.index)
      this.at = stop.index + 1
      if (stop[0] === '"') return out
      if (stop[0] !== '\\') return this.fail(problem('json_control'), stop.index)
      out += this.escape()
    }
  }

  escape(): string {
    const char = this.text[this.at++]
    if (char === 'u') {
      const hex = this.text.slice(this.at, this.at + 4)
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) this.fail(problem('json_hex'), this.at - 2)
      this.at += 4
      return String.fromCharCode(parseInt(hex, 16))
    }
    return ESCAPES[char] ?? this.fail(problem('json_escape'), this.at - 2)
  }

  array(depth: number): PyValue[] {
    const out: PyValue[] = []
    this.at++
    this.space()
    if (this.take(']')) return out
    for (;;) {
      this.space()
      out.push(this.value(depth + 1))
      this.space()
      if (this.take(']')) return out
      if (!this.take(',')) this.fail(problem('json_comma_or', { end: ']' }))
    }
  }

  object(depth: number): PyObject {
    const out: PyObject = new Map()
    this.at++
    this.space()
    if (this.take('}')) return out
    for (;;) {
      this.space()
      if (this.text[this.at] !== '"') this.fail(problem('json_key'))
      const key = this.string()
      this.space()
      if (!this.take(':')) this.fail(problem('json_colon'))
      this.space()
      out.set(key, this.value(depth + 1))
      this.space()
      if (this.take('}')) return out
      if (!this.take(',')) this.fail(problem('json_comma_or', { end: '}' }))
    }
  }

  take(char: string): boolean {
    if (this.text[this.at] !== char) return false
    this.at++
    return true
  }
}

/** Parses one JSON value; throws JsonSyntaxError. A byte order mark is for the reader of the file to remove. */
export function parseJson(text: string): PyValue {
  const reader = new Reader(text)
  reader.space()
  const value = reader.value(0)
  reader.space()
  if (reader.at < text.length) reader.fail(problem('json_more'))
  return value
}

/** Like parseJson, but undefined where the text is not JSON: for text that may or may not be. */
export function tryParseJson(text: string): PyValue | undefined {
  try {
    return parseJson(text)
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined
    throw error
  }
}

/** `json.dumps(value, ensure_ascii=False, indent=indent)`. */
export function dumpJson(value: PyValue, indent = 0): string {
  return write(value, indent, '\n')
}

function write(value: PyValue, indent: number, line: string): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return quote(value)
  if (value instanceof PyNumber) return numberText(value)
  const inner = line + ' '.repeat(indent)
  const isList = Array.isArray(value)
  const parts = isList ? value.map((item) => write(item, indent, inner)) : [...value].map(([key, item]) => `${quote(key)}: ${write(item, indent, inner)}`)
  const [open, close] = isList ? '[]' : '{}'
  if (parts.length === 0) return open + close
  return indent ? `${open}${inner}${parts.join(`,${inner}`)}${line}${close}` : `${open}${parts.join(', ')}${close}`
}

const SHORT_ESCAPES: Record<string, string> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\f': '\\f', '\b': '\\b' }

function quote(text: string): string {
  // JSON.stringify is not used: it escapes lone surrogates, Python with ensure_ascii=False does not.
  return `"${text.replace(/["\\\u0000-\u001f]/g, (char) => SHORT_ESCAPES[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`
}

function numberText(number: PyNumber): string {
  if (number.float) return floatRepr(number.value)
  return number.text === '-0' ? '0' : number.text
}

/** Python's `repr` of a float: the shortest digits that read back, scientific below 1e-4 and from 1e16. */
export function floatRepr(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const [mantissa, power] = value.toExponential().split('e')
  const exponent = Number(power)
  if (exponent >= -4 && exponent < 16) {
    const plain = String(value) // JavaScript turns to exponents below 1e-6 and from 1e21 only
    return plain.includes('.') ? plain : `${plain}.0`
  }
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/** The plain JavaScript value, where digits and order do not matter: numbers become numbers, objects lose the order of digit keys. */
export function toPlain(value: PyValue): unknown {
  if (value instanceof PyNumber) return value.value
  if (Array.isArray(value)) return value.map(toPlain)
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, toPlain(item)]))
  return value
}
