'use client'
/** Which evaluation the screen shows: the one in the address, else the one this tab looked at last. */
import { createStore } from '@/components/store'
import { recall, remember } from '@/components/stored'

const storageKey = 'tuneboard.evaluation'

export const currentEvaluation = createStore<string | null>(null)

export const evaluationHref = (id: string): string => `/evaluate?run=${encodeURIComponent(id)}`

export function showEvaluation(id: string): void {
  currentEvaluation.set(id)
  remember(storageKey, id)
  if (window.location.pathname === '/evaluate') window.history.replaceState(null, '', evaluationHref(id))
}

/** Called when the screen appears. */
export function recallEvaluation(): void {
  const asked = new URLSearchParams(window.location.search).get('run')
  const stored = recall(storageKey)
  const id = asked ?? (typeof stored === 'string' ? stored : null)
  if (id !== null) showEvaluation(id)
}
