'use client'
/** When a run was started, and by whom. */
import { useSyncExternalStore } from 'react'
import { useLocale } from '@/components/locale'
import { isOwn } from '@/components/window'
import { fill } from '@/lib/messages/text'
import type { Messages } from '@/lib/messages/en'
import type { RunSummary } from '@/lib/run'

function who({ foreign, started_by }: RunSummary, words: Messages['ui']['run_page']): string {
  if (foreign) return words.by_foreign
  if (started_by === null) return words.by_terminal
  return isOwn(started_by) ? words.by_here : fill(words.by_other, { browser: started_by.browser })
}

const never = () => () => undefined

/** Which window this is, only the window knows: the server's page says nothing of it. */
const useInWindow = (): boolean => useSyncExternalStore(never, () => true, () => false)

export function StartedBy({ run }: { run: RunSummary }) {
  const { t, locale } = useLocale()
  const inWindow = useInWindow()
  const words = t.ui.run_page
  const when = run.started_at === null ? null : new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(run.started_at)
  return [when === null ? null : fill(words.started, { when }), inWindow ? who(run, words) : null].filter(Boolean).join(' · ')
}
