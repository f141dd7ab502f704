/**
 * What the conformance checks share: the result of a case, comparison of values, and reading a golden file.
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseJson, PyNumber, type PyValue } from '@/lib/pyjson'

/** One case. `unsupported` says which later part of the product it needs; such a case neither passes nor fails. */
export interface CheckResult {
  name: string
  ok: boolean
  detail?: string
  unsupported?: string
}

export type Check = (dir: string) => AsyncGenerator<CheckResult>

/** The parsed file, or null where the folder does not have it. */
export function readGolden(dir: string, name: string): unknown {
  const file = path.join(dir, name)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null
}

/** The same through the lossless parser, for files whose numbers and key order matter. */
export function readGoldenExact(dir: string, name: string): PyValue | null {
  const file = path.join(dir, name)
  return existsSync(file) ? parseJson(readFileSync(file, 'utf8')) : null
}

/** Null when equal, else a sentence about the first difference: where, expected, found. */
export function difference(expected: unknown, found: unknown, at = ''): string | null {
  if (Object.is(expected, found)) return null
  if (expected instanceof PyNumber && found instanceof PyNumber) return expected.text === found.text ? null : told(expected.text, found.text, at)
  if (Array.isArray(expected) && Array.isArray(found)) return listDifference(expected, found, at)
  if (isRecord(expected) && isRecord(found)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(found)])) {
      const inner = difference(expected[key], found[key], `${at}.${key}`)
      if (inner) return inner
    }
    return null
  }
  return told(expected, found, at)
}

function listDifference(expected: unknown[], found: unknown[], at: string): string | null {
  for (let i = 0; i < Math.max(expected.length, found.length); i++) {
    const inner = difference(expected[i], found[i], `${at}[${i}]`)
    if (inner) return inner
  }
  return null
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function told(expected: unknown, found: unknown, at: string): string {
  const show = (value: unknown) => (JSON.stringify(value) ?? 'nothing').slice(0, 120)
  return `${at || 'value'}: expected ${show(expected)}, found ${show(found)}`
}

/** A case from a comparison. */
export function compared(name: string, expected: unknown, found: unknown): CheckResult {
  const detail = difference(expected, found)
  return detail === null ? { name, ok: true } : { name, ok: false, detail }
}

/** Runs a case; what it throws is its failure. */
export function attempt(name: string, run: () => CheckResult): CheckResult {
  try {
    return run()
  } catch (error) {
    return { name, ok: false, detail: error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 3).join(' ') : String(error) }
  }
}
