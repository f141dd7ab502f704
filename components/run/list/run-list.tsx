'use client'
/** All runs on this machine, searched, filtered and sorted; those that are chosen go to be compared. */
import Link from 'next/link'
import { useCallback, useDeferredValue, useMemo, useState } from 'react'
import { useLocale } from '@/components/locale'
import { ArchivedStrip } from '@/components/run/archived-strip'
import { ListTools } from '@/components/run/list/list-tools'
import { RunRow } from '@/components/run/list/run-row'
import { useRuns } from '@/components/run/runs'
import { useSettings } from '@/components/run/use-settings'
import { Button, buttonClass } from '@/components/ui/button'
import { Message } from '@/components/ui/message'
import { ownSettings } from '@/lib/config/difference'
import type { Fault } from '@/lib/errors'
import { fill } from '@/lib/messages/text'
import { pickRuns, type ListWish } from '@/lib/run-list'

/** Rows that there are at first, and how many more at a time. */
const PAGE = 50
/** Rows that are in sight when the list opens; the others follow when nothing else is to be done. */
const SIGHT = 10

export function RunList() {
  const { t, say } = useLocale()
  const runs = useRuns()
  const [fault, setFault] = useState<Fault | null>(null)
  const [wish, setWish] = useState<ListWish>({ words: '', state: 'all', tag: '', sort: 'newest', archived: false })
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [pages, setPages] = useState(1)
  const words = t.ui.runs
  const picked = useMemo(() => pickRuns(runs ?? [], wish), [runs, wish])
  const amount = useDeferredValue(pages * PAGE, SIGHT)
  const shown = picked.slice(0, amount)
  const settings = useSettings(shown.map(({ id }) => id))
  const own = useMemo(() => ownSettings(settings), [settings])
  const choose = useCallback((id: string, on: boolean) => setChosen((now) => (on ? [...now, id] : now.filter((other) => other !== id))), [])
  const said = picked.length < (runs?.length ?? 0) ? fill(words.count_shown, { shown: picked.length, count: runs?.length ?? 0 }) : fill(words.count, { count: picked.length })
  return (
    <div className="min-h-0 flex-1 xl:overflow-y-auto">
      <div className="mx-auto w-full max-w-7xl p-3 sm:p-6">
        <h1 className="text-xl font-semibold tracking-tight">{words.title}</h1>
        <p className="mt-1 text-ink-faint" role="status">{runs === null ? t.ui.loading : said}</p>
        {fault && <Message tone="danger" role="alert" className="mt-3">{say(fault)}</Message>}
        {runs?.length === 0 && (
          <div className="panel mt-4 p-8 text-center">
            <p className="text-ink-soft">{words.none}</p>
            <Link href="/" className={buttonClass('primary', 'md', 'mt-4')}>
              {words.first}
            </Link>
          </div>
        )}
        {runs && runs.length > 0 && (
          <>
            <ListTools runs={runs} wish={wish} onWish={(change) => setWish((now) => ({ ...now, ...change }))} chosen={chosen} onClear={() => setChosen([])} />
            {picked.length === 0 && <p className="panel mt-3 p-8 text-center text-ink-soft">{words.none_found}</p>}
            <ul className="panel mt-3 divide-y divide-line empty:hidden">
              {shown.map((run) => (
                <RunRow key={run.id} run={run} settings={own[run.id] ?? none} chosen={chosen.includes(run.id)} onChoose={choose} onFault={setFault} />
              ))}
            </ul>
            {picked.length > pages * PAGE && (
              <div className="mt-3 text-center">
                <Button onClick={() => setPages(pages + 1)}>{fill(words.more, { count: Math.min(PAGE, picked.length - pages * PAGE) })}</Button>
              </div>
            )}
          </>
        )}
        <ArchivedStrip />
      </div>
    </div>
  )
}

const none: readonly { key: string; value: string }[] = []
