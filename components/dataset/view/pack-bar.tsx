'use client'
/** The packed row that a row is part of: its neighbours by number, as wide as they are long. */
import { useLocale } from '@/components/locale'
import { cx } from '@/components/ui/cx'
import type { PackedWith } from '@/lib/dataset-view'
import { count } from '@/lib/format'
import { fill } from '@/lib/messages/text'

export function PackBar({ row: current, pack: { rows, padding } }: { row: number; pack: PackedWith }) {
  const { t, locale } = useLocale()
  const words = t.ui.view
  const name = ({ row, tokens }: PackedWith['rows'][number]) => fill(words.pack_part, { row: count(row, locale), tokens: count(tokens, locale) })
  return (
    <section aria-label={words.pack} className="mb-4">
      <h3 className="mb-1 text-xs font-medium text-ink-soft">{words.pack}</h3>
      <ol className="flex h-8 overflow-hidden rounded-md border border-line-strong text-2xs">
        {rows.map((part) => (
          <li
            key={part.row}
            title={name(part)}
            aria-current={part.row === current || undefined}
            style={{ flexGrow: part.tokens, flexBasis: 0 }}
            className={cx('tabular flex min-w-0 items-center justify-center overflow-hidden border-r border-line-strong', part.row === current ? 'bg-accent font-semibold text-on-accent' : 'bg-surface text-ink-soft')}
          >
            <span className="sr-only">{name(part)}</span>
            <span aria-hidden className="truncate px-0.5">{part.row}</span>
          </li>
        ))}
        {padding > 0 && <li title={fill(words.pack_padding, { tokens: count(padding, locale) })} style={{ flexGrow: padding, flexBasis: 0 }} className="min-w-0 bg-sunken"><span className="sr-only">{fill(words.pack_padding, { tokens: count(padding, locale) })}</span></li>}
      </ol>
      <p className="mt-1 text-2xs text-ink-faint">{words.pack_note}</p>
    </section>
  )
}
