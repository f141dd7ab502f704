'use client'
/** Datasets as lines: name and place, format, rows, size, what is wrong, and what can be done with each. Cards on a phone. */
import Link from 'next/link'
import { useRef } from 'react'
import { DatasetActions } from '@/components/dataset/dataset-actions'
import { problemOf, useRowCount } from '@/components/dataset/row-counts'
import { viewHref } from '@/components/dataset/view/place'
import { useLocale } from '@/components/locale'
import type { DatasetEntry } from '@/lib/api'
import { bytes, count } from '@/lib/format'
import { fill } from '@/lib/messages/text'

interface DatasetTableProps {
  folder: string
  entries: readonly DatasetEntry[]
  /** All of the folder, for names that are taken. */
  taken: readonly DatasetEntry[]
  onChange: () => void
}

export function DatasetTable({ folder, entries, taken, onChange }: DatasetTableProps) {
  return (
    <ul className="panel mt-4 divide-y divide-line overflow-hidden">
      {entries.map((entry) => (
        <DatasetLine key={entry.name} folder={folder} entry={entry} taken={taken} onChange={onChange} />
      ))}
    </ul>
  )
}

const sourceOf = ({ remote, is_upload }: DatasetEntry) => (remote !== null ? 'remote' : is_upload ? 'upload' : 'local')

function DatasetLine({ folder, entry, taken, onChange }: Omit<DatasetTableProps, 'entries'> & { entry: DatasetEntry }) {
  const { t, say, locale } = useLocale()
  const words = t.ui.datasets
  const line = useRef<HTMLLIElement>(null)
  const rows = useRowCount(folder, entry, line)
  const problem = problemOf(entry, rows)
  const number = rows?.ok ? fill(t.ui.dataset.rows, { count: count(rows.value, locale) }) : problem ? null : words.counting
  return (
    <li ref={line} className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-2 px-4 py-3 lg:grid-cols-[minmax(0,1fr)_11rem_9rem_auto]">
      <div className="min-w-0 max-lg:col-span-2">
        <Link href={viewHref(folder, entry.name)} prefetch={false} className="rounded-sm font-medium [overflow-wrap:anywhere] hover:text-accent">
          {entry.name}
        </Link>
        <p className="mt-0.5 truncate text-xs text-ink-faint" title={entry.path ?? entry.remote ?? undefined}>
          {entry.path ?? entry.remote}
        </p>
        {problem && <p className="mt-1 text-xs text-danger [overflow-wrap:anywhere]">{say(problem)}</p>}
      </div>
      <p className="text-xs text-ink-soft">{words.kinds[entry.kind]}</p>
      <div className="tabular text-right text-xs text-ink-faint">
        {number && <p className="font-medium text-ink-soft">{number}</p>}
        <p>{[words.sources[sourceOf(entry)], entry.size === null ? null : bytes(entry.size, locale)].filter(Boolean).join(' · ')}</p>
      </div>
      <div className="flex justify-end gap-1 max-lg:col-span-2 lg:w-44">
        <DatasetActions folder={folder} entry={entry} usable={problem === null || problem.code === 'dataset_not_here'} taken={taken} onChange={onChange} />
      </div>
    </li>
  )
}
