'use client'
/** The screen of one dataset: its rows in a table at the left, the current one at the right; below each other where there is no room. */
import ArrowLeft from 'lucide-react/icons/arrow-left'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { Tabs } from 'radix-ui'
import { useMemo, useState } from 'react'
import { draft, type RawArgs } from '@/components/config/draft'
import { FindBar } from '@/components/dataset/view/find-bar'
import type { Place } from '@/components/dataset/view/place'
import { RowPane, tabClass } from '@/components/dataset/view/row-pane'
import { type RowNumbers, RowTable } from '@/components/dataset/view/row-table'
import { SaveBar } from '@/components/dataset/view/save-bar'
import { useChanges } from '@/components/dataset/view/use-changes'
import { type Found, noWish, useFind } from '@/components/dataset/view/use-find'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { useCall } from '@/components/use-call'
import { Message } from '@/components/ui/message'
import { tokenKeys } from '@/lib/dataset-view'
import { count } from '@/lib/format'
import { fill } from '@/lib/messages/text'

const StatisticsPanel = dynamic(() => import('@/components/dataset/view/statistics/statistics-panel').then((module) => module.StatisticsPanel), { ssr: false })

/** Of the form, what decides the tokens. */
const settingsOf = (args: RawArgs): Record<string, unknown> => Object.fromEntries(tokenKeys.map((key) => [key, args[key]]))

function numbersOf(total: number, found: Found | null): RowNumbers {
  if (!found) return { count: total, at: (index) => index + 1, placeOf: (row) => Math.max(0, Math.min(row, total) - 1) }
  const { rows } = found
  return { count: rows.length, at: (index) => rows[index], placeOf: (row) => Math.max(0, Math.min(firstFrom(rows, row), rows.length - 1)) }
}

/** Place of the first of ascending numbers that is at least `wanted`. */
function firstFrom(rows: readonly number[], wanted: number): number {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (rows[middle] < wanted) low = middle + 1
    else high = middle
  }
  return low
}

const parts = ['rows', 'statistics'] as const

export function DatasetView({ dir, name, firstRow }: { dir: string; name: string; firstRow: number }) {
  const { t, say, locale } = useLocale()
  const place = useMemo(() => ({ dataset_dir: dir, dataset: name }), [dir, name])
  const { reply } = useCall('view_lines', name === '' ? null : { ...place, rows: [] })
  const args = useStore(draft, (now) => now.args)
  const settings = useMemo(() => settingsOf(args), [args])
  const [part, setPart] = useState<string>('rows')
  const [row, setRow] = useState(firstRow)
  const words = t.ui.view
  const facts = reply?.ok ? reply.value : null
  const choose = (next: number) => {
    setRow(next)
    const url = new URL(window.location.href)
    url.searchParams.set('row', String(next))
    window.history.replaceState(null, '', url)
  }
  const open = (next: number) => {
    choose(next)
    setPart('rows')
  }
  return (
    <Tabs.Root value={part} onValueChange={setPart} className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-surface px-4 py-2">
        <Link href="/datasets" prefetch={false} className="flex items-center gap-1 rounded-sm text-xs text-ink-soft hover:text-accent"><ArrowLeft aria-hidden className="size-3.5" />{words.back}</Link>
        <h1 className="min-w-0 text-base font-semibold [overflow-wrap:anywhere]">{name}</h1>
        {facts && <p className="tabular text-xs text-ink-faint">{words.kinds[facts.kind]} · {fill(words.counted, { count: count(facts.total, locale) })}</p>}
        <Tabs.List aria-label={words.tabs_label} className="ml-auto flex gap-1">
          {parts.map((one) => (
            <Tabs.Trigger key={one} value={one} className={tabClass}>{words.tabs[one]}</Tabs.Trigger>
          ))}
        </Tabs.List>
      </div>
      {!reply && <p className="p-4 text-xs text-ink-faint">{t.ui.loading}</p>}
      {reply && !reply.ok && <Message tone="danger" role="alert" className="m-4">{say(reply.fault)}</Message>}
      <Tabs.Content value="rows" className="flex min-h-0 flex-1 flex-col outline-offset-[-2px]">
        {facts && <Rows place={place} total={facts.total} settings={settings} row={Math.min(row, facts.total)} onRow={choose} />}
      </Tabs.Content>
      <Tabs.Content value="statistics" className="flex min-h-0 flex-1 flex-col outline-offset-[-2px]">
        {facts && <StatisticsPanel place={place} settings={settings} onOpen={open} />}
      </Tabs.Content>
    </Tabs.Root>
  )
}

interface RowsProps {
  place: Place
  total: number
  settings: Record<string, unknown>
  row: number
  onRow: (row: number) => void
}

function Rows({ place, total, settings, row, onRow }: RowsProps) {
  const { t } = useLocale()
  const [wish, setWish] = useState(noWish)
  const { found, stop } = useFind(place, wish, settings)
  const numbers = useMemo(() => numbersOf(total, found), [total, found])
  const here = numbers.placeOf(row)
  const current = numbers.count > 0 ? numbers.at(here) : row
  const { changes, change, undo } = useChanges()
  const step = (index: number) => (index >= 0 && index < numbers.count ? () => onRow(numbers.at(index)) : null)
  return (
    <div className="flex min-h-0 flex-1 flex-col xl:grid xl:grid-cols-[minmax(24rem,29rem)_minmax(0,1fr)]">
      <div className="flex min-h-0 flex-col bg-surface max-xl:h-[26rem] xl:border-r xl:border-line">
        <FindBar total={total} wish={wish} found={found} onWish={setWish} onStop={stop} onJump={onRow} />
        <RowTable place={place} label={t.ui.view.rows_title} numbers={numbers} current={current} onCurrent={onRow} changes={changes} />
        <SaveBar place={place} total={total} wish={wish} found={found} settings={settings} changes={changes} onUndo={undo} />
      </div>
      <div className="flex min-h-0 flex-col max-xl:border-t max-xl:border-line">
        <RowPane place={place} row={current} settings={settings} previous={step(here - 1)} next={step(here + 1)} change={changes.get(current)} onChange={(text) => change(current, text)} />
      </div>
    </div>
  )
}
