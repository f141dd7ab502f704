/**
 * The configuration's one schema, derived from the declarations, and its faults as sentences' codes. Leaves out what needs the disk
 * (paths, datasets, the model's own limits): the trainer and its inspect worker check those.
 */
import { z } from 'zod'
import type { Fault } from '@/lib/errors'
import { fieldOf, fields, isKey, keys, missingFeature, type Key, type TrainingArgs } from '@/lib/config/fields'
import type { Field } from '@/lib/config/field'
import { nearest } from '@/lib/config/nearest'
import { numberText, rangeText } from '@/lib/config/number-text'
import { ruleFaults, type Purpose } from '@/lib/config/rules'

export type { TrainingArgs } from '@/lib/config/fields'

type Shape = { [K in Key]: z.ZodPrefault<(typeof fields)[K]['schema']> }

function shape(): Shape {
  return Object.fromEntries(keys.map((key) => [key, fieldOf(key).schema.prefault(fieldOf(key).default)])) as z.ZodRawShape as Shape
}

/** LLaMA-Factory's keys; any other key is an error; what is absent gets its default. Ranges only: rules and support are `parseArgs`'s. */
export const trainingSchema = z.lazy(() => z.strictObject(shape()))

export type Parsed = { ok: true; args: TrainingArgs } | { ok: false; faults: Fault[] }

/** A value as a sentence shows it. */
function shown(value: unknown): string | number {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined')
}

type Issue = z.core.$ZodIssue

const notA: Readonly<Record<string, 'not_a_number' | 'not_a_boolean' | 'not_a_text' | 'not_a_list' | 'not_an_object'>> = {
  integer: 'not_a_number', number: 'not_a_number', amount: 'not_a_number', boolean: 'not_a_boolean',
  text: 'not_a_text', text_or_true: 'not_a_text', choice: 'not_a_text', names: 'not_a_list', object: 'not_an_object',
}

/** A number as the field takes it, and within which bounds. */
function numberExample(field: Field): string {
  const first = field.product ?? numberText(field.form ?? field.default ?? field.minimum ?? 1)
  const range = rangeText(field)
  return range === '' ? first : `${first} (${range})`
}

/** The fault of a value that the schema refused. */
function valueFault(key: Key, value: unknown, issue: Issue): Fault {
  const field = fieldOf(key)
  const found = { key, value: shown(value) }
  if (value === null || value === '') return { code: 'empty_value', values: { key }, field: key }
  switch (issue.code) {
    case 'too_small':
      return { code: issue.inclusive ? 'below_minimum' : 'not_greater', values: { ...found, minimum: Number(issue.minimum) }, field: key }
    case 'too_big':
      return { code: issue.inclusive ? 'above_maximum' : 'not_less', values: { ...found, maximum: Number(issue.maximum) }, field: key }
    case 'custom':
      return { code: 'count_or_share', values: found, field: key }
    default:
      if (field.options && (field.kind === 'choice' || typeof value !== 'object' || Array.isArray(value))) return { code: 'not_an_option', values: { ...found, options: field.options.join(', ') }, field: key }
      if (field.kind === 'integer' && issue.code === 'invalid_type' && issue.expected === 'int') return { code: 'not_an_integer', values: found, field: key }
      return { code: notA[field.kind], values: { ...found, example: notA[field.kind] === 'not_a_number' ? numberExample(field) : '{"min_lr": 1e-6}' }, field: key }
  }
}

/** A name that nobody knows, with the one that it may mean: LLaMA Board's name for a setting, else the most similar key. */
export function unknownKeyFault(key: string): Fault {
  return { code: 'unknown_key', values: { key, nearest: keys.find((known) => fieldOf(known).element === key) ?? nearest(key, keys) }, field: key }
}

function issueFaults(raw: Record<string, unknown>, issue: Issue): Fault[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map(unknownKeyFault)
  const key = String(issue.path[0])
  return isKey(key) ? [valueFault(key, raw[key], issue)] : []
}

/** One fault per field: the first one found. */
function firstPerField(faults: readonly Fault[]): Fault[] {
  const seen = new Set<string | undefined>()
  return faults.filter(({ field }) => field === undefined || (!seen.has(field) && seen.add(field)))
}

/** What only limits computing does not limit writing. */
const written: Partial<Record<Purpose, readonly Key[]>> = { export: ['infer_dtype'] }

function supportFaults(args: TrainingArgs, purpose: Purpose): Fault[] {
  return keys.flatMap((key): Fault[] => {
    const feature = written[purpose]?.includes(key) ? null : missingFeature(key, args[key])
    return feature ? [{ code: 'not_yet', values: { key, value: shown(args[key]), feature }, field: key }] : []
  })
}

/**
 * The configuration that `raw` (parsed YAML, a form's values, overrides) stands for, or all of its faults: types and ranges first,
 * then what this version lacks and the rules between fields.
 */
export function parseArgs(raw: unknown, purpose: Purpose = 'train'): Parsed {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    return { ok: false, faults: [{ code: 'config_not_mapping', values: { found: shown(raw) } }] }
  }
  const values = raw as Record<string, unknown>
  const result = trainingSchema.safeParse(values)
  if (!result.success) return { ok: false, faults: firstPerField(result.error.issues.flatMap((issue) => issueFaults(values, issue))) }
  const args = result.data as TrainingArgs
  const faults = firstPerField([...supportFaults(args, purpose), ...ruleFaults(args, purpose)])
  return faults.length === 0 ? { ok: true, args } : { ok: false, faults }
}
