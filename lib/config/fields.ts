/**
 * Every setting, declared once: type, default, range, place on the page, board element, visibility, support. Schema, form, YAML,
 * command and documentation are derived from here. Keys are LLaMA-Factory 0.9.5's; none is our own, so that its trainer takes the same file.
 */
import type { Feature, Field, ValueOf } from '@/lib/config/field'
import { dataFields } from '@/lib/config/fields/data'
import { methodFields } from '@/lib/config/fields/method'
import { modelFields } from '@/lib/config/fields/model'
import { stageFields } from '@/lib/config/fields/stage'
import { trainingFields } from '@/lib/config/fields/training'

export const fields = { ...modelFields, ...dataFields, ...trainingFields, ...stageFields, ...methodFields }

export type Key = keyof typeof fields

/** The whole configuration: every key with its value, defaults filled in. */
export type TrainingArgs = { [K in Key]: ValueOf<(typeof fields)[K]> }

export const keys = Object.keys(fields) as Key[]

/** The declaration of a key, without its value's exact type. */
export const fieldOf = (key: Key): Field => fields[key] as Field

export const isKey = (key: string): key is Key => Object.hasOwn(fields, key)

/** Equality of two configuration values. */
export const same = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b)

/** What this version lacks for `key` to have `value`; null when nothing. */
export function missingFeature(key: Key, value: unknown): Feature | null {
  const { needs, allow, default: fallback } = fieldOf(key)
  if (!needs || same(value, fallback)) return null
  const exact = (Array.isArray(value) ? value : [value]).map((one) => needs[String(one)]).find((feature) => feature !== undefined)
  if (exact) return exact
  return needs['*'] && !allow?.some((allowed) => same(allowed, value)) ? needs['*'] : null
}
