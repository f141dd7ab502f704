'use client'
/** Above the table: a text to look for in all columns, which rows to show, how many were found, and the way to a row by its number. */
import { useState, type FormEvent } from 'react'
import { type Found, type Wish, wishes } from '@/components/dataset/view/use-find'
import { useLocale } from '@/components/locale'
import { Button } from '@/components/ui/button'
import { Message } from '@/components/ui/message'
import { ProgressBar } from '@/components/ui/progress-bar'
import { Select } from '@/components/ui/select'
import { TextInput } from '@/components/ui/text-input'
import { rowFilters } from '@/lib/dataset-view'
import { count } from '@/lib/format'
import { fill } from '@/lib/messages/text'

/** Offered to choose from; the detector knows more. */
const languages = ['zh', 'en', 'ja', 'ko', 'de', 'fr', 'es', 'pt', 'it', 'nl', 'pl', 'ru', 'uk', 'tr', 'ar', 'fa', 'hi', 'vi', 'id', 'th']

interface FindBarProps {
  total: number
  wish: Wish
  found: Found | null
  onWish: (wish: Wish) => void
  onStop: () => void
  onJump: (row: number) => void
}

export function FindBar({ total, wish, found, onWish, onStop, onJump }: FindBarProps) {
  const { t, locale } = useLocale()
  const words = t.ui.view
  const names = new Intl.DisplayNames(locale, { type: 'language' })
  return (
    <div className="flex flex-col gap-2 border-b border-line p-3">
      <TextInput type="search" aria-label={words.search} placeholder={words.search} value={wish.query} onChange={(event) => onWish({ ...wish, query: event.target.value })} />
      <div className="flex flex-wrap gap-2">
        <div className="min-w-36 flex-1">
          <Select
            label={words.filter}
            value={wish.filter}
            options={rowFilters.map((value) => ({ value, label: words.filters[value] }))}
            onChange={(value) => onWish({ ...wish, filter: rowFilters.find((filter) => filter === value) ?? 'all' })}
          />
        </div>
        {wish.filter === 'language' && (
          <div className="w-32">
            <Select label={words.language} value={wish.language} options={languages.map((value) => ({ value, label: names.of(value) ?? value }))} onChange={(language) => onWish({ ...wish, language })} />
          </div>
        )}
        <Jump total={total} onJump={onJump} />
      </div>
      {wishes(wish) && found && <Progress found={found} onStop={onStop} />}
    </div>
  )
}

function Jump({ total, onJump }: { total: number; onJump: (row: number) => void }) {
  const { t } = useLocale()
  const [text, setText] = useState('')
  const go = (event: FormEvent) => {
    event.preventDefault()
    const row = Number.parseInt(text, 10)
    if (row >= 1) onJump(Math.min(row, total))
  }
  return (
    <form className="flex gap-1" onSubmit={go}>
      <TextInput inputMode="numeric" aria-label={t.ui.view.jump} placeholder={t.ui.view.jump} className="w-28!" value={text} onChange={(event) => setText(event.target.value)} />
      <Button type="submit">{t.ui.view.go}</Button>
    </form>
  )
}

function Progress({ found, onStop }: { found: Found; onStop: () => void }) {
  const { t, say, locale } = useLocale()
  const words = t.ui.view
  if (found.fault) return <Message tone="danger" role="alert">{say(found.fault)}</Message>
  const numbers = { hits: count(found.rows.length, locale), seen: count(found.seen, locale), total: count(found.total, locale) }
  return (
    <div className="flex min-h-7 items-center gap-2 text-xs text-ink-soft">
      <span role="status" className="tabular">{!found.going && found.rows.length === 0 ? words.no_hits : fill(found.going || found.seen < found.total ? words.hits_so_far : words.hits, numbers)}</span>
      {found.going && (
        <>
          <ProgressBar label={words.search} value={found.total > 0 ? found.seen / found.total : null} className="flex-1" />
          <Button size="sm" onClick={onStop}>{words.stop_search}</Button>
        </>
      )}
    </div>
  )
}
