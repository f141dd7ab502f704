'use client'
/** The rows of the chosen datasets as conversations, page by page; a row that cannot be read says why instead. */
import ChevronLeft from 'lucide-react/icons/chevron-left'
import ChevronRight from 'lucide-react/icons/chevron-right'
import Link from 'next/link'
import { Tabs } from 'radix-ui'
import { useEffect, useRef, useState } from 'react'
import { Conversation } from '@/components/dataset/conversation'
import { viewHref } from '@/components/dataset/view/place'
import { useLocale } from '@/components/locale'
import { useCall } from '@/components/use-call'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Message } from '@/components/ui/message'
import { count } from '@/lib/format'
import { fill } from '@/lib/messages/text'

const PAGE_ROWS = 10

export function PreviewDialog({ folder, names, onClose }: { folder: string; names: readonly string[]; onClose: () => void }) {
  const { t } = useLocale()
  const [name, setName] = useState(names[0])
  return (
    <Dialog open onOpenChange={onClose} title={t.ui.dataset.preview_title} closeLabel={t.ui.close} wide>
      <Tabs.Root value={name} onValueChange={setName} className="flex min-h-0 flex-col">
        {names.length > 1 && (
          <Tabs.List aria-label={t.ui.dataset.preview_title} className="flex shrink-0 gap-1 overflow-x-auto border-b border-line px-3 py-1.5">
            {names.map((item) => (
              <Tabs.Trigger key={item} value={item} className="rounded-md px-2.5 py-1 text-xs whitespace-nowrap text-ink-soft data-[state=active]:bg-accent-soft data-[state=active]:text-ink">
                {item}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
        )}
        <Tabs.Content value={name} className="flex min-h-0 flex-col outline-offset-[-2px]">
          <Rows key={name} folder={folder} name={name} />
        </Tabs.Content>
      </Tabs.Root>
    </Dialog>
  )
}

function Rows({ folder, name }: { folder: string; name: string }) {
  const { t, say, locale } = useLocale()
  const [offset, setOffset] = useState(0)
  const list = useRef<HTMLDivElement>(null)
  const { reply } = useCall('preview', { dataset_dir: folder, dataset: name, offset, limit: PAGE_ROWS })
  useEffect(() => {
    list.current?.scrollTo(0, 0)
  }, [offset])
  if (!reply) return <p className="h-40 p-4 text-xs text-ink-faint">{t.ui.loading}</p>
  if (!reply.ok) return <Message tone="danger" role="alert" className="m-4">{say(reply.fault)}</Message>
  const { total, rows } = reply.value
  const last = Math.min(total, offset + PAGE_ROWS)
  return (
    <>
      <div ref={list} tabIndex={0} role="region" aria-label={name} className="min-h-0 space-y-4 overflow-y-auto p-4 outline-offset-[-2px]">
        {rows.map((row) => (
          <Conversation key={row.row} row={row} />
        ))}
      </div>
      <footer className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-t border-line px-4 py-2">
        <span className="tabular text-xs text-ink-faint">
          {fill(t.ui.dataset.range, { from: count(total === 0 ? 0 : offset + 1, locale), to: count(last, locale), total: count(total, locale) })}
        </span>
        <Link href={viewHref(folder, name)} prefetch={false} className="rounded-sm text-xs text-accent underline underline-offset-2">
          {t.ui.view.open}
        </Link>
        <span className="ml-auto flex gap-1">
          <Button size="sm" disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - PAGE_ROWS))}>
            <ChevronLeft aria-hidden className="size-3.5" />
            {t.ui.dataset.previous}
          </Button>
          <Button size="sm" disabled={last >= total} onClick={() => setOffset(offset + PAGE_ROWS)}>
            {t.ui.dataset.next}
            <ChevronRight aria-hidden className="size-3.5" />
          </Button>
        </span>
      </footer>
    </>
  )
}
