'use client'
/** What a dataset holds, in numbers that grow while its rows are looked at. */
import type { Place } from '@/components/dataset/view/place'
import { BarTable, Card } from '@/components/dataset/view/statistics/card'
import { Facts } from '@/components/dataset/view/statistics/facts'
import { LengthChart } from '@/components/dataset/view/statistics/length-chart'
import { PlanCard } from '@/components/dataset/view/statistics/plan-card'
import { BrokenCard, EmptyCard, RepeatedCard } from '@/components/dataset/view/statistics/row-lists'
import { useStatistics } from '@/components/dataset/view/statistics/use-statistics'
import { useLocale } from '@/components/locale'
import { Button } from '@/components/ui/button'
import { Message } from '@/components/ui/message'
import { ProgressBar } from '@/components/ui/progress-bar'
import { MOST_TURNS, type Statistics, type TokenStatistics } from '@/lib/dataset-view'
import { clock, count, percent } from '@/lib/format'
import { fill } from '@/lib/messages/text'

interface StatisticsPanelProps {
  place: Place
  settings: Record<string, unknown>
  onOpen: (row: number) => void
}

export function StatisticsPanel({ place, settings, onOpen }: StatisticsPanelProps) {
  const { t, say, locale } = useLocale()
  const { statistics, fault, going, stop, goOn } = useStatistics(place, settings)
  const words = t.ui.view.statistics
  if (fault) return <Message tone="danger" role="alert" className="m-4">{say(fault)}</Message>
  if (!statistics) return <p className="p-4 text-xs text-ink-faint">{t.ui.loading}</p>
  const { total, seen, done, seconds_left } = statistics
  const looked = { seen: count(seen, locale), total: count(total, locale), share: percent(total === 0 ? 1 : seen / total, locale) }
  return (
    <div className="min-h-0 flex-1 p-4 xl:overflow-y-auto">
      <div className="mb-3 flex min-h-7 flex-wrap items-center gap-x-3 gap-y-1 text-xs text-ink-soft">
        <span role="status" className="tabular">{fill(done ? words.looked : words.looking, looked)}</span>
        {!done && <ProgressBar label={fill(words.looking, looked)} value={seen / total} className="max-w-64 min-w-24 flex-1" />}
        {going && seconds_left !== null && <span className="tabular">{fill(words.left, { time: clock(seconds_left) })}</span>}
        {!done && <Button size="sm" onClick={going ? stop : goOn}>{going ? words.stop : words.go_on}</Button>}
        {!done && <span className="text-ink-faint">{words.partial}</span>}
      </div>
      <div className="grid gap-3 md:grid-cols-2 2xl:grid-cols-3">
        <Card title={words.tokens} wide>
          {statistics.tokens_problem ? <Message tone="warn">{say(statistics.tokens_problem)}</Message> : statistics.tokens && <Tokens tokens={statistics.tokens} />}
        </Card>
        <BrokenCard broken={statistics.broken} onOpen={onOpen} />
        <PlanCard place={place} />
        <RepeatedCard duplicates={statistics.duplicates} near={statistics.near} onOpen={onOpen} />
        <EmptyCard empty={statistics.empty} onOpen={onOpen} />
        <Contents statistics={statistics} />
      </div>
    </div>
  )
}

function Tokens({ tokens }: { tokens: TokenStatistics }) {
  const { t, locale } = useLocale()
  const words = t.ui.view.statistics
  const n = (value: number) => count(value, locale)
  return (
    <div className="grid gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(14rem,1fr)]">
      <LengthChart tokens={tokens} />
      <div>
        <Facts
          facts={[
            [words.longest, n(tokens.longest)],
            [words.learned, `${percent(tokens.total === 0 ? 0 : tokens.learned / tokens.total, locale)} · ${fill(words.learned_of, { learned: n(tokens.learned), total: n(tokens.total) })}`],
            [words.cut, tokens.cut_rows === 0 ? words.nothing_cut : fill(words.cut_of, { rows: n(tokens.cut_rows), tokens: n(tokens.cut_tokens) })],
            ...(tokens.untaught > 0 ? [[words.untaught, fill(words.untaught_of, { rows: n(tokens.untaught) })] as const] : []),
          ]}
        />
        <p className="mt-2 text-2xs text-ink-faint">{words.tokens_note}</p>
      </div>
    </div>
  )
}

function Contents({ statistics: { turns, languages, tools } }: { statistics: Statistics }) {
  const { t, locale } = useLocale()
  const words = t.ui.view.statistics
  const names = new Intl.DisplayNames(locale, { type: 'language' })
  const bar = (name: string, rows: number) => ({ name, value: rows, shown: count(rows, locale) })
  return (
    <>
      <Card title={words.turns}>
        <BarTable label={words.turns} head={[words.turns, words.rows_column]} rows={turns.map((one) => bar(one.turns === MOST_TURNS ? fill(words.turns_more, { turns: MOST_TURNS }) : String(one.turns), one.rows))} />
      </Card>
      <Card title={words.languages}>
        <BarTable label={words.languages} head={[words.languages, words.rows_column]} rows={languages.slice(0, 12).map(({ language, rows }) => bar(language === null ? words.language_none : (names.of(language) ?? language), rows))} />
      </Card>
      <Card title={`${words.tools} · ${count(tools.count, locale)}`}>
        {tools.count === 0 ? <p className="text-xs text-ink-faint">{words.no_tools}</p> : <Tools tools={tools} />}
      </Card>
    </>
  )
}

function Tools({ tools }: { tools: Statistics['tools'] }) {
  const { t, locale } = useLocale()
  const words = t.ui.view.statistics
  return (
    <div tabIndex={0} role="region" aria-label={words.tools} className="max-h-64 overflow-y-auto outline-offset-[-2px]">
      <table className="tabular w-full text-xs">
        <thead className="text-2xs text-ink-faint">
          <tr>
            <th scope="col" className="text-left font-medium">{words.tools}</th>
            <th scope="col" className="text-right font-medium">{words.offered}</th>
            <th scope="col" className="text-right font-medium">{words.calls}</th>
          </tr>
        </thead>
        <tbody>
          {tools.rows.map(({ name, offered, calls }) => (
            <tr key={name} className="border-t border-line">
              <th scope="row" className="max-w-48 truncate py-0.5 text-left font-mono text-2xs font-normal">{name}</th>
              <td className="text-right">{count(offered, locale)}</td>
              <td className="text-right">{count(calls, locale)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
