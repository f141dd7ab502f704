'use client'
/** The export: what to make of the model bar's model at the left, what was made at the right. */
import { useEffect } from 'react'
import { ExportForm } from '@/components/export/export-form'
import { JobList } from '@/components/export/job-list'
import { keepWish } from '@/components/export/wish'
import { useLocale } from '@/components/locale'

export function ExportScreen() {
  const { t } = useLocale()
  useEffect(keepWish, [])
  return (
    <div className="flex min-h-0 flex-1 flex-col lg:grid lg:grid-cols-[minmax(22rem,34rem)_minmax(0,1fr)]">
      <h1 className="sr-only">{t.ui.frame.tabs.export}</h1>
      <section aria-label={t.ui.export.what} className="min-h-0 overflow-y-auto border-line bg-surface max-lg:border-b lg:border-r">
        <ExportForm />
      </section>
      <section aria-label={t.ui.export.jobs} className="min-h-0 flex-1 overflow-y-auto p-4">
        <JobList />
      </section>
    </div>
  )
}
