/**
 * The page's form, derived from the declarations: groups in order, first values, what is visible, and what this version lacks.
 * `compute_type` is the one control that stands for several keys.
 */
import { groups, type Feature, type Group } from '@/lib/config/field'
import { fieldOf, keys, missingFeature, type Key, type TrainingArgs } from '@/lib/config/fields'

/** A section of the page and its settings, in order. */
export interface FormGroup {
  id: Group
  keys: readonly Key[]
}

const order = (key: Key): number => fieldOf(key).order ?? 50

/** The groups of the page; `more` is not on it. */
export const formGroups: readonly FormGroup[] = groups
  .filter((id) => id !== 'more')
  .map((id) => ({ id, keys: keys.filter((key) => fieldOf(key).group === id).sort((a, b) => order(a) - order(b)) }))

/** What a new form holds: LLaMA Board's first values where it has its own, else the defaults. */
export function formDefaults(): TrainingArgs {
  const values = keys.map((key) => [key, fieldOf(key).form ?? fieldOf(key).default])
  return Object.fromEntries(values) as TrainingArgs
}

/** Whether a setting is shown, given the others' values. */
export function visible(key: Key, values: Readonly<Record<string, unknown>>): boolean {
  const conditions = Object.entries(fieldOf(key).when ?? {})
  return conditions.every(([other, allowed]) => allowed.includes(values[other] as string | boolean))
}

/** What this version lacks for a setting to be changed at all, or to have an effect; null when it can be used. */
export function lacking(key: Key): Feature | null {
  const { needs, part_of } = fieldOf(key)
  if (needs?.['*']) return needs['*']
  const parent = part_of as Key | undefined
  return parent ? (fieldOf(parent).needs?.['*'] ?? null) : null
}

/** Options of a select, each with what this version lacks for it. */
export function optionsOf(key: Key): { value: string; lacking: Feature | null }[] {
  return (fieldOf(key).options ?? []).map((value) => ({ value, lacking: missingFeature(key, value) }))
}

export const computeTypes = ['bf16', 'fp16', 'fp32', 'pure_bf16'] as const
export type ComputeType = (typeof computeTypes)[number]
type Precision = Pick<TrainingArgs, 'bf16' | 'fp16' | 'pure_bf16'>

/** The control's value for three keys; the first that is set wins, as in LLaMA Board. */
export function computeType({ bf16, fp16, pure_bf16 }: Precision): ComputeType {
  return bf16 ? 'bf16' : fp16 ? 'fp16' : pure_bf16 ? 'pure_bf16' : 'fp32'
}

/** The three keys for the control's value. */
export function precision(type: ComputeType): Precision {
  return { bf16: type === 'bf16', fp16: type === 'fp16', pure_bf16: type === 'pure_bf16' }
}

/** What this version lacks for a compute type. */
export function computeTypeLacking(type: ComputeType): Feature | null {
  const keys = precision(type)
  return missingFeature('fp16', keys.fp16) ?? missingFeature('pure_bf16', keys.pure_bf16)
}
