'use client'
/** The end of the settings: what a start would do, what stands in its way, the command, and Start itself. Stays in sight on a phone. */
import Play from 'lucide-react/icons/play'
import SquareTerminal from 'lucide-react/icons/square-terminal'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { checks, shownFaults, useChecks } from '@/components/config/checks'
import { draft, touched } from '@/components/config/draft'
import { FaultFields } from '@/components/config/fault-fields'
import { focusFirstFault, launch } from '@/components/config/launch'
import { PlanLine } from '@/components/config/plan-line'
import { useLocale } from '@/components/locale'
import { currentRun } from '@/components/run/current'
import { FirstRunStrip } from '@/components/run/first-run'
import { RunStrip } from '@/components/run/run-strip'
import { useStore } from '@/components/store'
import { Button } from '@/components/ui/button'
import { Message } from '@/components/ui/message'
import { isKey } from '@/lib/config/fields'
import type { Fault } from '@/lib/errors'

const CommandDialog = dynamic(() => import('@/components/config/command-dialog').then((module) => module.CommandDialog), { ssr: false })

export function LaunchBar() {
  useChecks()
  const { t, say } = useLocale()
  const state = useStore(checks, (now) => now)
  const changed = useStore(touched, (now) => now)
  useStore(draft, (now) => now)
  const run = useStore(currentRun, (now) => now)
  const [fault, setFault] = useState<Fault | null>(null)
  const [busy, setBusy] = useState(false)
  const [showing, setShowing] = useState(false)
  const faults = shownFaults(state, changed)
  const loose = [...faults.filter(({ field }) => field === undefined || !(isKey(field) || field === 'extra_args')), ...(fault ? [fault] : [])]
  const start = async () => {
    setBusy(true)
    setFault(await launch())
    setBusy(false)
    focusFirstFault()
  }
  return (
    <div className="z-20 border-t border-line bg-surface max-xl:fixed max-xl:inset-x-0 max-xl:bottom-0 max-xl:shadow-float xl:shrink-0">
      <FirstRunStrip />
      {run !== null && <RunStrip id={run} />}
      <div className="flex flex-col gap-2 px-3 py-2 sm:px-4 xl:py-3">
        {loose.map((item) => (
          <Message key={item.code} tone="danger" role="alert">
            {say(item)}
          </Message>
        ))}
        {faults.length > loose.length ? (
          <FaultFields faults={faults.filter((item) => !loose.includes(item))} />
        ) : (
          <PlanLine />
        )}
        <div className="flex items-center gap-2">
          <Button onClick={() => setShowing(true)}>
            <SquareTerminal aria-hidden className="size-4" />
            {t.ui.train.preview_command}
          </Button>
          <Button intent="primary" data-shortcut="start" className="flex-1" disabled={busy} aria-busy={busy} onClick={start}>
            <Play aria-hidden className="size-3.5 fill-current" />
            {busy ? t.ui.train.starting : t.ui.train.start}
          </Button>
        </div>
      </div>
      {showing && <CommandDialog onClose={() => setShowing(false)} />}
    </div>
  )
}
