/** Adapters as options of a list: those of the model bar's model first. */
import type { ComboboxOption } from '@/components/ui/combobox'
import type { AdapterEntry } from '@/lib/api'

export function adapterOptions(entries: readonly AdapterEntry[], base: string, words: { this_model: string; other_models: string }): ComboboxOption[] {
  const of = (entry: AdapterEntry) => base !== '' && (entry.base === base || entry.base.endsWith(`/${base}`))
  const option = (entry: AdapterEntry): ComboboxOption => ({
    value: entry.path,
    label: [entry.run.split('/').at(-1), entry.checkpoint].filter(Boolean).join(' / '),
    detail: entry.run.split('/')[0],
    section: of(entry) ? words.this_model : words.other_models,
  })
  return [...entries.filter(of), ...entries.filter((entry) => !of(entry))].map(option)
}
