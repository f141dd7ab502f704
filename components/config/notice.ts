'use client'
/** One thing that was done to the whole form, in a sentence, and the form as it was before. Changing a field by hand takes the offer to undo away. */
import { draft, touched, type Draft } from '@/components/config/draft'
import { createStore } from '@/components/store'

export const notice = createStore<{ text: string; before: Draft; after: Draft } | null>(null)

export function replaceDraft(next: (now: Draft) => Draft, text: string): void {
  const before = draft.get()
  const after = next(before)
  draft.set(after)
  touched.set(new Set(Object.keys(after.args)))
  notice.set({ text, before, after })
}

export function undo(): void {
  const said = notice.get()
  if (said) draft.set(said.before)
  notice.set(null)
}

draft.subscribe(() => {
  const said = notice.get()
  if (said && draft.get() !== said.after) notice.set(null)
})
