'use client'
/** The rows as a table of which only what is in sight is drawn. The arrow keys, Page Up and Down, Home and End move along it; the current row is shown beside. */
import { useVirtualizer } from '@tanstack/react-virtual'
import ThumbsDown from 'lucide-react/icons/thumbs-down'
import ThumbsUp from 'lucide-react/icons/thumbs-up'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import Wrench from 'lucide-react/icons/wrench'
import { useEffect, useRef, type KeyboardEvent } from 'react'
import type { Place } from '@/components/dataset/view/place'
import { VisibleText } from '@/components/dataset/view/shown-text'
import type { Changes } from '@/components/dataset/view/use-changes'
import { useLines } from '@/components/dataset/view/use-lines'
import { useLocale } from '@/components/locale'
import { cx } from '@/components/ui/cx'
import { Message } from '@/components/ui/message'
import type { RowLine } from '@/lib/dataset-view'
import { count } from '@/lib/format'

const ROW_HEIGHT = 54
/** Of the line with the columns' names, which stays in sight. */
const HEAD_HEIGHT = 25
const columns = 'grid grid-cols-[4.5rem_minmax(0,1fr)_3rem] gap-x-2 px-3'

export interface RowNumbers {
  count: number
  /** Row number of a place in the list. */
  at: (index: number) => number
  /** Place of a row number, or of the next one that the list has. */
  placeOf: (row: number) => number
}

interface RowTableProps {
  place: Place
  label: string
  numbers: RowNumbers
  current: number
  onCurrent: (row: number) => void
  changes: Changes
}

/** The place after a key; null for a key that does not move. */
function moved(key: string, from: number, count: number, page: number): number | null {
  const steps: Record<string, number> = { ArrowUp: from - 1, ArrowDown: from + 1, PageUp: from - page, PageDown: from + page, Home: 0, End: count - 1 }
  return key in steps ? Math.min(count - 1, Math.max(0, steps[key])) : null
}

export function RowTable({ place, label, numbers, current, onCurrent, changes }: RowTableProps) {
  const { t, say, locale } = useLocale()
  const box = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({ count: numbers.count, getScrollElement: () => box.current, estimateSize: () => ROW_HEIGHT, overscan: 8, scrollMargin: HEAD_HEIGHT, scrollPaddingStart: HEAD_HEIGHT })
  const items = virtual.getVirtualItems()
  const { line, fault } = useLines(place, items.map(({ index }) => numbers.at(index)))
  const here = numbers.placeOf(current)
  const drawn = items.some(({ index }) => index === here)
  useEffect(() => {
    if (numbers.count > 0) virtual.scrollToIndex(here)
  }, [virtual, here, numbers.count])
  const onKeyDown = (event: KeyboardEvent) => {
    const next = moved(event.key, here, numbers.count, Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / ROW_HEIGHT) - 1))
    if (next === null || numbers.count === 0) return
    event.preventDefault()
    onCurrent(numbers.at(next))
  }
  const words = t.ui.view.columns
  if (fault) return <Message tone="danger" role="alert" className="m-2">{say(fault)}</Message>
  return (
    <div
      ref={box}
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-rowcount={numbers.count + 1}
      aria-colcount={3}
      aria-activedescendant={drawn ? `row-${current}` : undefined}
      className="min-h-0 flex-1 overflow-y-auto outline-offset-[-2px]"
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" className="sticky top-0 z-10 border-b border-line bg-sunken py-1 text-2xs font-medium text-ink-faint" style={{ height: HEAD_HEIGHT }}>
        <div role="row" aria-rowindex={1} className={columns}>
          <span role="columnheader">{words.row}</span>
          <span role="columnheader">{words.content}</span>
          <span role="columnheader" className="text-right">{words.turns}</span>
        </div>
      </div>
      <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const row = numbers.at(index)
          return (
            <div
              key={row}
              id={`row-${row}`}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={row === current}
              className={cx(columns, 'absolute inset-x-0 cursor-pointer items-center border-b border-line', row === current ? 'bg-accent-soft' : 'hover:bg-sunken')}
              style={{ height: ROW_HEIGHT, transform: `translateY(${start - HEAD_HEIGHT}px)` }}
              onClick={() => onCurrent(row)}
            >
              <span role="gridcell" className="tabular text-xs text-ink-faint">{count(row, locale)}<Changed text={changes.get(row)} /></span>
              <Cells line={line(row)} />
            </div>
          )
        })}
      </div>
    </div>
  )
}

function Cells({ line }: { line: RowLine | undefined }) {
  const { t, say } = useLocale()
  if (!line) return <><span role="gridcell" className="text-xs text-ink-faint">…</span><span role="gridcell" /></>
  return (
    <>
      <span role="gridcell" className="min-w-0">
        <span dir="auto" className="block truncate"><VisibleText text={line.question} /></span>
        {line.problem ? (
          <span className="flex items-center gap-1 text-xs text-danger"><TriangleAlert role="img" aria-label={t.ui.view.broken} className="size-3 shrink-0" /><span className="truncate"><VisibleText text={say(line.problem)} /></span></span>
        ) : (
          <span className="flex items-center gap-1 text-xs text-ink-faint">
            <Marks line={line} />
            <span dir="auto" className="truncate"><VisibleText text={line.answer} /></span>
          </span>
        )}
      </span>
      <span role="gridcell" className="tabular text-right text-xs text-ink-faint">{line.turns > 0 ? line.turns : ''}</span>
    </>
  )
}

/** What a person did to a row that is not saved yet. */
function Changed({ text }: { text: string | null | undefined }) {
  const { t } = useLocale()
  if (text === undefined) return null
  return <span className={cx('block text-2xs font-medium', text === null ? 'text-danger' : 'text-accent')}>{text === null ? t.ui.view.edit.excluded : t.ui.view.edit.changed}</span>
}

function Marks({ line: { tools, good } }: { line: RowLine }) {
  const { t } = useLocale()
  return (
    <>
      {tools && <Wrench role="img" aria-label={t.ui.view.with_tools} className="size-3 shrink-0" />}
      {good === true && <ThumbsUp role="img" aria-label={t.ui.view.good} className="size-3 shrink-0 text-good" />}
      {good === false && <ThumbsDown role="img" aria-label={t.ui.view.bad} className="size-3 shrink-0 text-danger" />}
    </>
  )
}
