/** Making sentences of texts and values, for whoever has the texts of one language. */
import type { Fault } from '@/lib/errors'
import type { Messages } from '@/lib/messages/en'

/**
 * `text` with every `{name}` replaced by its value. A name without a value stays as it is written, so that a forgotten value shows up
 * in the page instead of vanishing.
 */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(values, name) ? String(values[name]) : whole))
}

/** The sentence of a fault; a value called `feature` is named in that language too. */
export function sentenceOf(fault: Fault, { errors, features }: Messages): string {
  const { feature } = fault.values
  const named = typeof feature === 'string' && Object.hasOwn(features, feature) ? features[feature as keyof typeof features] : undefined
  return fill(errors[fault.code], named === undefined ? fault.values : { ...fault.values, feature: named })
}
