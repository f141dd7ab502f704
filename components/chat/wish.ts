'use client'
/** The run whose adapter a person asked to talk to on another screen; the chat screen takes it once. */
import { createStore } from '@/components/store'

export const chatWish = createStore<string | null>(null)
export const wishChat = (run: string): void => chatWish.set(run)
