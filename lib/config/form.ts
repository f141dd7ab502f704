/**
 * The page's form, derived from the declarations: groups in order, first values, what is visible, and what this version lacks.
 * Controls that stand for several keys are in `joint.ts`.
 */
import { groups, type Feature, type Group } from '@/lib/config/field'
import { fieldOf, keys, missingFeature, same, type Key, type TrainingArgs } from '@/lib/config/fields'

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
export const lacking = (key: Key): Feature | null => lackingOf.get(key) ?? null

/** Found once: the page asks for each many times over. */
const lackingOf: ReadonlyMap<Key, Feature | null> = new Map(keys.map((key) => [key, findLacking(key)]))

function findLacking(key: Key): Feature | null {
  const { needs, part_of, when } = fieldOf(key)
  if (needs?.['*']) return needs['*']
  const parent = part_of as Key | undefined
  return (parent && fieldOf(parent).needs?.['*']) ?? unreachable(when ?? {})
}

/** What this version lacks for any of the values to be chosen under which a setting is shown. */
function unreachable(when: Readonly<Record<string, readonly (string | boolean)[]>>): Feature | null {
  const missing = Object.entries(when).map(([other, allowed]) => allowed.map((value) => missingFeature(other as Key, value)))
  return missing.find((features) => features.every((feature) => feature !== null))?.[0] ?? null
}

/** Where a setting of the page stands: among those that work, those that only other engines heed, or those that a later version brings. */
export function standing(key: Key): 'here' | 'elsewhere' | 'later' {
  if (lacking(key) !== null) return 'later'
  return fieldOf(key).inert ? 'elsewhere' : 'here'
}

/** Whether a value as it was typed means something else than the page's first value. */
export function differs(key: Key, raw: unknown): boolean {
  const field = fieldOf(key)
  const first = field.form ?? field.default
  if (raw === first) return false
  const read = field.schema.safeParse(raw === '' && field.default === null ? null : raw)
  return !same(read.success ? read.data : raw, first)
}

/** Options of a select, each with what this version lacks for it. */
export function optionsOf(key: Key): { value: string; lacking: Feature | null }[] {
  return (fieldOf(key).options ?? []).map((value) => ({ value, lacking: missingFeature(key, value) }))
}
