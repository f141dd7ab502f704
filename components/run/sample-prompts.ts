'use client'
/** What a new run will be asked at its saves: kept by the browser like the form, sent with Start. */
import { createStore } from '@/components/store'
import { recall, remember } from '@/components/stored'
import { samplePromptsSchema } from '@/lib/run-samples'

const storageKey = 'tuneboard.sample_prompts'

const samplePrompts = createStore<string[]>([])

/** A question a line. */
export const promptsIn = (text: string): string[] => text.split('\n').map((line) => line.trim().slice(0, 2000)).filter(Boolean).slice(0, 5)

export function setSamplePrompts(prompts: string[]): void {
  samplePrompts.set(prompts)
  remember(storageKey, prompts)
}

let recalled = false

/** What is asked, the first time as the browser remembers it. */
export function currentSamplePrompts(): string[] {
  if (!recalled) {
    recalled = true
    const stored = samplePromptsSchema.safeParse(recall(storageKey))
    if (stored.success) samplePrompts.set(stored.data)
  }
  return samplePrompts.get()
}
