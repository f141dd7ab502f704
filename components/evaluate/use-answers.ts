'use client'
/** The answers of an evaluation: which there are, asked again while more come, and what those in sight say, fetched and kept. */
import { useEffect, useRef, useState } from 'react'
import { call } from '@/components/call'
import { useCall } from '@/components/use-call'
import type { Fault } from '@/lib/errors'
import type { PredictionOrder, PredictionRow } from '@/lib/predictions'
import type { RunSummary } from '@/lib/run'

/** While a person scrolls fast, what flies by is not asked for. */
const SETTLE_MS = 40
/** As many as one question may name. */
const MOST = 100

/** Places in order; the old ones stay until the new ones are there. */
export function useList(run: RunSummary, query: string, order: PredictionOrder): { total: number; rows: readonly number[]; fault: Fault | null } {
  const { reply, again } = useCall('predictions', { id: run.id, query, order })
  const held = useRef<{ total: number; rows: readonly number[] }>({ total: 0, rows: [] })
  useEffect(again, [again, run.step, run.status])
  if (reply?.ok) held.current = reply.value
  return { ...held.current, fault: reply && !reply.ok ? reply.fault : null }
}

/** A row that the base model may still answer is asked for again as the run goes on. */
export function useRows(run: RunSummary, wanted: readonly number[]): { row: (place: number) => PredictionRow | undefined; fault: Fault | null } {
  const kept = useRef(new Map<number, PredictionRow & { step: number }>())
  const [, redraw] = useState(0)
  const [fault, setFault] = useState<Fault | null>(null)
  const stale = (place: number) => {
    const found = kept.current.get(place)
    return found === undefined || (found.base === null && found.step !== run.step)
  }
  const asked = JSON.stringify(wanted.filter(stale).slice(0, MOST))
  const { id, step } = run
  useEffect(() => {
    if (asked === '[]') return
    const controller = new AbortController()
    const fetch = async () => {
      const reply = await call('prediction_rows', { id, rows: JSON.parse(asked) as number[] }, controller.signal)
      if (controller.signal.aborted) return
      if (reply.ok) for (const row of reply.value) kept.current.set(row.place, { ...row, step })
      setFault(reply.ok ? null : reply.fault)
      redraw((times) => times + 1)
    }
    const timer = setTimeout(() => fetch().catch((error: unknown) => !controller.signal.aborted && setFault({ code: 'internal', values: { problem: String(error) } })), SETTLE_MS)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [id, asked, step])
  return { row: (place) => kept.current.get(place), fault }
}
