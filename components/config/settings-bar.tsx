'use client'
/** Above the settings: a search over all of them, how many were changed, and the way back; one thing that was just done can be undone here. */
import RotateCcw from 'lucide-react/icons/rotate-ccw'
import Search from 'lucide-react/icons/search'
import { ArgumentsMenu } from '@/components/config/arguments/arguments-menu'
import { draft, firstDraft } from '@/components/config/draft'
import { filter } from '@/components/config/filter'
import { notice, replaceDraft, undo } from '@/components/config/notice'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { Button } from '@/components/ui/button'
import { cx } from '@/components/ui/cx'
import { Message } from '@/components/ui/message'
import { TextInput } from '@/components/ui/text-input'
import { changedKeys } from '@/lib/config/train-page'
import { fill } from '@/lib/messages/text'

export function SettingsBar() {
  const { t } = useLocale()
  const words = t.ui.form
  const { query, only_changed } = useStore(filter, (now) => now)
  const changed = useStore(draft, ({ args }) => changedKeys(args).length)
  const said = useStore(notice, (now) => now)
  return (
    <div className="shrink-0 border-b border-line">
      <div className="flex items-center gap-2 px-4 py-2">
        <div className="relative min-w-0 flex-1">
          <Search aria-hidden className="pointer-events-none absolute top-1/2 left-2 size-3.5 -translate-y-1/2 text-ink-faint" />
          <TextInput
            type="search"
            aria-label={words.search}
            placeholder={words.search}
            className="pl-7"
            value={query}
            onChange={(event) => filter.set((now) => ({ ...now, query: event.target.value }))}
          />
        </div>
        {(changed > 0 || only_changed) && (
          <>
            <button
              type="button"
              aria-pressed={only_changed}
              title={words.only_changed}
              className={cx('h-8 shrink-0 rounded-md border px-2 text-xs', only_changed ? 'border-accent bg-accent-soft text-ink' : 'border-line-strong text-ink-soft hover:bg-sunken')}
              onClick={() => filter.set((now) => ({ ...now, only_changed: !only_changed }))}
            >
              {fill(words.changed, { count: changed })}
            </button>
            <Button
              size="icon"
              aria-label={words.reset_all}
              title={words.reset_all}
              disabled={changed === 0}
              onClick={() => replaceDraft(({ run_name }) => ({ ...firstDraft, run_name }), words.was_reset)}
            >
              <RotateCcw aria-hidden className="size-3.5" />
            </Button>
          </>
        )}
        <ArgumentsMenu />
      </div>
      {said && (
        <Message tone="note" role="status" className="mx-4 mb-2">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span className="min-w-0 flex-1">{said.text}</span>
            <button type="button" className="font-medium text-accent hover:underline" onClick={undo}>
              {words.undo}
            </button>
            <button type="button" className="text-ink-soft hover:underline" onClick={() => notice.set(null)}>
              {words.dismiss}
            </button>
          </div>
        </Message>
      )}
    </div>
  )
}
