'use client'
/** Tells those who do not see the bar how far a run is: at each tenth of it, and never in between. */
import { useMemo } from 'react'
import { useLocale } from '@/components/locale'
import { isActive } from '@/components/run/status'
import { percent, shortNumber } from '@/lib/format'
import { fill } from '@/lib/messages/text'
import type { LogRecord, RunSummary } from '@/lib/run'

export function ProgressVoice({ run, newest }: { run: RunSummary; newest: Partial<LogRecord> }) {
  const { t, locale } = useLocale()
  const { current_steps = 0, loss } = newest
  const tenths = isActive(run.status) && run.total_steps > 0 ? Math.floor((current_steps / run.total_steps) * 10) : 0
  // Only a new tenth changes what is said, whatever the loss does meanwhile.
  const said = useMemo(() => (tenths === 0 || loss === undefined ? '' : fill(t.ui.run.said, { percent: percent(tenths / 10, locale), loss: shortNumber(loss) })), [tenths, t, locale])
  return <p role="status" className="sr-only">{said}</p>
}
