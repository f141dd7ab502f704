'use client'
/** What is loaded, as the server says. */
import { useLocale } from '@/components/locale'
import { cx } from '@/components/ui/cx'
import { Message } from '@/components/ui/message'
import type { ChatStatus } from '@/lib/events'

const last = (path: string): string => path.split('/').filter(Boolean).at(-1) ?? path

const dots = { unloaded: 'bg-line-strong', loading: 'bg-accent animate-[pulse-dot_1.2s_infinite]', ready: 'bg-good', failed: 'bg-danger' } as const

export function LoadStatus({ chat }: { chat: ChatStatus }) {
  const { t, say } = useLocale()
  const names = chat.status === 'unloaded' ? [] : [last(chat.load.model_name_or_path), ...chat.load.adapter_name_or_path.map(last), chat.load.template]
  if (chat.status === 'failed') return <Message tone="danger" role="alert">{say(chat.fault)}</Message>
  return (
    <p role="status" className="flex items-start gap-2 text-xs text-ink-soft">
      <span className={cx('mt-1.5 size-1.5 shrink-0 rounded-full', dots[chat.status])} />
      <span className="min-w-0 [overflow-wrap:anywhere]">
        <span className="font-medium text-ink">{t.ui.chat.status[chat.status]}</span>
        {names.length > 0 && <span className="block text-ink-faint">{names.filter(Boolean).join(' · ')}</span>}
      </span>
    </p>
  )
}
