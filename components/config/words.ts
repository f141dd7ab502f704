'use client'
/** Label, help and option words of a setting in the page's language. */
import { useLocale } from '@/components/locale'
import type { Option } from '@/components/ui/select'
import type { Feature } from '@/lib/config/field'
import type { Key } from '@/lib/config/fields'
import { optionsOf } from '@/lib/config/form'
import { fill } from '@/lib/messages/text'
import type { Messages } from '@/lib/messages/en'
import { fieldText, optionText, type FieldText } from '@/lib/messages/labels'

export function useWords(key: string): FieldText {
  const { t } = useLocale()
  return fieldText(t, key)
}

/** An option with the reason why this version cannot take it. */
export const optionWith = (t: Messages, key: string, value: string, lacking: Feature | null): Option => ({
  value,
  label: optionText(t, key, value),
  ...(lacking ? { disabled_reason: fill(t.ui.field.not_yet, { feature: t.features[lacking] }) } : {}),
})

export function useOptions(key: Key): Option[] {
  const { t } = useLocale()
  return optionsOf(key).map(({ value, lacking }) => optionWith(t, key, value, lacking))
}
