'use client'
/** The answers as a table of which only what is in sight is drawn, and the current one beside it. Found by words, ordered by how bad they are. */
import { useState } from 'react'
import { AnswerTable } from '@/components/evaluate/answer-table'
import { AnswerDetail } from '@/components/evaluate/answer-detail'
import { useList, useRows } from '@/components/evaluate/use-answers'
import { useLocale } from '@/components/locale'
import { isActive } from '@/components/run/status'
import { useSettled } from '@/components/use-settled'
import { Message } from '@/components/ui/message'
import { Select } from '@/components/ui/select'
import { TextInput } from '@/components/ui/text-input'
import { count } from '@/lib/format'
import { fill } from '@/lib/messages/text'
import { predictionOrders, type PredictionOrder } from '@/lib/predictions'
import type { RunSummary } from '@/lib/run'

const isOrder = (value: string): value is PredictionOrder => predictionOrders.some((order) => order === value)

export function Answers({ run }: { run: RunSummary }) {
  const { t, say, locale } = useLocale()
  const words = t.ui.evaluate
  const [query, setQuery] = useState('')
  const [order, setOrder] = useState<PredictionOrder>('dataset')
  const [current, setCurrent] = useState<number | null>(null)
  const { total, rows, fault } = useList(run, useSettled(query), order)
  const place = current !== null && rows.includes(current) ? current : (rows[0] ?? null)
  const { row } = useRows(run, place === null ? [] : [place])
  const shown = place === null ? undefined : row(place)
  return (
    <section aria-label={words.answers} className="panel flex min-h-96 flex-1 flex-col overflow-hidden xl:min-h-0">
      <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line px-3 py-2">
        <TextInput aria-label={words.search} placeholder={words.search} className="max-w-72 min-w-40 flex-1" value={query} onChange={(event) => setQuery(event.target.value)} />
        <div className="w-52">
          <Select label={words.order} value={order} options={predictionOrders.map((value) => ({ value, label: words.orders[value] }))} onChange={(next) => isOrder(next) && setOrder(next)} />
        </div>
        <span role="status" className="tabular ml-auto text-xs text-ink-faint">{fill(words.shown, { count: count(rows.length, locale), total: count(total, locale) })}</span>
      </div>
      {fault && <Message tone="danger" role="alert" className="m-3">{say(fault)}</Message>}
      {total === 0 ? (
        <p className="m-auto p-6 text-xs text-ink-faint">{isActive(run.status) ? words.waiting : ''}</p>
      ) : rows.length === 0 ? (
        <p className="m-auto p-6 text-xs text-ink-faint">{t.ui.nothing_found}</p>
      ) : (
        <div className="grid min-h-0 flex-1 max-lg:grid-rows-[16rem_auto] lg:grid-cols-[minmax(20rem,1fr)_minmax(0,1.2fr)]">
          <AnswerTable run={run} places={rows} current={place} onCurrent={setCurrent} />
          <div className="min-h-0 border-line max-lg:border-t lg:overflow-y-auto lg:border-l" tabIndex={0} role="region" aria-label={words.columns.question}>
            {shown && <AnswerDetail key={shown.place} row={shown} />}
          </div>
        </div>
      )}
    </section>
  )
}
