'use client'
/**
 * The records and log text of the run that the page follows. Holds the last few runs, so that going back and forth asks only for what
 * is new; listeners hear of news at most once per drawn frame.
 */
import { useEffect, useSyncExternalStore } from 'react'
import { useSocket, type BoardSocket } from '@/components/socket'
import type { Fault } from '@/lib/errors'
import { emptyHeldRun, joinTail, type HeldRun, type RunTail } from '@/lib/run-tail'

export interface Feed extends HeldRun {
  /** False until the server has answered once. */
  ready: boolean
  fault: Fault | null
}

const KEPT = 6
const empty: Feed = { ...emptyHeldRun, ready: false, fault: null }
const feeds = new Map<string, Feed>()
const listeners = new Set<() => void>()
let frame = 0

function announce() {
  if (frame !== 0) return
  frame = requestAnimationFrame(() => {
    frame = 0
    for (const listener of listeners) listener()
  })
}

function keep(id: string, feed: Feed) {
  feeds.delete(id)
  feeds.set(id, feed)
  for (const old of feeds.keys()) {
    if (feeds.size <= KEPT) break
    feeds.delete(old)
  }
  announce()
}

function join(id: string, tail: RunTail) {
  keep(id, { ...joinTail(feeds.get(id) ?? empty, tail), ready: true, fault: null })
}

function watch(socket: BoardSocket, id: string) {
  socket.emit('watch', id, feeds.get(id)?.position ?? null, (reply) => {
    if (reply.ok) join(id, reply.value)
    else keep(id, { ...empty, ready: true, fault: reply.fault })
  })
}

/** Follows `id` while the component is there, through reconnections too. */
export function useFeed(id: string | null): Feed {
  const { socket } = useSocket()
  useEffect(() => {
    if (!socket || id === null) return
    const ask = () => watch(socket, id)
    const onTail = (of: string, tail: RunTail) => of === id && join(id, tail)
    socket.on('connect', ask)
    socket.on('tail', onTail)
    if (socket.connected) ask()
    return () => {
      socket.off('connect', ask)
      socket.off('tail', onTail)
      if (socket.connected) socket.emit('unwatch', id)
    }
  }, [socket, id])
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => (id === null ? empty : (feeds.get(id) ?? empty)),
    () => empty,
  )
}
