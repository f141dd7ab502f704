'use client'
/** Several runs over each other: which ones stands in the address, so that a comparison can be kept and sent. */
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useMemo, useState } from 'react'
import { useLocale } from '@/components/locale'
import { CompareRuns } from '@/components/run/compare/compare-runs'
import { useFeeds } from '@/components/run/feed'
import { RunCharts } from '@/components/run/live-curves'
import { compareHref } from '@/components/run/places'
import { useRuns } from '@/components/run/runs'
import { SettingsTable } from '@/components/run/settings-table'
import { runColours } from '@/components/run/sources'
import { useSettings } from '@/components/run/use-settings'
import { buttonClass } from '@/components/ui/button'
import { Combobox } from '@/components/ui/combobox'
import { differingKeys } from '@/lib/config/difference'
import { fill } from '@/lib/messages/text'

export function ComparePage({ ids }: { ids: readonly string[] }) {
  const { t } = useLocale()
  const router = useRouter()
  const runs = useRuns()
  const [hidden, setHidden] = useState<readonly string[]>([])
  const feeds = useFeeds(ids)
  const settings = useSettings(ids)
  const words = t.ui.compare
  const found = useMemo(() => ids.flatMap((id, index) => {
    const run = runs?.find((one) => one.id === id)
    return run ? [{ run, colour: runColours[index % runColours.length], feed: feeds[index] }] : []
  }), [ids, runs, feeds])
  const sources = useMemo(
    () => found.flatMap(({ run, colour, feed }) => (hidden.includes(run.id) || feed === undefined || feed.records.length === 0 ? [] : [{ id: run.id, name: run.name, colour, curves: feed.curves, total: run.total_steps }])),
    [found, hidden],
  )
  const columns = found.flatMap(({ run, colour }) => (settings[run.id] ? [{ name: run.name, colour, values: settings[run.id] }] : []))
  const rows = differingKeys(columns.map(({ values }) => values))
  const show = (next: readonly string[]) => router.replace(compareHref(next), { scroll: false })
  return (
    <div className="min-h-0 flex-1 xl:overflow-y-auto">
      <div className="flex flex-col gap-3 p-3 sm:p-4">
        <div className="flex flex-wrap items-center gap-3">
          <h1 className="text-xl font-semibold tracking-tight">{words.title}</h1>
          <div className="ml-auto w-64">
            <Combobox
              label={words.add}
              value=""
              placeholder={words.add}
              options={(runs ?? []).filter(({ id }) => !ids.includes(id)).map(({ id, name, model }) => ({ value: id, label: name, detail: model }))}
              onChange={(id) => show([...ids, id])}
              more={(count) => fill(t.ui.more_options, { count })}
              none={t.ui.nothing_found}
            />
          </div>
          <Link href="/runs" className={buttonClass()}>{t.ui.run_page.back}</Link>
        </div>
        {found.length < 2 && runs !== null && <p className="text-ink-soft">{words.few}</p>}
        <CompareRuns found={found} hidden={hidden} onHide={(id, hide) => setHidden((now) => (hide ? [...now, id] : now.filter((other) => other !== id)))} onRemove={(id) => show(ids.filter((other) => other !== id))} />
        {sources.length > 0 && (
          <section aria-label={t.ui.chart.title} className="panel">
            <RunCharts sources={sources} />
          </section>
        )}
        {columns.length > 1 && (
          <section aria-label={words.differences} className="panel p-4">
            <h2 className="text-base font-semibold">{words.differences}</h2>
            {rows.length > 0 ? <SettingsTable rows={rows} columns={columns} /> : <p className="mt-2 text-ink-soft">{words.same}</p>}
          </section>
        )}
      </div>
    </div>
  )
}
