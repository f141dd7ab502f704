/** Names of settings and of their options, with the plain key or value where no text exists (settings that are only in YAML). */
import type { Messages } from '@/lib/messages/en'

/** A setting with a place on the page, or a control of the page that stands for several. */
export type Labelled = keyof Messages['fields'] | keyof Messages['controls']

export interface FieldText {
  label: string
  help: string
  /** What an empty field means, where that has to be said in words. */
  empty?: string
}

const find = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined => (Object.hasOwn(table, key) ? table[key] : undefined)

/** Label and help of a setting. */
export function fieldText(messages: Messages, key: string): FieldText {
  return find<FieldText>(messages.fields, key) ?? find<FieldText>(messages.controls, key) ?? { label: key, help: '' }
}

/** The word for an option of a select. */
export function optionText(messages: Messages, key: string, value: string): string {
  return find(find<Readonly<Record<string, string>>>(messages.options, key) ?? {}, value) ?? value
}
