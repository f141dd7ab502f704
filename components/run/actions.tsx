'use client'
/** What can be done with a run now: stop, kill when a stop hangs, withdraw, resume, chat. What cannot be done is not shown. */
import MessageSquare from 'lucide-react/icons/message-square'
import Play from 'lucide-react/icons/play'
import dynamic from 'next/dynamic'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { call } from '@/components/call'
import { wishChat } from '@/components/chat/wish'
import { useLocale } from '@/components/locale'
import { canResume, isActive } from '@/components/run/status'
import { StopButton } from '@/components/run/stop-button'
import { Button } from '@/components/ui/button'
import { thisWindow } from '@/components/window'
import type { Fault } from '@/lib/errors'
import { fill } from '@/lib/messages/text'
import type { RunSummary } from '@/lib/run'

const KillButton = dynamic(() => import('@/components/run/kill-button').then((module) => module.KillButton), { ssr: false })

/** A checkpoint of a large model takes a while to write; only then does a stop look hung. */
const HUNG_AFTER_MS = 10_000

/** True once `status` has been `stopping` for longer than a stop should take. */
function useHung(stopping: boolean): boolean {
  const [hung, setHung] = useState(false)
  useEffect(() => {
    if (!stopping) {
      setHung(false)
      return
    }
    const timer = setTimeout(() => setHung(true), HUNG_AFTER_MS)
    return () => clearTimeout(timer)
  }, [stopping])
  return hung
}

type Deed = 'stop' | 'kill' | 'withdraw' | 'resume'

export function RunActions({ run, onFault, size = 'md' }: { run: RunSummary; onFault: (fault: Fault | null) => void; size?: 'sm' | 'md' }) {
  const { t } = useLocale()
  const router = useRouter()
  const [busy, setBusy] = useState<Deed | null>(null)
  const hung = useHung(run.status === 'stopping')
  const words = t.ui.run
  const act = async (deed: Deed) => {
    setBusy(deed)
    const reply = deed === 'resume' ? await call(deed, { id: run.id, by: thisWindow() }) : await call(deed, { id: run.id })
    setBusy(null)
    onFault(reply.ok ? null : reply.fault)
  }
  return (
    <>
      {isActive(run.status) && (
        <StopButton run={run} size={size} busy={busy === 'stop'} onStop={() => void act('stop')} />
      )}
      {hung && <KillButton size={size} onConfirm={() => act('kill')} />}
      {run.status === 'queued' && (
        <Button size={size} disabled={busy !== null} onClick={() => act('withdraw')}>
          {words.withdraw}
        </Button>
      )}
      {canResume(run) && (
        <Button size={size} disabled={busy !== null} onClick={() => act('resume')}>
          <Play aria-hidden className="size-3 fill-current" />
          {words.resume}
        </Button>
      )}
      {run.weights !== null && !isActive(run.status) && (
        <Button
          size={size}
          aria-label={fill(words.chat_with, { name: run.name })}
          onClick={() => {
            wishChat(run.id)
            router.push('/chat')
          }}
        >
          <MessageSquare aria-hidden className="size-3.5" />
          {words.chat}
        </Button>
      )}
    </>
  )
}
