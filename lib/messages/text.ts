/** Making sentences of texts and values, for whoever has the texts of one language. */
import type { Fault, FaultValue, FaultValues } from '@/lib/errors'
import type { Messages } from '@/lib/messages/en'

/**
 * `text` with every `{name}` replaced by its value. A name without a value stays as it is written, so that a forgotten value shows up
 * in the page instead of vanishing.
 */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(values, name) ? String(values[name]) : whole))
}

/** The sentence of a fault; a value called `feature` is named in that language too. */
export function sentenceOf({ code, values }: Fault, messages: Messages): string {
  const { feature } = values
  const named = typeof feature === 'string' ? textOf(messages.features, feature) : undefined
  return told(messages.errors, code, named === undefined ? values : { ...values, feature: named }, messages)
}

/** A value in words: as it was found, or a problem's text in that language. */
export function wordsOf(value: FaultValue, messages: Messages): string | number {
  return typeof value === 'object' ? told(messages.problems, value.code, value.values, messages) : value
}

const textOf = (texts: Readonly<Record<string, string>>, key: string): string | undefined => (Object.hasOwn(texts, key) ? texts[key] : undefined)

/** A code of another version, which has no text here, is shown as it is. */
function told(texts: Readonly<Record<string, string>>, code: string, values: FaultValues, messages: Messages): string {
  const words = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, wordsOf(value, messages)]))
  const text = textOf(texts, code)
  return text === undefined ? `${code} ${JSON.stringify(words)}` : fill(text, words)
}
