/**
 * CSV and TSV with a header line. Records are found here, by the quotes; fields are read by csv-parse. Texts stay texts: where pandas (and so the reference)
 * makes numbers, dates or truth values of a whole column, or nothing of words such as "NA", the text is kept; an empty field is null, as there. The one
 * exception is the column of ratings (kto_tag), whose words true and false become truth values.
 */
import { CsvError, parse } from 'csv-parse/sync'
import { RowError } from '@/lib/datasets/align'
import { problem } from '@/lib/errors'
import type { PyObject } from '@/lib/pyjson'
import { NEWLINE, QUOTE, RETURN, type Span, type TextFormat } from '@/trainer/rows/format'

/** @param head begins with the header, @param tag the column of ratings */
export function csvFormat(begin: number, head: Buffer, delimiter: ',' | '\t', tag: string | null): TextFormat {
  const cut = (bytes: Buffer, from: number, last: boolean) => cutRecord(bytes, from, last, delimiter.charCodeAt(0))
  const header = cut(head, begin, true)
  const names = header ? fieldsOf(head.toString('utf8', header.start, header.end), delimiter) : []
  return { begin: header?.next ?? head.length, cut, strict: false, parse: (text) => record(fieldsOf(text, delimiter), names, tag) }
}

function fieldsOf(text: string, delimiter: string): string[] {
  try {
    const [fields = ['']] = parse(text, { delimiter, relax_quotes: true, relax_column_count: true })
    return fields
  } catch (error) {
    if (error instanceof CsvError) throw new RowError('row', problem('row_quote_open'))
    throw error
  }
}

function record(fields: string[], names: string[], tag: string | null): PyObject {
  if (fields.length > names.length) throw new RowError('row', problem('row_fields', { found: fields.length, named: names.length }))
  return new Map(names.map((name, i) => [name, name === tag ? truth(fields[i]) : (fields[i] ?? '') || null]))
}

const truth = (word: string | undefined) => (/^(true|false)$/i.test(word ?? '') ? word?.toLowerCase() === 'true' : word || null)

/** The next record that is no empty line. A quote opens a field only where it begins, and is doubled within. */
function cutRecord(bytes: Buffer, from: number, last: boolean, delimiter: number): Span | null {
  let start = from
  while (start < bytes.length && (bytes[start] === NEWLINE || bytes[start] === RETURN)) start++
  let fresh = true
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === QUOTE && fresh) {
      at = closingQuote(bytes, at)
      if (at < 0) return last ? whole(bytes, start) : null
    } else if (byte === NEWLINE || byte === RETURN) return { start, end: at, next: at + 1 }
    fresh = byte === delimiter
  }
  return last && start < bytes.length ? whole(bytes, start) : null
}

const whole = (bytes: Buffer, start: number): Span => ({ start, end: bytes.length, next: bytes.length })

/** Of a quoted field; -1 when these bytes may not hold it, which a doubled quote at their end leaves open. */
function closingQuote(bytes: Buffer, open: number): number {
  for (let at = bytes.indexOf(QUOTE, open + 1); at >= 0; at = bytes.indexOf(QUOTE, at + 2)) if (bytes[at + 1] !== QUOTE) return at
  return -1
}
