'use client'
/** Numbers of rows, asked for one dataset after the other while their lines are in sight: counting a large file takes the reader a while. */
import { useEffect, useState, type RefObject } from 'react'
import { call } from '@/components/call'
import { createStore, useStore } from '@/components/store'
import type { ApiResponse, DatasetEntry } from '@/lib/api'
import type { Fault } from '@/lib/errors'
import type { Reply } from '@/lib/events'

export type RowCount = Reply<ApiResponse<'dataset_rows'>>

const counts = createStore<Readonly<Record<string, RowCount>>>({})
const waiting = new Map<string, { dataset_dir: string; dataset: string }>()
let busy = false

/** A file that was changed is another one. */
export const countKey = (dataset_dir: string, { name, size, changed_at }: DatasetEntry): string => JSON.stringify([dataset_dir, name, size, changed_at])

export const useCounts = () => useStore(counts, (now) => now)

async function work(): Promise<void> {
  if (busy) return
  busy = true
  for (let next = waiting.entries().next().value; next; next = waiting.entries().next().value) {
    const [key, request] = next
    const reply = await call('dataset_rows', request)
    waiting.delete(key)
    counts.set((now) => ({ ...now, [key]: reply }))
  }
  busy = false
}

/** What is wrong with a dataset: by its entry, else by what counting its rows found. */
export const problemOf = (entry: DatasetEntry, count: RowCount | null): Fault | null => entry.problem ?? (count && !count.ok ? count.fault : null)

/** The rows of a dataset once its line has been in sight; null while they are not known. */
export function useRowCount(dataset_dir: string, entry: DatasetEntry, line: RefObject<HTMLElement | null>): RowCount | null {
  const key = countKey(dataset_dir, entry)
  const known = useStore(counts, (now) => now[key] ?? null)
  const [seen, setSeen] = useState(false)
  useEffect(() => {
    if (!line.current) return
    const observer = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && setSeen(true))
    observer.observe(line.current)
    return () => observer.disconnect()
  }, [line])
  const wanted = seen && known === null && entry.problem === null
  useEffect(() => {
    if (!wanted) return
    waiting.set(key, { dataset_dir, dataset: entry.name })
    void work()
    return () => void waiting.delete(key)
  }, [wanted, key, dataset_dir, entry.name])
  return known
}
