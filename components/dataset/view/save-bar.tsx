'use client'
/** Below the table, once rows were changed or sought: how many, the step back, and the way to a new dataset. */
import Undo from 'lucide-react/icons/undo-2'
import { useState } from 'react'
import type { Place } from '@/components/dataset/view/place'
import { SaveDialog } from '@/components/dataset/view/save-dialog'
import type { Changes } from '@/components/dataset/view/use-changes'
import { type Found, type Wish, wishes } from '@/components/dataset/view/use-find'
import { useLocale } from '@/components/locale'
import { Button } from '@/components/ui/button'
import { count } from '@/lib/format'
import { fill } from '@/lib/messages/text'

interface SaveBarProps {
  place: Place
  total: number
  wish: Wish
  found: Found | null
  settings: Record<string, unknown>
  changes: Changes
  onUndo: () => void
}

export function SaveBar({ place, total, wish, found, settings, changes, onUndo }: SaveBarProps) {
  const { t, locale } = useLocale()
  const [saving, setSaving] = useState<'all' | 'found' | null>(null)
  const words = t.ui.view.edit
  const excluded = [...changes.values()].filter((text) => text === null).length
  const splits = wishes(wish) && found !== null && !found.going && found.rows.length > 0
  if (changes.size === 0 && !splits && saving === null) return null
  return (
    <div className="flex flex-wrap items-center gap-2 border-t border-line px-3 py-2 text-xs text-ink-soft">
      {changes.size > 0 && (
        <>
          <span role="status" className="tabular">{fill(words.summary, { changed: count(changes.size - excluded, locale), excluded: count(excluded, locale) })}</span>
          <Button size="sm" onClick={onUndo}><Undo aria-hidden className="size-3.5" />{words.undo}</Button>
          <Button size="sm" intent="primary" onClick={() => setSaving('all')}>{words.save}</Button>
        </>
      )}
      {splits && <Button size="sm" onClick={() => setSaving('found')}>{words.split}</Button>}
      {saving && (
        <SaveDialog
          place={place}
          wish={saving === 'found' ? wish : null}
          summary={saving === 'found' ? fill(words.which_found, { hits: count(found?.rows.length ?? 0, locale) }) : fill(words.which_all, { total: count(total, locale) })}
          settings={settings}
          changes={changes}
          onClose={() => setSaving(null)}
        />
      )}
    </div>
  )
}
