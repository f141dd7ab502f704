'use client'
/** Question, prediction and scores of each answer, a line each. The arrow keys, Page Up and Down, Home and End move along it. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, type KeyboardEvent } from 'react'
import { VisibleText } from '@/components/dataset/view/shown-text'
import { useRows } from '@/components/evaluate/use-answers'
import { CallMark } from '@/components/evaluate/call-mark'
import { useLocale } from '@/components/locale'
import { cx } from '@/components/ui/cx'
import type { PredictionRow } from '@/lib/predictions'
import type { RunSummary } from '@/lib/run'

const ROW_HEIGHT = 54
const HEAD_HEIGHT = 25
const columns = 'grid grid-cols-[3.5rem_minmax(0,1fr)_3.5rem_3.75rem] gap-x-2 px-3'
/** As much as a line can show. */
const LINE_LENGTH = 200

const clip = (text: string): string => text.slice(0, LINE_LENGTH * 2).replace(/\s+/g, ' ').trim().slice(0, LINE_LENGTH)

function moved(key: string, from: number, count: number, page: number): number | null {
  const steps: Record<string, number> = { ArrowUp: from - 1, ArrowDown: from + 1, PageUp: from - page, PageDown: from + page, Home: 0, End: count - 1 }
  return key in steps ? Math.min(count - 1, Math.max(0, steps[key])) : null
}

interface AnswerTableProps {
  run: RunSummary
  places: readonly number[]
  current: number | null
  onCurrent: (place: number) => void
}

export function AnswerTable({ run, places, current, onCurrent }: AnswerTableProps) {
  const { t } = useLocale()
  const words = t.ui.evaluate
  const box = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({ count: places.length, getScrollElement: () => box.current, estimateSize: () => ROW_HEIGHT, overscan: 8, scrollMargin: HEAD_HEIGHT, scrollPaddingStart: HEAD_HEIGHT })
  const items = virtual.getVirtualItems()
  const { row } = useRows(run, items.map(({ index }) => places[index]))
  const here = current === null ? 0 : places.indexOf(current)
  const drawn = items.some(({ index }) => index === here)
  useEffect(() => {
    virtual.scrollToIndex(here)
  }, [virtual, current]) // not when more answers come
  const onKeyDown = (event: KeyboardEvent) => {
    const next = moved(event.key, here, places.length, Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / ROW_HEIGHT) - 1))
    if (next === null) return
    event.preventDefault()
    onCurrent(places[next])
  }
  return (
    <div
      ref={box}
      role="grid"
      tabIndex={0}
      aria-label={words.answers}
      aria-rowcount={places.length + 1}
      aria-colcount={4}
      aria-activedescendant={drawn ? `answer-${current}` : undefined}
      className="min-h-0 overflow-y-auto outline-offset-[-2px]"
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" className="sticky top-0 z-10 border-b border-line bg-sunken py-1 text-2xs font-medium text-ink-faint" style={{ height: HEAD_HEIGHT }}>
        <div role="row" aria-rowindex={1} className={columns}>
          <span role="columnheader">{words.columns.row}</span>
          <span role="columnheader">{`${words.columns.question} · ${words.columns.prediction}`}</span>
          <span role="columnheader" className="text-right">{words.columns.bleu}</span>
          <span role="columnheader" className="text-right">{words.columns.rouge}</span>
        </div>
      </div>
      <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const place = places[index]
          return (
            <div
              key={place}
              id={`answer-${place}`}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={place === current}
              className={cx(columns, 'absolute inset-x-0 cursor-pointer items-center border-b border-line', place === current ? 'bg-accent-soft' : 'hover:bg-sunken')}
              style={{ height: ROW_HEIGHT, transform: `translateY(${start - HEAD_HEIGHT}px)` }}
              onClick={() => onCurrent(place)}
            >
              <Cells row={row(place)} />
            </div>
          )
        })}
      </div>
    </div>
  )
}

function Cells({ row }: { row: PredictionRow | undefined }) {
  const { t, locale } = useLocale()
  const score = (value: number | undefined) => (value === undefined ? '–' : value.toFixed(1))
  if (!row) return <><span role="gridcell" className="text-xs text-ink-faint">…</span><span role="gridcell" /><span role="gridcell" /><span role="gridcell" /></>
  return (
    <>
      <span role="gridcell" className="tabular text-xs text-ink-faint">{row.row.toLocaleString(locale)}{row.last ? '' : `.${row.turn}`}</span>
      <span role="gridcell" className="min-w-0">
        <span dir="auto" className="block truncate"><VisibleText text={clip(row.question)} /></span>
        <span className="flex items-center gap-1 text-xs text-ink-faint">
          <CallMark call={row.call} />
          <span dir="auto" className="truncate">{row.predict === '' ? t.ui.evaluate.empty : <VisibleText text={clip(row.predict)} />}</span>
        </span>
      </span>
      <span role="gridcell" className="tabular text-right text-xs">{score(row.scores?.['bleu-4'])}</span>
      <span role="gridcell" className="tabular text-right text-xs">{score(row.scores?.['rouge-l'])}</span>
    </>
  )
}
