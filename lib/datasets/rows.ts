/**
 * The text of a dataset file to rows: JSON (one list, or one object per line), JSON Lines, plain text (one row per line). Left out: csv, parquet, arrow.
 */
import { JsonSyntaxError, parseJson, type PyObject, type PyValue } from '@/lib/pyjson'

/** A row that is not an object; rows count from 1. */
export class NotARow extends Error {
  constructor(
    readonly row: number,
    readonly found: PyValue,
  ) {
    super(`row ${row} is not an object`)
    this.name = 'NotARow'
  }
}

/** Rows of a file by its type (its name's ending). Throws JsonSyntaxError (line and column of the file) and NotARow. */
export function readRows(text: string, type: string): PyObject[] {
  const body = text.startsWith('\ufeff') ? text.slice(1) : text
  if (type === 'txt') return textLines(body)
  const values = type === 'jsonl' ? jsonLines(body) : jsonFile(body)
  return values.map((value, i) => {
    if (value instanceof Map) return value
    throw new NotARow(i + 1, value)
  })
}

function textLines(text: string): PyObject[] {
  const lines = text.split(/\r\n|\n|\r/)
  if (lines[lines.length - 1] === '') lines.pop()
  return lines.map((line) => new Map([['text', line]]))
}

function jsonLines(text: string): PyValue[] {
  const values: PyValue[] = []
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') return
    try {
      values.push(parseJson(line))
    } catch (error) {
      if (error instanceof JsonSyntaxError) throw new JsonSyntaxError(error.reason, i + error.line, error.column)
      throw error
    }
  })
  return values
}

/** A .json file may also hold one object per line, as the reference allows. */
function jsonFile(text: string): PyValue[] {
  if (!text.trimStart().startsWith('{')) {
    const value = parseJson(text)
    return Array.isArray(value) ? value : [value]
  }
  const first = /^\s*([^\n]*)/.exec(text)?.[1] ?? ''
  return /\}\s*$/.test(first) && text.trim().includes('\n') ? jsonLines(text) : [parseJson(text)]
}
