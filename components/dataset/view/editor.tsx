'use client'
/** A row's JSON to edit; the row beside it shows what becomes of it. */
import { useLocale } from '@/components/locale'
import type { RowDetail } from '@/lib/dataset-view'
import { count } from '@/lib/format'
import { fill } from '@/lib/messages/text'

export function Editor({ detail: { row, raw }, text, onChange }: { detail: RowDetail; text: string | null; onChange: (text: string) => void }) {
  const { t, locale } = useLocale()
  const words = t.ui.view.edit
  return (
    <div className="flex min-h-0 min-w-0 flex-col border-line bg-sunken p-3 max-xl:border-t xl:border-l">
      <p className="mb-2 text-2xs text-ink-faint">{words.preview}</p>
      <textarea
        aria-label={fill(words.text_of, { row: count(row, locale) })}
        spellCheck={false}
        dir="ltr"
        className="control h-96! min-h-40 flex-1 resize-none py-2 font-mono text-2xs! xl:h-auto!"
        value={text ?? raw}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  )
}
