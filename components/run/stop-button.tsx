'use client'
/** Stops a run: its own window's at once, another's after a question. */
import Square from 'lucide-react/icons/square'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { useLocale } from '@/components/locale'
import { Button } from '@/components/ui/button'
import { isOwn } from '@/components/window'
import { fill } from '@/lib/messages/text'
import type { RunSummary } from '@/lib/run'

const Confirm = dynamic(() => import('@/components/ui/confirm').then((module) => module.Confirm), { ssr: false })

interface StopButtonProps {
  run: RunSummary
  size: 'sm' | 'md'
  busy: boolean
  onStop: () => void
}

export function StopButton({ run, size, busy, onStop }: StopButtonProps) {
  const { t } = useLocale()
  const [asking, setAsking] = useState(false)
  const words = t.ui.run_page
  const stopping = run.status === 'stopping'
  const own = isOwn(run.started_by)
  return (
    <>
      <Button intent="danger" size={size} data-shortcut="stop" data-run={run.name} data-asks={!own} disabled={busy || stopping} onClick={() => (own ? onStop() : setAsking(true))}>
        <Square aria-hidden className="size-3 fill-current" />
        {stopping ? t.ui.run.stopping : t.ui.run.stop}
      </Button>
      {asking && (
        <Confirm
          open
          onOpenChange={setAsking}
          title={words.stop_other_title}
          body={run.started_by ? fill(words.stop_other_window, { browser: run.started_by.browser }) : words.stop_other_terminal}
          action={t.ui.run.stop}
          cancel={t.ui.cancel}
          onConfirm={onStop}
        />
      )}
    </>
  )
}
