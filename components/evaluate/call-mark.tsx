'use client'
/** How a tool call or a question asked back was judged: a sign in a line, words beside an answer. */
import Check from 'lucide-react/icons/check'
import X from 'lucide-react/icons/x'
import { useLocale } from '@/components/locale'
import { cx } from '@/components/ui/cx'
import type { CallVerdict } from '@/lib/metrics/tool-calls'
import type { Messages } from '@/lib/messages/en'

type Verdict = keyof Messages['ui']['evaluate']['verdicts']

function verdictOf(call: CallVerdict): Verdict {
  if (call.kind === 'question') return call.asked ? 'asked' : 'not_asked'
  if (!call.json) return 'json'
  return call.arguments ? 'right' : call.name ? 'arguments' : 'name'
}

const good: ReadonlySet<Verdict> = new Set(['right', 'asked'])

export function CallMark({ call, spelled = false }: { call: CallVerdict | null; spelled?: boolean }) {
  const { t } = useLocale()
  if (call === null) return null
  const verdict = verdictOf(call)
  const Sign = good.has(verdict) ? Check : X
  const words = t.ui.evaluate.verdicts[verdict]
  return (
    <span className={cx('inline-flex shrink-0 items-center gap-1 text-xs', good.has(verdict) ? 'text-good' : 'text-danger')} title={words}>
      <Sign role={spelled ? undefined : 'img'} aria-label={spelled ? undefined : words} aria-hidden={spelled || undefined} className="size-3.5" />
      {spelled && words}
    </span>
  )
}
