'use client'
/** The followed run in one line, for screens too narrow to keep its pane in sight. */
import { useState } from 'react'
import { useLocale } from '@/components/locale'
import { RunActions } from '@/components/run/actions'
import { Progress } from '@/components/run/progress'
import { useRun } from '@/components/run/runs'
import { isActive, StatusChip } from '@/components/run/status'
import { Message } from '@/components/ui/message'
import type { Fault } from '@/lib/errors'

export function RunStrip({ id }: { id: string }) {
  const { t, say } = useLocale()
  const run = useRun(id)
  const [fault, setFault] = useState<Fault | null>(null)
  if (!run || !(isActive(run.status) || run.status === 'queued')) return null
  return (
    <div className="border-b border-line px-3 py-2 sm:px-4 xl:hidden">
      <div className="flex items-center gap-2">
        <a href="#run" className="flex min-w-0 flex-1 items-center gap-2 rounded-md">
          <StatusChip status={run.status} />
          <span className="tabular min-w-0 truncate text-xs text-ink-soft">
            {run.total_steps > 0 ? `${run.step} / ${run.total_steps}` : run.phase && t.ui.run.phases[run.phase]} · {run.name}
          </span>
        </a>
        <RunActions run={run} onFault={setFault} size="sm" />
      </div>
      <Progress run={run} className="mt-2" />
      {fault && <Message tone="danger" role="alert" className="mt-2">{say(fault)}</Message>}
    </div>
  )
}
