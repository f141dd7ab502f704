'use client'
/** A value outside React with subscribers: parts of the page read what they need of it and are drawn again only when that changes. */
import { useSyncExternalStore } from 'react'

export interface Store<T> {
  get: () => T
  set: (next: T | ((previous: T) => T)) => void
  subscribe: (listener: () => void) => () => void
}

export function createStore<T>(initial: T): Store<T> {
  let value = initial
  const listeners = new Set<() => void>()
  return {
    get: () => value,
    set: (next) => {
      const made = typeof next === 'function' ? (next as (previous: T) => T)(value) : next
      if (made === value) return
      value = made
      for (const listener of listeners) listener()
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** `select` must return the same object for the same state (a part of it, not a new one). */
export function useStore<T, S>(store: Store<T>, select: (value: T) => S, server?: S): S {
  return useSyncExternalStore(
    store.subscribe,
    () => select(store.get()),
    () => server ?? select(store.get()),
  )
}
