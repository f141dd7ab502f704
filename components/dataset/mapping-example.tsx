'use client'
/** The first rows as the conversations that a mapping makes of them, one at a time, above how the row stands in the file. */
import ChevronLeft from 'lucide-react/icons/chevron-left'
import ChevronRight from 'lucide-react/icons/chevron-right'
import { useState } from 'react'
import { Conversation } from '@/components/dataset/conversation'
import { useLocale } from '@/components/locale'
import { Button } from '@/components/ui/button'
import { Message } from '@/components/ui/message'
import type { Examination } from '@/lib/api'
import { fill } from '@/lib/messages/text'

export function MappingExample({ rows }: { rows: Examination['rows'] }) {
  const { t } = useLocale()
  const words = t.ui.datasets.mapping
  const [at, setAt] = useState(0)
  const row = rows[Math.min(at, rows.length - 1)]
  const faulty = rows.flatMap(({ shown }, index) => (shown.problem ? [index] : []))
  const nextFault = faulty.find((index) => index > at) ?? faulty[0]
  return (
    <section aria-label={words.example} className="min-h-0 min-w-0 space-y-3 bg-canvas p-4 max-md:border-t max-md:border-line md:overflow-y-auto">
      <div className="flex items-center gap-2">
        <p className="tabular text-xs text-ink-soft" role="status">
          {fill(words.position, { row: at + 1, count: rows.length })}
        </p>
        <span className="ml-auto flex gap-1">
          <Button size="icon" aria-label={words.previous} title={words.previous} disabled={at === 0} onClick={() => setAt(at - 1)}>
            <ChevronLeft aria-hidden className="size-4" />
          </Button>
          <Button size="icon" aria-label={words.next} title={words.next} disabled={at >= rows.length - 1} onClick={() => setAt(at + 1)}>
            <ChevronRight aria-hidden className="size-4" />
          </Button>
        </span>
      </div>
      {faulty.length === 0 ? (
        <p className="text-xs text-good">{fill(words.all_fine, { count: rows.length })}</p>
      ) : (
        <Message tone="warn">
          {fill(words.faults, { count: faulty.length, total: rows.length, rows: faulty.map((index) => index + 1).join(', ') })}
          <Button size="sm" className="mt-2 flex" onClick={() => setAt(nextFault)}>
            {words.to_fault}
          </Button>
        </Message>
      )}
      <Conversation row={row.shown} />
      <div>
        <h3 className="text-xs font-medium text-ink-soft">{words.raw}</h3>
        <pre tabIndex={0} className="mt-1 max-h-64 overflow-y-auto rounded-md bg-sunken p-3 font-mono text-2xs whitespace-pre-wrap [overflow-wrap:anywhere]">{row.raw}</pre>
      </div>
    </section>
  )
}
