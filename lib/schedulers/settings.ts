/** Settings of one scheduler (`lr_scheduler_kwargs`): which exist, their types, and faults for the others. */
import { UserError } from '@/lib/errors'
import { nearest } from '@/lib/config/nearest'

export type Settings = Readonly<Record<string, unknown>>

/** A setting's type: a number with its smallest value, a share, or one of some words. */
type Spec = { kind: 'number'; minimum?: number } | { kind: 'integer'; minimum: number } | { kind: 'boolean' } | { kind: 'word'; words: readonly string[] }
export type Specs = Readonly<Record<string, Spec>>

const field = 'lr_scheduler_kwargs'

export const anyNumber = { kind: 'number' } as const
export const atLeastZero = { kind: 'number', minimum: 0 } as const
export const steps = { kind: 'integer', minimum: 0 } as const
export const count = { kind: 'integer', minimum: 1 } as const
export const flag = { kind: 'boolean' } as const
export const word = (...words: string[]) => ({ kind: 'word', words }) as const

function fits(value: unknown, spec: Spec): boolean {
  if (spec.kind === 'word') return typeof value === 'string' && spec.words.includes(value)
  if (spec.kind === 'boolean') return typeof value === 'boolean'
  const least = spec.minimum ?? -Infinity
  return typeof value === 'number' && Number.isFinite(value) && value >= least && (spec.kind === 'number' || Number.isInteger(value))
}

/** What a value has to be, as the fault's sentence says it. */
function wanted(spec: Spec): string {
  if (spec.kind === 'word') return spec.words.join(', ')
  if (spec.kind === 'boolean') return 'true, false'
  return spec.minimum === undefined ? '-∞ … ∞' : `≥ ${spec.minimum}`
}

/** @throws UserError for a setting that the scheduler does not have, or whose value does not fit. */
export function checkSettings(scheduler: string, settings: Settings, specs: Specs): void {
  const names = Object.keys(specs)
  for (const [key, value] of Object.entries(settings)) {
    if (names.length === 0) throw new UserError('scheduler_takes_none', { scheduler, key }, field)
    if (!Object.hasOwn(specs, key)) throw new UserError('scheduler_setting_unknown', { scheduler, key, nearest: nearest(key, names) }, field)
    if (value !== null && !fits(value, specs[key])) {
      throw new UserError('scheduler_setting_invalid', { scheduler, key, value: JSON.stringify(value), wanted: wanted(specs[key]) }, field)
    }
  }
}

/** A number's setting; null and absent mean the default. */
export function numberOf<D extends number | null>(settings: Settings, key: string, fallback: D): number | D {
  const value = settings[key]
  return typeof value === 'number' ? value : fallback
}

export const wordOf = (settings: Settings, key: string, fallback: string): string => (typeof settings[key] === 'string' ? settings[key] : fallback)

/** @throws UserError because the scheduler cannot do without `key`. */
export function missingSetting(scheduler: string, key: string): never {
  throw new UserError('scheduler_setting_missing', { scheduler, key }, field)
}

/** @throws UserError because only one of the two may be set. */
export function bothSet(key: string, other: string): never {
  throw new UserError('exactly_one', { key, other }, field)
}

/** @throws UserError because `value` is not below the learning rate. */
export function notBelowRate(key: string, value: number, rate: number): never {
  throw new UserError('not_less', { key, value, maximum: rate }, field)
}
