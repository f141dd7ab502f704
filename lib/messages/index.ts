/** Texts by language, and the sentence of a fault. Leaves out plural forms: no text here needs them. */
import type { Fault } from '@/lib/errors'
import { en, type Messages } from '@/lib/messages/en'
import { zh } from '@/lib/messages/zh'

const languages = { en, zh } as const satisfies Record<string, Messages>

export type Locale = keyof typeof languages
export const locales = Object.keys(languages) as Locale[]

/** All texts of a language. */
export const translate = (locale: Locale): Messages => languages[locale]

/**
 * `text` with every `{name}` replaced by its value. A name without a value stays as it is written, so that a forgotten value shows up
 * in the page instead of vanishing.
 */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(values, name) ? String(values[name]) : whole))
}

/** The sentence of a fault in a language; a value called `feature` is named in that language too. */
export function sentence(fault: Fault, locale: Locale): string {
  const { errors, features } = translate(locale)
  const { feature } = fault.values
  const named = typeof feature === 'string' && Object.hasOwn(features, feature) ? features[feature as keyof typeof features] : undefined
  return fill(errors[fault.code], named === undefined ? fault.values : { ...fault.values, feature: named })
}
