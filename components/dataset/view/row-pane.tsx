'use client'
/** One row beside the table: as a conversation or as tokens, with the row as it stands in its file at its side. */
import ChevronLeft from 'lucide-react/icons/chevron-left'
import ChevronRight from 'lucide-react/icons/chevron-right'
import { Tabs } from 'radix-ui'
import { useEffect, useMemo, useState } from 'react'
import { Editor } from '@/components/dataset/view/editor'
import { PackBar } from '@/components/dataset/view/pack-bar'
import type { Place } from '@/components/dataset/view/place'
import { RowConversation } from '@/components/dataset/view/row-conversation'
import { ShownText } from '@/components/dataset/view/shown-text'
import { Tokens } from '@/components/dataset/view/tokens'
import { useLocale } from '@/components/locale'
import { useCall } from '@/components/use-call'
import { useSettled } from '@/components/use-settled'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/checkbox'
import { CopyButton } from '@/components/ui/copy-button'
import { cx } from '@/components/ui/cx'
import { Message } from '@/components/ui/message'
import type { RowDetail } from '@/lib/dataset-view'
import { count } from '@/lib/format'
import { fill } from '@/lib/messages/text'

interface RowPaneProps {
  place: Place
  row: number
  settings: Record<string, unknown>
  /** Steps to the row before or after in the table; null at its ends. */
  previous: (() => void) | null
  next: (() => void) | null
  /** The row's text as a person changed it; null: left out. */
  change: string | null | undefined
  onChange: (text: string | null | undefined) => void
}

const views = ['conversation', 'tokens'] as const

export const tabClass = 'rounded-md px-2.5 py-1 text-xs text-ink-soft hover:bg-sunken data-[state=active]:bg-accent-soft data-[state=active]:text-ink'

export function RowPane({ place, row, settings, previous, next, change, onChange }: RowPaneProps) {
  const { t, say, locale } = useLocale()
  const [view, setView] = useState<string>('conversation')
  const [raw, setRaw] = useState(true)
  const [editing, setEditing] = useState(false)
  const settled = useSettled(useMemo(() => ({ row, change }), [row, change]))
  const text = (settled.row === row ? settled.change : change) ?? null
  const { reply } = useCall('view_row', { ...place, row, settings: view === 'tokens' ? settings : null, text })
  const words = t.ui.view
  const [kept, setKept] = useState<RowDetail | null>(null)
  useEffect(() => {
    if (reply?.ok) setKept(reply.value)
  }, [reply])
  // A text that is not JSON yet leaves what it was before in its place.
  const detail = reply?.ok ? reply.value : editing ? kept : null
  const late = detail !== null && detail.row !== row
  return (
    <Tabs.Root value={view} onValueChange={setView} className="flex min-h-0 flex-1 flex-col" data-row={late ? undefined : detail?.row}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 border-b border-line px-4 py-2">
        <h2 className="tabular text-sm font-semibold">{fill(t.ui.dataset.row, { row: count(row, locale) })}</h2>
        <span className="flex">
          <Button size="icon-sm" intent="ghost" aria-label={words.previous} title={words.previous} disabled={previous === null} onClick={previous ?? undefined}><ChevronLeft aria-hidden className="size-4" /></Button>
          <Button size="icon-sm" intent="ghost" aria-label={words.next} title={words.next} disabled={next === null} onClick={next ?? undefined}><ChevronRight aria-hidden className="size-4" /></Button>
        </span>
        <Tabs.List aria-label={words.row_tabs} className="flex gap-1">
          {views.map((one) => (
            <Tabs.Trigger key={one} value={one} className={tabClass}>
              {words[one]}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <span className="ml-auto flex gap-1">
          <Button size="sm" intent="ghost" aria-pressed={editing} onClick={() => setEditing(!editing)}>{editing ? words.edit.done : words.edit.edit}</Button>
          {change === undefined ? (
            <Button size="sm" intent="ghost" onClick={() => onChange(null)}>{words.edit.exclude}</Button>
          ) : (
            <Button size="sm" intent="ghost" onClick={() => onChange(undefined)}>{words.edit.restore}</Button>
          )}
        </span>
        <span className="flex items-center gap-1.5 text-xs text-ink-soft">
          <Checkbox id="show-raw" checked={raw} onChange={setRaw} />
          <label htmlFor="show-raw">{words.raw}</label>
        </span>
      </div>
      {reply && !reply.ok && <Message tone="danger" role="alert" className="m-4">{say(reply.fault)}</Message>}
      {change === null && <Message tone="note" className="mx-4 mt-3">{words.edit.excluded}</Message>}
      <div className={cx('grid min-h-0 flex-1 xl:overflow-hidden', (raw || editing) && detail && '2xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)] xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]', late && 'opacity-60')}>
        <div className="min-h-0 min-w-0 p-4 xl:overflow-y-auto" tabIndex={-1}>
          {!reply && <p className="text-xs text-ink-faint">{t.ui.loading}</p>}
          {detail?.problem && <Message tone="danger" className="mb-3">{say(detail.problem)}</Message>}
          {views.map((one) => (
            <Tabs.Content key={one} value={one} className="rounded-md outline-offset-4">
              {detail && (one === 'conversation' ? <RowConversation key={detail.row} row={detail} /> : <TokensOf key={detail.row} detail={detail} settings={settings} />)}
            </Tabs.Content>
          ))}
        </div>
        {editing && detail && !late ? <Editor key={row} detail={detail} text={change ?? null} onChange={onChange} /> : raw && detail && <Raw detail={detail} />}
      </div>
    </Tabs.Root>
  )
}

function TokensOf({ detail, settings }: { detail: RowDetail; settings: Record<string, unknown> }) {
  const { t, say } = useLocale()
  const words = t.ui.view
  if (detail.tokens_problem) return <Message tone="warn">{say(detail.tokens_problem)}</Message>
  if (detail.problem) return <p className="text-ink-faint">{words.no_tokens}</p>
  if (detail.tokens === null) return <p className="text-xs text-ink-faint">{t.ui.loading}</p>
  return (
    <>
      <p className="mb-2 text-xs text-ink-faint">{words.made_for[detail.kind]}</p>
      {detail.pack && <PackBar row={detail.row} pack={detail.pack} />}
      <Tokens rows={detail.tokens} cutoff={Number(settings.cutoff_len)} />
    </>
  )
}

function Raw({ detail: { row, raw } }: { detail: RowDetail }) {
  const { t, locale } = useLocale()
  const title = fill(t.ui.view.raw_of, { row: count(row, locale) })
  return (
    <div className="flex min-h-0 min-w-0 flex-col border-line bg-sunken max-xl:border-t xl:border-l">
      <div className="flex items-center px-4 pt-3 text-2xs font-medium text-ink-faint">
        {t.ui.view.raw}
        <span className="ml-auto"><CopyButton text={raw} label={t.ui.view.copy_raw} done={t.ui.copied} iconOnly /></span>
      </div>
      <pre tabIndex={0} role="region" aria-label={title} dir="ltr" className="min-h-0 flex-1 px-4 pb-4 font-mono text-2xs whitespace-pre-wrap outline-offset-[-2px] [overflow-wrap:anywhere] max-xl:max-h-96 overflow-y-auto"><ShownText key={row} text={raw} /></pre>
    </div>
  )
}
