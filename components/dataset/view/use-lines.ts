'use client'
/** The table's lines by row number, fetched for the rows that are in sight and kept. */
import { useEffect, useRef, useState } from 'react'
import { call } from '@/components/call'
import type { Place } from '@/components/dataset/view/place'
import type { RowLine } from '@/lib/dataset-view'
import type { Fault } from '@/lib/errors'

/** While a person scrolls fast, what flies by is not asked for. */
const SETTLE_MS = 40
/** As many as one question may name. */
const MOST = 200

export interface Lines {
  line: (row: number) => RowLine | undefined
  fault: Fault | null
}

export function useLines(place: Place, wanted: readonly number[]): Lines {
  const kept = useRef(new Map<number, RowLine>())
  const [, redraw] = useState(0)
  const [fault, setFault] = useState<Fault | null>(null)
  const missing = wanted.filter((row) => !kept.current.has(row)).slice(0, MOST)
  const asked = JSON.stringify(missing)
  const { dataset_dir, dataset } = place
  useEffect(() => {
    if (asked === '[]') return
    const controller = new AbortController()
    const fetch = async () => {
      const reply = await call('view_lines', { dataset_dir, dataset, rows: JSON.parse(asked) as number[] }, controller.signal)
      if (controller.signal.aborted) return
      if (reply.ok) for (const line of reply.value.lines) kept.current.set(line.row, line)
      setFault(reply.ok ? null : reply.fault)
      redraw((times) => times + 1)
    }
    const timer = setTimeout(() => fetch().catch((error: unknown) => !controller.signal.aborted && setFault(unknown(error))), SETTLE_MS)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [dataset_dir, dataset, asked])
  return { line: (row) => kept.current.get(row), fault }
}

const unknown = (error: unknown): Fault => ({ code: 'internal', values: { problem: String(error) } })
