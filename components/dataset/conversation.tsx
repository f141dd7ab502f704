'use client'
/** One row of a dataset as a conversation: system text, tools, and a bubble per message with its role. */
import Wrench from 'lucide-react/icons/wrench'
import { useLocale } from '@/components/locale'
import { cx } from '@/components/ui/cx'
import { Message } from '@/components/ui/message'
import type { PreviewRow } from '@/lib/api'
import { fill } from '@/lib/messages/text'

const looks = {
  user: 'self-end bg-accent-soft',
  assistant: 'self-start border border-line bg-surface',
  function: 'self-start border border-dashed border-line-strong bg-surface font-mono text-xs',
  observation: 'self-end border border-dashed border-line-strong bg-sunken font-mono text-xs',
} as const

export function Conversation({ row }: { row: PreviewRow }) {
  const { t, say } = useLocale()
  const words = t.ui.dataset
  return (
    <article aria-label={fill(words.row, { row: row.row })} className="rounded-lg border border-line bg-canvas">
      <h3 className="tabular border-b border-line px-3 py-1.5 text-2xs font-medium text-ink-faint">{fill(words.row, { row: row.row })}</h3>
      <div className="flex flex-col gap-2 p-3">
        {row.problem && <Message tone="danger">{say(row.problem)}</Message>}
        {row.system !== '' && <Aside title={words.system} text={row.system} />}
        {row.tools !== '' && <Aside title={words.tools} text={row.tools} mono />}
        {row.messages.map((message, index) => (
          <div key={index} className={cx('max-w-[85%] rounded-lg px-3 py-2', looks[message.role])}>
            <p className="text-2xs font-medium text-ink-faint">{t.ui.roles[message.role]}</p>
            <p className="whitespace-pre-wrap [overflow-wrap:anywhere]">{message.content === '' ? <em className="text-ink-faint">{words.empty}</em> : message.content}</p>
          </div>
        ))}
      </div>
    </article>
  )
}

function Aside({ title, text, mono }: { title: string; text: string; mono?: boolean }) {
  return (
    <details className="rounded-md bg-sunken px-3 py-1.5 text-xs text-ink-soft" open={text.length < 200}>
      <summary className="flex cursor-pointer items-center gap-1.5 font-medium">
        {mono && <Wrench aria-hidden className="size-3" />}
        {title}
      </summary>
      <p className={cx('mt-1 whitespace-pre-wrap [overflow-wrap:anywhere]', mono && 'font-mono text-2xs')}>{text}</p>
    </details>
  )
}
