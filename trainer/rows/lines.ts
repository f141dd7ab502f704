/** Files of one record per line: JSON Lines, where empty lines say nothing, and plain text, where they are rows too. */
import { RowError } from '@/lib/datasets/align'
import { problem } from '@/lib/errors'
import { parseJson, type PyObject } from '@/lib/pyjson'
import { NEWLINE, RETURN, skipSpace, type Span, type TextFormat } from '@/trainer/rows/format'

/** The line at `from`, without its end. */
function lineAt(bytes: Buffer, from: number, last: boolean): Span | null {
  const end = bytes.indexOf(NEWLINE, from)
  if (end >= 0) return { start: from, end, next: end + 1 }
  return last && from < bytes.length ? { start: from, end: bytes.length, next: bytes.length } : null
}

function cutJsonLine(bytes: Buffer, from: number, last: boolean): Span | null {
  const start = skipSpace(bytes, from)
  return start < bytes.length ? lineAt(bytes, start, last) : null
}

/** Lines end as Python's text files read them: \n, \r\n or \r. */
function cutTextLine(bytes: Buffer, from: number, last: boolean): Span | null {
  const line = lineAt(bytes, from, last)
  if (line === null) return null
  const turn = bytes.subarray(from, line.end).indexOf(RETURN)
  if (turn < 0) return line
  const end = from + turn
  return { start: from, end, next: bytes[end + 1] === NEWLINE ? end + 2 : end + 1 }
}

export function parseRow(text: string): PyObject {
  const value = parseJson(text)
  if (value instanceof Map) return value
  throw new RowError('row', problem('row_not_object'))
}

export const jsonLines = (begin: number): TextFormat => ({ begin, cut: cutJsonLine, parse: parseRow, strict: false })

export const textLines = (begin: number): TextFormat => ({ begin, cut: cutTextLine, parse: (text) => new Map([['text', text]]), strict: false })
