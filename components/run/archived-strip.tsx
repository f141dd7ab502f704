'use client'
/** Says that a run was archived, and takes that back: the run is out of sight at once, so the strip takes over the focus, at the foot of what is in sight. Stays until it is dismissed or its page is left. */
import { useEffect, useRef, useState } from 'react'
import { call } from '@/components/call'
import { useLocale } from '@/components/locale'
import { createStore, useStore } from '@/components/store'
import { Message } from '@/components/ui/message'
import type { Fault } from '@/lib/errors'
import { fill } from '@/lib/messages/text'
import type { RunSummary } from '@/lib/run'

interface Notice {
  id: string
  name: string
  /** Whether it is in the archive, or back from there. */
  archived: boolean
}

const notice = createStore<Notice | null>(null)

/** Called when a run's archiving has been told to the server. */
export const tellArchived = ({ id, name }: RunSummary): void => notice.set({ id, name, archived: true })

export function ArchivedStrip() {
  const { t, say } = useLocale()
  const said = useStore(notice, (now) => now)
  const [fault, setFault] = useState<Fault | null>(null)
  const region = useRef<HTMLDivElement>(null)
  useEffect(() => () => notice.set(null), [])
  useEffect(() => {
    if (said === null) return
    setFault(null)
    region.current?.querySelector('button')?.focus()
  }, [said])
  const takeBack = async ({ id, name }: Notice) => {
    const reply = await call('run_note', { id, change: { archived: false } })
    if (reply.ok) notice.set({ id, name, archived: false })
    else setFault(reply.fault)
  }
  return (
    <div ref={region} role="status" className={said ? 'sticky bottom-3 z-20' : 'absolute'}>
      {said && (
        <Message tone="note" className="mt-3 shadow-float">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span className="min-w-0 flex-1">{fill(said.archived ? t.ui.runs.was_archived : t.ui.runs.was_unarchived, { name: said.name })}</span>
            {said.archived && (
              <button type="button" className="rounded-sm font-medium text-accent hover:underline" onClick={() => void takeBack(said)}>
                {t.ui.form.undo}
              </button>
            )}
            <button type="button" className="rounded-sm text-ink-soft hover:underline" onClick={() => notice.set(null)}>
              {t.ui.form.dismiss}
            </button>
          </div>
          {fault && <p role="alert" className="mt-1 text-danger">{say(fault)}</p>}
        </Message>
      )}
    </div>
  )
}
