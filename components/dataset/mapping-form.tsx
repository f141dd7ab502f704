'use client'
/** What the columns of a dataset mean: its format, its kind of answers, a column for each part, and the words inside messages. */
import { useId, type ReactNode } from 'react'
import { useLocale } from '@/components/locale'
import { Button } from '@/components/ui/button'
import { Combobox } from '@/components/ui/combobox'
import { Message } from '@/components/ui/message'
import { Select } from '@/components/ui/select'
import type { Examination } from '@/lib/api'
import { defaultsOf, formattings } from '@/lib/datasets/info'
import { hasTags, type Mapping, tagKeys } from '@/lib/datasets/mapping'
import { fill } from '@/lib/messages/text'
import { answerKind, answerKinds, partsOf, withAnswers } from '@/components/dataset/mapping-parts'

/** No column is called so. */
const UNSET = '\u0000'

interface MappingFormProps {
  found: Examination
  mapping: Mapping
  /** null: back to what was recognised. */
  onChange: (mapping: Mapping | null) => void
}

export function MappingForm({ found, mapping, onChange }: MappingFormProps) {
  const { t } = useLocale()
  const words = t.ui.datasets.mapping
  const same = JSON.stringify(mapping) === JSON.stringify(found.recognised)
  const ratings = found.columns.filter(({ kind }) => kind === 'boolean').map(({ name }) => name)
  const kinds = answerKinds.map((value) => ({
    value, label: words.answer_kinds[value], disabled_reason: value === 'rated' && ratings.length === 0 && mapping.columns.kto_tag === null ? words.no_rating : undefined,
  }))
  const setFormatting = (value: string) => {
    const formatting = formattings.find((known) => known === value) ?? 'alpaca'
    onChange(found.recognised.formatting === formatting ? found.recognised : { ...mapping, formatting, tags: hasTags(formatting) ? mapping.tags : defaultsOf(formatting).tags })
  }
  return (
    <div className="space-y-4">
      <Message tone={found.kind === null ? 'warn' : 'note'}>
        {found.kind === null ? words.unrecognised : fill(words.recognised, { kind: t.ui.datasets.kinds[found.kind] })}
        {!same && (
          <Button size="sm" className="mt-2 flex" onClick={() => onChange(found.recognised)}>
            {words.again}
          </Button>
        )}
      </Message>
      <div className="space-y-3">
        <Field label={words.formatting}>
          {(id) => <Select id={id} label={words.formatting} value={mapping.formatting} options={formattings.map((value) => ({ value, label: words.formattings[value] }))} onChange={setFormatting} />}
        </Field>
        <Field label={words.answers}>
          {(id) => <Select id={id} label={words.answers} value={answerKind(mapping)} options={kinds} onChange={(value) => onChange(withAnswers(mapping, value, found, ratings[0] ?? null))} />}
        </Field>
      </div>
      <Columns found={found} mapping={mapping} onChange={onChange} />
      {hasTags(mapping.formatting) && <TagFields found={found} mapping={mapping} onChange={onChange} />}
    </div>
  )
}

function Field({ label, children }: { label: string; children: (id: string) => ReactNode }) {
  const id = useId()
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="flex h-6 items-center text-xs font-medium text-ink-soft">
        {label}
      </label>
      {children(id)}
    </div>
  )
}

function Columns({ found, mapping, onChange }: MappingFormProps) {
  const { t } = useLocale()
  const words = t.ui.datasets.mapping
  const known = found.columns.map(({ name, kind }) => ({ value: name, label: `${name} (${words.column_kinds[kind]})` }))
  return (
    <fieldset className="space-y-3">
      <legend className="text-sm font-semibold">{words.columns_title}</legend>
      {partsOf(mapping).map((part) => {
        const value = mapping.columns[part]
        const missing = value !== null && !known.some((option) => option.value === value) ? [{ value, label: value }] : []
        return (
          <Field key={part} label={words.columns[part]}>
            {(id) => (
              <Select
                id={id}
                label={words.columns[part]}
                value={value ?? UNSET}
                options={[{ value: UNSET, label: words.unset }, ...missing, ...known]}
                onChange={(next) => onChange({ ...mapping, columns: { ...mapping.columns, [part]: next === UNSET ? null : next } })}
              />
            )}
          </Field>
        )
      })}
    </fieldset>
  )
}

function TagFields({ found, mapping, onChange }: MappingFormProps) {
  const { t } = useLocale()
  const words = t.ui.datasets.mapping
  const options = found.words.map((value) => ({ value, label: value }))
  return (
    <fieldset className="space-y-3">
      <legend className="text-sm font-semibold">{words.tags_title}</legend>
      <div className="grid grid-cols-2 gap-x-3 gap-y-2">
        {tagKeys.map((tag) => (
          <Field key={tag} label={words.tags[tag]}>
            {(id) => (
              <Combobox
                id={id}
                label={words.tags[tag]}
                value={mapping.tags[tag] ?? ''}
                options={options}
                free
                placeholder={words.unset}
                onChange={(next) => onChange({ ...mapping, tags: { ...mapping.tags, [tag]: next === '' ? null : next } })}
                more={(count) => fill(t.ui.more_options, { count })}
                none={t.ui.nothing_found}
              />
            )}
          </Field>
        ))}
      </div>
    </fieldset>
  )
}
