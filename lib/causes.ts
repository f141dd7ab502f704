/**
 * What others say went wrong, as problems: the system's error codes, zod's issues, and texts that are no JSON. A library whose words have no code is
 * quoted as it is.
 */
import type { z } from 'zod'
import { type Fault, type FaultValue, type Problem, problem, type ProblemCode } from '@/lib/errors'
import { JsonSyntaxError, parseJson } from '@/lib/pyjson'

const systemCodes = {
  EACCES: 'system_denied',
  EADDRNOTAVAIL: 'system_address',
  EBUSY: 'system_busy',
  EDQUOT: 'system_quota',
  EEXIST: 'system_exists',
  EIO: 'system_broken',
  EISDIR: 'system_folder',
  ELOOP: 'system_links',
  EMFILE: 'system_open',
  ENAMETOOLONG: 'system_name',
  ENFILE: 'system_open',
  ENOENT: 'system_gone',
  ENOSPC: 'system_full',
  ENOTDIR: 'system_file',
  ENOTFOUND: 'system_host',
  EPERM: 'system_denied',
  EROFS: 'system_readonly',
} as const satisfies Record<string, ProblemCode>

const isSystemCode = (code: unknown): code is keyof typeof systemCodes => typeof code === 'string' && Object.hasOwn(systemCodes, code)

/** Whether an error is one of the system's (or of Node's) with one of these codes. */
export const hasCode = (error: unknown, ...codes: readonly string[]): boolean => error instanceof Error && 'code' in error && codes.some((code) => code === error.code)

/** Of an error that the system gave; the words of any other. */
export function systemProblem(error: unknown): FaultValue {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && isSystemCode(error.code) ? problem(systemCodes[error.code], { code: error.code }) : error.message
}

/** A failure of ours: none of the user's faults, so all that can be told is what was said, without its full stop: the sentence has its own. */
export const internalFault = (error: unknown): Fault => ({ code: 'internal', values: { problem: (error instanceof Error ? error.message : String(error)).trim().replace(/\.$/, '') } })

/** Of a text that JSON.parse has refused: the slower parser says where and why. */
export function jsonProblem(text: string): Problem {
  try {
    parseJson(text)
  } catch (error) {
    if (error instanceof JsonSyntaxError) return problem('json', { line: error.line, column: error.column, reason: error.reason })
    throw error
  }
  return problem('json_nan') // which Python reads
}

/** What a value looks like: short ones as they are, others by their kind. */
function looks(value: unknown): FaultValue {
  if (typeof value === 'string') return problem('kind_text')
  if (Array.isArray(value)) return problem('kind_list')
  return typeof value === 'object' && value !== null ? problem('kind_object') : String(value)
}

const expectedKinds: Readonly<Record<string, ProblemCode>> = {
  array: 'kind_list', boolean: 'kind_boolean', int: 'kind_integer', number: 'kind_number', object: 'kind_object', record: 'kind_object', string: 'kind_text', tuple: 'kind_list',
}

type Issue = z.core.$ZodIssue
type Told = { [C in Issue['code']]?: (issue: Extract<Issue, { code: C }>, value: unknown) => Problem }

const bound = (value: unknown, wanted: string): Problem =>
  typeof value === 'string' || Array.isArray(value) ? problem('length', { found: value.length, wanted }) : problem('must_be', { found: looks(value), wanted })

const issues: Told = {
  invalid_type: ({ expected }, value) => problem('must_be', { found: looks(value), wanted: Object.hasOwn(expectedKinds, expected) ? { code: expectedKinds[expected], values: {} } : expected }),
  invalid_value: ({ values }, value) => problem('must_be', { found: typeof value === 'string' ? JSON.stringify(value) : looks(value), wanted: values.map((one) => JSON.stringify(one)).join(' | ') }),
  too_small: ({ minimum, inclusive }, value) => bound(value, `${inclusive ? '≥' : '>'} ${minimum}`),
  too_big: ({ maximum, inclusive }, value) => bound(value, `${inclusive ? '≤' : '<'} ${maximum}`),
  unrecognized_keys: ({ keys }) => problem('unknown_keys', { keys: keys.join(', ') }),
}

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((inside, key) => (typeof inside === 'object' && inside !== null && Object.hasOwn(inside, key) ? Reflect.get(inside, key) : undefined), value)

/** The first thing that a schema has against `value`, with its place; `within` is the place of the value itself, where it is a part. */
export function schemaProblem({ issues: [issue] }: z.ZodError, value: unknown, ...within: string[]): Problem {
  const found = valueAt(value, issue.path)
  const tell = issues[issue.code] as ((issue: Issue, value: unknown) => Problem) | undefined
  const reason = found === undefined ? problem('missing') : (tell?.(issue, found) ?? problem('bad_value', { found: looks(found) }))
  return problem('at', { place: [...within, ...issue.path].join('.') || problem('the_file'), problem: reason })
}
