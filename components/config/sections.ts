'use client'
/** Which sections of the settings a person opened or closed; remembered by this browser, as the form is. What opened by itself, for a fault or a search, is not. */
import { z } from 'zod'
import { createStore } from '@/components/store'
import { recall, remember } from '@/components/stored'

const storageKey = 'tuneboard.sections'
const storedSchema = z.record(z.string(), z.boolean())

/** By the section's id; one that nobody touched is not in it. */
export const sections = createStore<Readonly<Record<string, boolean>>>({})

export function setSection(id: string, open: boolean): void {
  sections.set((now) => ({ ...now, [id]: open }))
  remember(storageKey, sections.get())
}

/** Called when the settings appear. */
export function recallSections(): void {
  const stored = storedSchema.safeParse(recall(storageKey))
  if (stored.success) sections.set(stored.data)
}
