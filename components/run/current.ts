'use client'
/** Which run the page shows: the one in the address, else the one this tab looked at last. */
import { createStore } from '@/components/store'
import { recall, remember } from '@/components/stored'

const storageKey = 'tuneboard.run'

export const currentRun = createStore<string | null>(null)

export function showRun(id: string | null): void {
  currentRun.set(id)
  remember(storageKey, id)
  if (window.location.pathname !== '/') return
  window.history.replaceState(null, '', id === null ? '/' : runHref(id))
}

export const runHref = (id: string): string => `/?run=${encodeURIComponent(id)}`

/** Called when the Train screen appears. */
export function recallRun(): void {
  const asked = new URLSearchParams(window.location.search).get('run')
  const stored = recall(storageKey)
  const id = asked ?? (typeof stored === 'string' ? stored : null)
  if (id !== null) showRun(id)
}
