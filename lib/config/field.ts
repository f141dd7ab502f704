/**
 * What a setting's declaration is made of: its type with the range, its place on the page, and how far this version supports it.
 * The builders below keep the value's type, so that `TrainingArgs` is inferred from the declarations. A schema is made when a value is first
 * read with it: the page is there before any is.
 */
import { z } from 'zod'
import { readBoolean, readNames, readNumber, readObject, readProduct, readText } from '@/lib/config/values'
import type { en } from '@/lib/messages/en'

/** Something that a later version brings; a key of `messages.features`. */
export type Feature = keyof typeof en.features

/** Sections of the page, in their order; `more` is only in YAML and on the command line. */
export const groups = [
  'model', 'data', 'basics', 'lora', 'output', 'evaluation', 'advanced', 'freeze', 'preference', 'multimodal', 'galore', 'apollo', 'badam', 'swanlab', 'generation', 'export', 'more',
] as const
export type Group = (typeof groups)[number]

export type Widget = 'number' | 'slider' | 'text' | 'select' | 'switch' | 'names' | 'json'
export type Kind = 'integer' | 'number' | 'amount' | 'boolean' | 'text' | 'choice' | 'names' | 'object' | 'text_or_true'

/** Open or closed bounds of a number. */
export interface Range {
  minimum?: number
  maximum?: number
  /** The value must be greater than this. */
  above?: number
  /** The value must be less than this. */
  below?: number
}

/** What every declaration may say beside its type. */
export interface Placement<T> {
  group?: Group
  /** Place within its group; 50 where nothing is said. */
  order?: number
  widget?: Widget
  /** Slider's or spinner's step. */
  step?: number
  /** The element's name in LLaMA Board, where it differs from the key. */
  element?: string
  /** The page's first value, where LLaMA Board starts with another than the key's default. */
  form?: T
  /** A number that LLaMA Board's page writes, and takes, as a product: its first value there. */
  product?: string
  /** A number that says the same as no value, as LLaMA Board has it. */
  none?: number
  /** What an empty field stands for, shown in it. */
  empty?: string
  /** Shown only while every named key has one of these values. */
  when?: Readonly<Record<string, readonly (string | boolean)[]>>
  /** Values for which this version lacks something: the value as text, or `*` for every value but the default and those of `allow`. */
  needs?: Readonly<Record<string, Feature>>
  /** Values beside the default that `needs['*']` lets through, because they train the same here. */
  allow?: readonly T[]
  /** Accepted and kept, but without effect on this engine: it only steers other back ends. */
  inert?: true
  /** Has an effect only together with this key, which decides whether it can be used. */
  part_of?: string
  /** Known to older LLaMA-Factory releases only. */
  old?: true
  /** Names that are written as a list: transformers does not split these at commas. */
  listed?: true
  /** Other spellings of a choice (`true` for `all`). */
  words?: Readonly<Record<string, string>>
}

export interface Field<T = unknown> extends Placement<T>, Range {
  kind: Kind
  default: T
  options?: readonly string[]
  schema: z.ZodType<T>
}

/** The type of a declaration's value. */
export type ValueOf<F> = F extends Field<infer T> ? T : never

/** A bounded zod number; `integer` adds the check for whole numbers. */
function bounded({ minimum, maximum, above, below }: Range, integer: boolean): z.ZodType<number> {
  let schema = integer ? z.number().int() : z.number()
  if (minimum !== undefined) schema = schema.min(minimum)
  if (maximum !== undefined) schema = schema.max(maximum)
  if (above !== undefined) schema = schema.gt(above)
  if (below !== undefined) schema = schema.lt(below)
  return schema
}

type Options<T> = Placement<T> & Range

/** `inner` after `read` has turned YAML's and the command line's spellings into a value; null only where the default is null. */
function field<T>(kind: Kind, inner: () => z.ZodType, read: (raw: unknown) => unknown, fallback: T, rest: Options<T>): Field<T> {
  let made: z.ZodType<T> | undefined
  const make = () => z.preprocess(read, fallback === null ? inner().nullable() : inner()) as z.ZodType<T>
  return { ...rest, kind, default: fallback, get schema() { return (made ??= make()) } }
}

