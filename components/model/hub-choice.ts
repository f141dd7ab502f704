'use client'
/** The hub that models are fetched from, as this browser remembers it. */
import { createStore } from '@/components/store'
import { recall, remember } from '@/components/stored'
import { hubNames, type HubName } from '@/lib/hub/hub'

const key = 'tuneboard.hub'

export const hubChoice = createStore<HubName>('huggingface')

/** Brings back what was chosen, and keeps it from then on. */
export function keepHub(): () => void {
  const stored = recall(key)
  hubChoice.set((now) => hubNames.find((name) => name === stored) ?? now)
  return hubChoice.subscribe(() => remember(key, hubChoice.get()))
}
