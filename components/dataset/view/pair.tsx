'use client'
/** The chosen and the rejected answer side by side; what only one of them says is marked, by a colour and by a line. */
import { diffWordsWithSpace } from 'diff'
import { useMemo } from 'react'
import { Said } from '@/components/dataset/view/messages'
import { VisibleText } from '@/components/dataset/view/shown-text'
import { useLocale } from '@/components/locale'
import { cx } from '@/components/ui/cx'

/** Longer answers are shown without marks, and so are those whose comparison takes too long. */
const MOST_COMPARED = 20_000
const COMPARE_MS = 300

const sides = {
  chosen: { mark: 'bg-good-soft text-ink underline decoration-good decoration-2 underline-offset-2', head: 'text-good' },
  rejected: { mark: 'bg-danger-soft text-ink underline decoration-danger decoration-wavy underline-offset-2', head: 'text-danger' },
} as const

export function Pair({ chosen, rejected }: { chosen: string; rejected: string }) {
  const { t } = useLocale()
  const parts = useMemo(
    () => (chosen.length + rejected.length > MOST_COMPARED ? undefined : diffWordsWithSpace(rejected, chosen, { timeout: COMPARE_MS })),
    [chosen, rejected],
  )
  const words = t.ui.view
  const side = (which: keyof typeof sides, text: string) => (
    <section aria-label={words[which]} className="min-w-0 rounded-lg border border-line bg-surface px-3 py-2">
      <h3 className={cx('text-2xs font-medium', sides[which].head)}>{words[which]}</h3>
      <Said text={text}>
        {text !== '' && parts?.filter((part) => !(which === 'chosen' ? part.removed : part.added)).map((part, index) =>
          part.added || part.removed ? <mark key={index} className={sides[which].mark}><VisibleText text={part.value} /></mark> : <VisibleText key={index} text={part.value} />,
        ) || undefined}
      </Said>
    </section>
  )
  return (
    <div>
      <div className="grid gap-2 sm:grid-cols-2">
        {side('chosen', chosen)}
        {side('rejected', rejected)}
      </div>
      <p className="mt-1 text-2xs text-ink-faint">{parts ? words.only_here : words.no_marks}</p>
    </div>
  )
}
