'use client'
/**
 * A text of a dataset, as it is: what would be invisible or turn the line around (control and direction characters) stands there by its code, and a very
 * long text comes in parts.
 */
import { useState } from 'react'
import { useLocale } from '@/components/locale'
import { Button } from '@/components/ui/button'
import { count } from '@/lib/format'
import { hiddenRuns } from '@/lib/hidden-characters'
import { fill } from '@/lib/messages/text'

/** Shown at first; each request for more shows five times as much. */
const FIRST_LENGTH = 20_000

export function ShownText({ text }: { text: string }) {
  const { t, locale } = useLocale()
  const [length, setLength] = useState(FIRST_LENGTH)
  return (
    <>
      <VisibleText text={text.length > length ? text.slice(0, length) : text} />
      {text.length > length && (
        <>
          {' … '}
          <Button size="sm" onClick={() => setLength(length * 5)}>
            {fill(t.ui.view.more_text, { count: count(text.length, locale) })}
          </Button>
        </>
      )}
    </>
  )
}

/** Without a limit, for texts that are short already. */
export function VisibleText({ text }: { text: string }) {
  const { t } = useLocale()
  return hiddenRuns(text).map((run, index) =>
    typeof run === 'string' ? (
      run
    ) : (
      <span key={index} title={fill(t.ui.view.character, { code: run.code })} className="rounded-sm bg-warn-soft px-0.5 font-mono text-2xs text-warn">
        {run.times > 1 ? `${run.code}×${run.times}` : run.code}
      </span>
    ),
  )
}
