'use client'
/** What the person looks for among the settings; forgotten with the page. */
import { createStore } from '@/components/store'

export const filter = createStore({ query: '', only_changed: false })
