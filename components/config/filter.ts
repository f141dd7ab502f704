'use client'
/** What the person looks for among the settings; forgotten with the page. */
import { createStore } from '@/components/store'

export const filter = createStore({ query: '', only_changed: false })

/** A control that a person asked for by its name: what folds it away opens. */
export const sought = createStore<string | null>(null)
