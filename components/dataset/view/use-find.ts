'use client'
/** Rows that fit a search, as they are found: asked for piece by piece, so that hits show at once and nobody waits for the end. */
import { useEffect, useState } from 'react'
import { call } from '@/components/call'
import type { Place } from '@/components/dataset/view/place'
import type { FoundRows, RowFilter, RowWish } from '@/lib/dataset-view'
import type { Fault } from '@/lib/errors'
import type { Reply } from '@/lib/events'

export interface Wish {
  query: string
  filter: RowFilter
  language: string
}

export const noWish: Wish = { query: '', filter: 'all', language: 'zh' }

export const wishes = ({ query, filter }: Wish): boolean => query !== '' || filter !== 'all'

/** As the endpoints take it. */
export const rowWish = ({ query, filter, language }: Wish): RowWish => ({ query, filter, language: filter === 'language' ? language : null })

export interface Found {
  rows: readonly number[]
  /** Rows looked at, of all. */
  seen: number
  total: number
  going: boolean
  fault: Fault | null
}

const TYPING_MS = 250
const nothing: Found = { rows: [], seen: 0, total: 0, going: true, fault: null }

/** Null without a wish: every row is shown. */
export function useFind({ dataset_dir, dataset }: Place, wish: Wish, settings: Record<string, unknown>): { found: Found | null; stop: () => void } {
  const [found, setFound] = useState<Found | null>(null)
  const [stopper, setStopper] = useState<AbortController | null>(null)
  // Only the cut-off depends on the form.
  const asked = wishes(wish) ? JSON.stringify({ wish: rowWish(wish), settings: wish.filter === 'cut' ? settings : null }) : null
  useEffect(() => {
    setFound(asked === null ? null : nothing)
    if (asked === null) return
    const controller = new AbortController()
    setStopper(controller)
    const timer = setTimeout(() => {
      search({ dataset_dir, dataset }, asked, controller.signal, setFound).catch((error: unknown) => {
        if (!controller.signal.aborted) throw error
      })
    }, TYPING_MS)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [dataset_dir, dataset, asked])
  const stop = () => {
    stopper?.abort()
    setFound((now) => now && { ...now, going: false })
  }
  return { found, stop }
}

async function search(place: Place, asked: string, signal: AbortSignal, show: (found: Found) => void): Promise<void> {
  const question = JSON.parse(asked) as { wish: RowWish; settings: Record<string, unknown> | null }
  const rows: number[] = []
  for (let from: number | null = 1; from !== null; ) {
    const reply: Reply<FoundRows> = await call('view_find', { ...place, ...question, from }, signal)
    if (signal.aborted) return
    if (!reply.ok) return show({ rows, seen: from - 1, total: 0, going: false, fault: reply.fault })
    const { total, next }: FoundRows = reply.value
    for (const row of reply.value.rows) rows.push(row)
    show({ rows: [...rows], seen: next === null ? total : next - 1, total, going: next !== null, fault: null })
    from = next
  }
}
