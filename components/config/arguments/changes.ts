'use client'
/** A proposal for the whole form (a file, a preset, saved arguments): what it would change, in the words of the page. */
import type { Draft, RawArgs } from '@/components/config/draft'
import { numberText } from '@/lib/config/number-text'
import type { Fault } from '@/lib/errors'
import { fieldOf, keys, same, type Key } from '@/lib/config/fields'

export interface Proposal {
  /** What it is called: a file's name, a preset's. */
  name: string
  next: Draft
  /** What cannot be taken over, or cannot be used as it stands. */
  faults: readonly Fault[]
  /** Names in the file that the page decides itself. */
  left_out: readonly string[]
}

export interface Change {
  key: Key
  from: string
  to: string
}

/** A value as text; a number stands as its field shows it. */
export function shownValue(raw: unknown): string {
  if (Array.isArray(raw)) return raw.join(', ')
  return typeof raw === 'object' && raw !== null ? JSON.stringify(raw) : numberText(raw)
}

/** A raw value as its setting reads it, so that `5e-5` and 0.00005 are no change. */
function meaning(key: Key, raw: unknown): unknown {
  const { schema, default: fallback } = fieldOf(key)
  const read = schema.safeParse(raw === '' && fallback === null ? null : raw)
  return read.success ? read.data : raw
}

export const changesBetween = (now: RawArgs, next: RawArgs): Change[] =>
  keys
    .filter((key) => key !== 'output_dir' && !same(meaning(key, now[key]), meaning(key, next[key])))
    .map((key) => ({ key, from: shownValue(now[key]), to: shownValue(next[key]) }))
