'use client'
/** Above the list: search, filters, order, and what becomes of the chosen runs. Stays in sight while the list scrolls. */
import Link from 'next/link'
import { useLocale } from '@/components/locale'
import { compareHref } from '@/components/run/places'
import { Button, buttonClass } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/checkbox'
import { Select } from '@/components/ui/select'
import { TextInput } from '@/components/ui/text-input'
import { fill } from '@/lib/messages/text'
import type { RunSummary } from '@/lib/run'
import { sorts, stateFilters, tagsOf, type ListWish } from '@/lib/run-list'

interface ListToolsProps {
  runs: readonly RunSummary[]
  wish: ListWish
  onWish: (change: Partial<ListWish>) => void
  chosen: readonly string[]
  onClear: () => void
}

export function ListTools({ runs, wish, onWish, chosen, onClear }: ListToolsProps) {
  const { t } = useLocale()
  const words = t.ui.runs
  const tags = tagsOf(runs)
  return (
    <div className="sticky top-0 z-20 -mx-1 mt-3 flex flex-wrap items-center gap-2 bg-canvas px-1 py-2 max-xl:static">
      <TextInput type="search" aria-label={words.search} placeholder={words.search} value={wish.words} onChange={(event) => onWish({ words: event.target.value })} className="min-w-48 flex-1" />
      <div className="w-36">
        <Select label={words.state} value={wish.state} options={stateFilters.map((value) => ({ value, label: words.states[value] }))} onChange={(next) => onWish({ state: stateFilters.find((name) => name === next) })} />
      </div>
      {tags.length > 0 && (
        <div className="w-36">
          <Select label={words.tag} value={wish.tag} options={[{ value: '', label: words.every_tag }, ...tags.map((tag) => ({ value: tag, label: tag }))]} onChange={(tag) => onWish({ tag })} />
        </div>
      )}
      <div className="w-36">
        <Select label={words.sort} value={wish.sort} options={sorts.map((value) => ({ value, label: words.sorts[value] }))} onChange={(next) => onWish({ sort: sorts.find((name) => name === next) })} />
      </div>
      {runs.some(({ archived }) => archived) && (
        <label htmlFor="archived" className="flex h-8 items-center gap-2 text-xs text-ink-soft">
          <Checkbox id="archived" checked={wish.archived} onChange={(archived) => onWish({ archived })} />
          {words.archived}
        </label>
      )}
      <div className="flex items-center gap-2">
        {chosen.length > 1 ? (
          <Link href={compareHref(chosen)} className={buttonClass('primary')}>
            {fill(words.compare, { count: chosen.length })}
          </Link>
        ) : (
          <Button disabled title={words.compare_hint}>{t.ui.compare.title}</Button>
        )}
        {chosen.length > 0 && <Button intent="ghost" onClick={onClear}>{words.clear}</Button>}
      </div>
    </div>
  )
}
