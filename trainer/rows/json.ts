/**
 * A .json file: a list of rows, cut into its elements without reading them; one object; or, as the reference allows, one object per line. A list may be
 * of any size; the text of an element is for `lib/pyjson`.
 */
import { problem } from '@/lib/errors'
import { JsonSyntaxError, parseJson } from '@/lib/pyjson'
import { isSpace, Misplaced, NEWLINE, QUOTE, skipSpace, type Span, type TextFormat } from '@/trainer/rows/format'
import { jsonLines, parseRow } from '@/trainer/rows/lines'

const COMMA = 44
const BACKSLASH = 92
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [91, 93, 123, 125]

/** The format of a file, by its first bytes. */
export function jsonFormat(begin: number, head: Buffer): TextFormat {
  const start = skipSpace(head, begin)
  if (head[start] === OPEN_LIST) return { begin: start, cut: cutElement, parse: parseRow, strict: true }
  if (head[start] === OPEN_OBJECT && linesOfObjects(head, start)) return { ...jsonLines(begin), strict: true }
  return { begin: start, cut: cutAll, parse: parseRow, strict: true }
}

/** The first line is a whole object, and there is more. */
function linesOfObjects(head: Buffer, start: number): boolean {
  const newline = head.indexOf(NEWLINE, start)
  if (newline < 0) return false
  let end = newline - 1
  while (isSpace(head[end])) end--
  return head[end] === CLOSE_OBJECT && skipSpace(head, newline) < head.length
}

function cutAll(bytes: Buffer, from: number, last: boolean): Span | null {
  return last && from < bytes.length ? { start: from, end: bytes.length, next: bytes.length } : null
}

/** `from` is the list's opening bracket, or what ended the element before: a comma or the closing bracket. */
function cutElement(bytes: Buffer, from: number, last: boolean): Span | null {
  if (from >= bytes.length) return null
  const start = skipSpace(bytes, from + 1)
  if (bytes[from] === CLOSE_LIST) {
    if (start < bytes.length) throw new Misplaced(problem('json_more'), start)
    return null
  }
  if (start >= bytes.length) return last ? unfinished(bytes, start) : null
  if (bytes[from] === OPEN_LIST && bytes[start] === CLOSE_LIST) return cutElement(bytes, start, last)
  const end = elementEnd(bytes, start)
  if (end < 0) return last ? unfinished(bytes, start) : null
  if (end === start) throw new Misplaced(problem('json_value'), start)
  return { start, end, next: end }
}

/** The file ends within the list. The element that it ends with, read as far as it goes, says best what is wrong. */
function unfinished(bytes: Buffer, start: number): never {
  const text = bytes.toString('utf8', start)
  try {
    if (text.trim() !== '') parseJson(text)
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    const lines = text.split('\n').slice(0, error.line)
    lines.push((lines.pop() ?? '').slice(0, error.column - 1))
    throw new Misplaced(error.reason, start + Buffer.byteLength(lines.join('\n')))
  }
  throw new Misplaced(problem('json_comma_or', { end: ']' }), bytes.length)
}

/** Where the comma or bracket after the element that begins at `start` stands; -1: not in these bytes. */
function elementEnd(bytes: Buffer, start: number): number {
  let depth = 0
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === QUOTE) {
      at = stringEnd(bytes, at)
      if (at < 0) return -1
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth++
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      if (depth === 0) return at
      depth--
    } else if (byte === COMMA && depth === 0) return at
  }
  return -1
}

/** The closing quote of the string that begins at `start`. */
function stringEnd(bytes: Buffer, start: number): number {
  for (let at = bytes.indexOf(QUOTE, start + 1); at >= 0; at = bytes.indexOf(QUOTE, at + 1)) {
    let first = at
    while (bytes[first - 1] === BACKSLASH) first--
    if ((at - first) % 2 === 0) return at
  }
  return -1
}
