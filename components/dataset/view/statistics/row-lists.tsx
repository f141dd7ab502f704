'use client'
/** The rows that a person should look at: broken ones with their reasons, to copy; empty answers; repetitions. A click opens the row. */
import { Card } from '@/components/dataset/view/statistics/card'
import { VisibleText } from '@/components/dataset/view/shown-text'
import { useLocale } from '@/components/locale'
import { CopyButton } from '@/components/ui/copy-button'
import type { Repeated, Some, Statistics } from '@/lib/dataset-view'
import type { Fault } from '@/lib/errors'
import { count } from '@/lib/format'
import { fill, wordsOf } from '@/lib/messages/text'
import type { Messages } from '@/lib/messages/en'

type Open = (row: number) => void

function RowLink({ row, onOpen }: { row: number; onOpen: Open }) {
  const { t, locale } = useLocale()
  return (
    <button type="button" aria-label={fill(t.ui.view.statistics.open_row, { row })} className="tabular rounded-sm text-accent underline underline-offset-2" onClick={() => onOpen(row)}>
      {count(row, locale)}
    </button>
  )
}

function FirstOf({ some: { count: all, rows } }: { some: Some<unknown> }) {
  const { t, locale } = useLocale()
  return all > rows.length ? <p className="mt-1 text-2xs text-ink-faint">{fill(t.ui.view.statistics.first_of, { shown: count(rows.length, locale), count: count(all, locale) })}</p> : null
}

/** A list may be long; it scrolls by itself. */
const scroll = 'max-h-64 overflow-y-auto rounded-md border border-line p-2 text-xs outline-offset-[-2px]'

/** A table's cell for another program: one line, and nothing that a spreadsheet would take for a formula. */
const cell = (text: string) => text.replace(/\s+/g, ' ').replace(/^[=+\-@]/, "'$&")

const fieldOf = ({ values }: Fault, t: Messages): string => String(values.column === undefined ? '' : wordsOf(values.column, t))

export function BrokenCard({ broken, onOpen }: { broken: Statistics['broken']; onOpen: Open }) {
  const { t, say, locale } = useLocale()
  const words = t.ui.view.statistics
  const text = broken.rows.map(({ row, problem }) => [String(row), fieldOf(problem, t), say(problem)].map(cell).join('\t')).join('\n')
  return (
    <Card title={`${words.broken} · ${count(broken.count, locale)}`} wide>
      {broken.count === 0 ? (
        <p className="text-xs text-ink-faint">{words.none_broken}</p>
      ) : (
        <>
          <ul tabIndex={0} aria-label={words.broken} className={scroll}>
            {broken.rows.map(({ row, problem }) => (
              <li key={row} className="flex gap-3 py-0.5">
                <span className="w-14 shrink-0 text-right"><RowLink row={row} onOpen={onOpen} /></span>
                <span className="min-w-0 [overflow-wrap:anywhere]"><VisibleText text={say(problem)} /></span>
              </li>
            ))}
          </ul>
          <div className="mt-2 flex items-center gap-3"><CopyButton text={text} label={words.copy_broken} done={t.ui.copied} /><FirstOf some={broken} /></div>
        </>
      )}
    </Card>
  )
}

export function EmptyCard({ empty, onOpen }: { empty: Statistics['empty']; onOpen: Open }) {
  const { t, locale } = useLocale()
  const words = t.ui.view.statistics
  return (
    <Card title={`${words.empty} · ${count(empty.count, locale)}`}>
      {empty.count === 0 ? <p className="text-xs text-ink-faint">{words.none_empty}</p> : <p tabIndex={0} role="group" aria-label={words.empty} className={scroll}>{empty.rows.map((row) => <span key={row} className="mr-2 inline-block"><RowLink row={row} onOpen={onOpen} /></span>)}</p>}
      <FirstOf some={empty} />
    </Card>
  )
}

export function RepeatedCard({ duplicates, near, onOpen }: Pick<Statistics, 'duplicates' | 'near'> & { onOpen: Open }) {
  const { t, locale } = useLocale()
  const words = t.ui.view.statistics
  return (
    <Card title={`${words.repeated} · ${count(duplicates.count + near.count, locale)}`}>
      {duplicates.count + near.count === 0 && <p className="text-xs text-ink-faint">{words.none_repeated}</p>}
      {duplicates.count > 0 && <RepeatedList title={words.duplicates} some={duplicates} onOpen={onOpen} />}
      {near.count > 0 && <RepeatedList title={words.near} some={near} onOpen={onOpen} />}
      <p className="mt-2 text-2xs text-ink-faint">{words.near_note} {fill(words.near_looked, { looked: count(near.looked, locale) })}</p>
    </Card>
  )
}

function RepeatedList({ title, some, onOpen }: { title: string; some: Some<Repeated>; onOpen: Open }) {
  const { t, locale } = useLocale()
  return (
    <div className="mt-2">
      <h3 className="mb-1 text-xs font-medium text-ink-soft">{title} · {count(some.count, locale)}</h3>
      <ul tabIndex={0} aria-label={title} className={scroll}>
        {some.rows.map(({ row, of }) => (
          <li key={row} className="py-0.5"><RowLink row={row} onOpen={onOpen} /> <span className="text-ink-faint">{fill(t.ui.view.statistics.like, { row: count(of, locale) })}</span></li>
        ))}
      </ul>
      <FirstOf some={some} />
    </div>
  )
}