type Numeric = number | null
const numeric =
  (kind: 'integer' | 'number') =>
  <D extends Numeric>(fallback: D, rest: Options<D extends null ? number | null : number> = {}) => {
    type T = D extends null ? number | null : number
    const read = (raw: unknown) => orNone(rest.product === undefined ? readNumber(raw) : readProduct(raw), rest.none)
    return field<T>(kind, () => bounded(rest, kind === 'integer'), read, fallback as unknown as T, rest)
  }

const orNone = (value: unknown, none: number | undefined): unknown => (none !== undefined && value === none ? null : value)

/** A whole number. */
export const integer = numeric('integer')

/** Any finite number. */
export const number = numeric('number')

/** A count (whole, 1 or more) or a share of the whole (0 ≤ x < 1), as `logging_steps` and `val_size`. */
export function amount<D extends Numeric>(fallback: D, rest: Options<D extends null ? number | null : number> = {}) {
  type T = D extends null ? number | null : number
  const countOrShare = (value: number) => value < 1 || Number.isInteger(value)
  const inner = () => (bounded(rest, false) as z.ZodNumber).refine(countOrShare, { params: { code: 'count_or_share' } })
  return field<T>('amount', inner, readNumber, fallback as unknown as T, rest)
}

type Flag = boolean | null

export function boolean<D extends Flag>(fallback: D, rest: Placement<D extends null ? boolean | null : boolean> = {}) {
  type T = D extends null ? boolean | null : boolean
  return field<T>('boolean', () => z.boolean(), readBoolean, fallback as unknown as T, rest)
}

/** Free text; the empty text counts as absent where the default is null. */
export function text<D extends string | null>(fallback: D, rest: Placement<D extends null ? string | null : string> = {}) {
  type T = D extends null ? string | null : string
  const read = fallback === null ? (raw: unknown) => (raw === '' ? null : readText(raw)) : readText
  return field<T>('text', () => z.string(), read, fallback as unknown as T, rest)
}

/** A text, or `true` for "find it yourself" (`resume_from_checkpoint`). */
export function textOrTrue(rest: Placement<string | true | null> = {}): Field<string | true | null> {
  const read = (raw: unknown) => (raw === '' || raw === false || raw === 'false' ? null : raw === 'true' ? true : readText(raw))
  return field<string | true | null>('text_or_true', () => z.union([z.string(), z.literal(true)]), read, null, rest)
}

/** One of a list of words. */
export function choice<const O extends readonly string[], D extends O[number] | null>(
  options: O,
  fallback: D,
  rest: Placement<D extends null ? O[number] | null : O[number]> = {},
) {
  type T = D extends null ? O[number] | null : O[number]
  const read = (raw: unknown) => rest.words?.[String(raw)] ?? (raw === '' && fallback === null ? null : readText(raw))
  return Object.assign(field<T>('choice', () => z.enum(options), read, fallback as unknown as T, rest), { options })
}

/** Names out of a list, of which the page offers one at a time. */
export function namesOf(options: readonly string[], fallback: string[], rest: Placement<string[]> = {}): Field<string[]> {
  return Object.assign(field<string[]>('names', () => z.array(z.enum(options)), readNames, fallback, rest), { options })
}

/** Names, written in YAML as a list or as one text with commas; none is null. Written back with commas, as LLaMA-Factory wants them. */
export function names(rest?: Placement<string[] | null>): Field<string[] | null>
export function names(fallback: string[], rest?: Placement<string[]>): Field<string[]>
export function names(first?: string[] | Placement<string[] | null>, second?: Placement<string[]>): Field<string[] | null> {
  const [fallback, rest] = Array.isArray(first) ? [first, second ?? {}] : [null, first ?? {}]
  return field<string[] | null>('names', () => z.array(z.string().min(1)), readNames, fallback, rest as Placement<string[] | null>)
}

/** A mapping, in YAML or as JSON text. */
export function object(rest: Placement<Record<string, unknown> | null> = {}): Field<Record<string, unknown> | null> {
  return field<Record<string, unknown> | null>('object', () => z.record(z.string(), z.unknown()), readObject, null, rest)
}
