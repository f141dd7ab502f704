/** What a type of text file must know to be read in pieces by text.ts: where its records begin and end in UTF-8 bytes, and what one of them says. */
import type { Problem } from '@/lib/errors'
import type { PyObject } from '@/lib/pyjson'

/** A record's bytes in a buffer, and where the search for the next one begins. */
export interface Span {
  start: number
  end: number
  next: number
}

export interface TextFormat {
  /** Offset in the file at which the search for the first record begins. */
  begin: number
  /**
   * The first record from `from` on, a place where a search may begin. Null: `bytes` end before it does, or, with `last`, there is none. Throws
   * Misplaced.
   */
  cut(bytes: Buffer, from: number, last: boolean): Span | null
  /** Throws JsonSyntaxError, with line and column in `text`, and RowError. */
  parse(text: string): PyObject
  /** A record that is damaged damages the whole file. */
  strict: boolean
}

/** Text between records that does not belong there. */
export class Misplaced extends Error {
  constructor(
    readonly reason: Problem,
    /** Its place in the buffer. */
    readonly at: number,
  ) {
    super(`${reason.code} at byte ${at}`)
    this.name = 'Misplaced'
  }
}

export const NEWLINE = 10
export const RETURN = 13
export const QUOTE = 34

/** Spaces of JSON. */
export const isSpace = (byte: number): boolean => byte === 32 || byte === NEWLINE || byte === RETURN || byte === 9

export function skipSpace(bytes: Buffer, from: number): number {
  let at = from
  while (at < bytes.length && isSpace(bytes[at])) at++
  return at
}
