'use client'
/** A dataset's statistics as they grow: asked for again until all rows were looked at, or until a person stops it. */
import { useEffect, useState } from 'react'
import { call } from '@/components/call'
import type { Place } from '@/components/dataset/view/place'
import type { Statistics } from '@/lib/dataset-view'
import type { Fault } from '@/lib/errors'
import type { Reply } from '@/lib/events'

export interface Watched {
  statistics: Statistics | null
  fault: Fault | null
  going: boolean
  stop: () => void
  goOn: () => void
}

export function useStatistics({ dataset_dir, dataset }: Place, settings: Record<string, unknown>): Watched {
  const [reply, setReply] = useState<Reply<Statistics> | null>(null)
  const [stopped, setStopped] = useState(false)
  const asked = JSON.stringify({ dataset_dir, dataset, settings })
  useEffect(() => setReply(null), [asked])
  useEffect(() => {
    if (stopped) return
    const controller = new AbortController()
    watch(asked, controller.signal, setReply).catch((error: unknown) => {
      if (!controller.signal.aborted) throw error
    })
    return () => controller.abort()
  }, [asked, stopped])
  const statistics = reply?.ok ? reply.value : null
  const going = !stopped && (reply === null || (reply.ok && !reply.value.done))
  return { statistics, fault: reply && !reply.ok ? reply.fault : null, going, stop: () => setStopped(true), goOn: () => setStopped(false) }
}

async function watch(asked: string, signal: AbortSignal, show: (reply: Reply<Statistics>) => void): Promise<void> {
  for (let going = true; going; ) {
    const reply: Reply<Statistics> = await call('view_statistics', JSON.parse(asked) as Place & { settings: Record<string, unknown> }, signal)
    if (signal.aborted) return
    show(reply)
    going = reply.ok && !reply.value.done
  }
}
