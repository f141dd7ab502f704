'use client'
/** The datasets of a folder with a box each; narrowed by typing. */
import { useId, useState } from 'react'
import { useLocale } from '@/components/locale'
import { Checkbox } from '@/components/ui/checkbox'
import { Message } from '@/components/ui/message'
import { TextInput } from '@/components/ui/text-input'
import type { DatasetEntry } from '@/lib/api'
import { purposeOfEntry, type Stage, unfitKind } from '@/lib/datasets/purpose'
import type { Fault } from '@/lib/errors'
import { bytes } from '@/lib/format'
import { fill } from '@/lib/messages/text'

/** A search field for fewer entries than this is in the way. */
const SEARCH_FROM = 9

interface DatasetListProps {
  label: string
  entries: readonly DatasetEntry[] | null
  problem: Fault | null
  chosen: readonly string[]
  /** Only what it learns from is offered. */
  stage: Stage
  onChange: (names: string[]) => void
}

export function DatasetList({ label, entries, problem, chosen, stage, onChange }: DatasetListProps) {
  const { t, say } = useLocale()
  const [query, setQuery] = useState('')
  if (problem) return <Message tone="danger" className="m-2">{say(problem)}</Message>
  if (!entries) return <p className="p-3 text-xs text-ink-faint">{t.ui.loading}</p>
  const offered = entries.filter((entry) => entry.problem !== null || chosen.includes(entry.name) || unfitKind(purposeOfEntry(entry), stage) === null)
  const hidden = entries.length - offered.length
  const shown = offered.filter(({ name }) => name.toLowerCase().includes(query.trim().toLowerCase()))
  const toggle = (name: string, on: boolean) => onChange(on ? [...chosen, name] : chosen.filter((other) => other !== name))
  return (
    <>
      {entries.length >= SEARCH_FROM && (
        <div className="border-b border-line p-2">
          <TextInput aria-label={t.ui.dataset.search} placeholder={t.ui.dataset.search} value={query} onChange={(event) => setQuery(event.target.value)} />
        </div>
      )}
      <ul aria-label={label} className="min-h-0 overflow-y-auto p-1">
        {shown.map((entry) => (
          <DatasetRow key={entry.name} entry={entry} stage={stage} checked={chosen.includes(entry.name)} onChange={(on) => toggle(entry.name, on)} />
        ))}
        {shown.length === 0 && <li className="p-2 text-xs text-ink-faint">{t.ui.nothing_found}</li>}
      </ul>
      {hidden > 0 && <p className="shrink-0 border-t border-line px-3 py-2 text-2xs text-ink-faint">{fill(t.ui.dataset.other_stages, { count: hidden })}</p>}
    </>
  )
}

function DatasetRow({ entry, stage, checked, onChange }: { entry: DatasetEntry; stage: Stage; checked: boolean; onChange: (on: boolean) => void }) {
  const { say, locale } = useLocale()
  const id = useId()
  const unfit = unfitKind(purposeOfEntry(entry), stage)
  const fetched = entry.problem?.code === 'dataset_not_here' // by the training itself
  const detail = entry.problem ? say(entry.problem) : unfit ? say({ code: 'dataset_unsupported', values: { dataset: entry.name, problem: unfit } }) : null
  return (
    <li className="flex items-start gap-2 rounded-sm px-2 py-1.5 hover:bg-sunken">
      <span className="mt-0.5">
        <Checkbox id={id} checked={checked} disabled={!checked && detail !== null && !fetched} onChange={onChange} describedBy={detail ? `${id}-detail` : undefined} />
      </span>
      <label htmlFor={id} className="min-w-0 flex-1">
        <span className="flex items-baseline gap-2">
          <span className="min-w-0 flex-1 truncate">{entry.name}</span>
          <span className="shrink-0 text-2xs text-ink-faint">
            {entry.formatting}
            {entry.size !== null && ` · ${bytes(entry.size, locale)}`}
          </span>
        </span>
        {detail && (
          <span id={`${id}-detail`} className={entry.problem && !fetched ? 'block text-xs text-danger' : 'block text-xs text-ink-faint'}>
            {detail}
          </span>
        )}
      </label>
    </li>
  )
}
