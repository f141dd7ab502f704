'use client'
/** The list of runs, followed while something on the page shows it. What was heard is kept, so that coming back asks only for what is new. */
import { useEffect } from 'react'
import { atEachConnect, useSocket, type BoardSocket } from '@/components/socket'
import { createStore, useStore } from '@/components/store'
import { emptyHeldList, joinNews, type HeldList, type ListNews } from '@/lib/run-news'
import type { RunSummary } from '@/lib/run'

export const heldList = createStore<HeldList>(emptyHeldList)
let followers = 0
let unfollow: () => void = () => undefined

/** Follows the list over a socket, through reconnections too, until the answer is called. */
export function followList(socket: BoardSocket): () => void {
  const ask = () => socket.emit('watch_runs', heldList.get().position, (reply) => reply.ok && join(reply.value))
  const join = (news: ListNews) => {
    const next = joinNews(heldList.get(), news)
    if (next === null) ask()
    else heldList.set(next)
  }
  socket.on('runs', join)
  const leave = atEachConnect(socket, ask)
  return () => {
    leave()
    socket.off('runs', join)
    if (socket.connected) socket.emit('unwatch_runs')
  }
}

function useFollow(): void {
  const { socket } = useSocket()
  useEffect(() => {
    if (!socket) return
    if (followers++ === 0) unfollow = followList(socket)
    return () => {
      if (--followers === 0) unfollow()
    }
  }, [socket])
}

/** The newest first; null until the server has told them. */
export function useRuns(): RunSummary[] | null {
  useFollow()
  return useStore(heldList, ({ runs }) => runs)
}

/** A run of the list by its id; null while it is not known. */
export function useRun(id: string | null): RunSummary | null {
  useFollow()
  return useStore(heldList, ({ runs }) => runs?.find((run) => run.id === id) ?? null)
}
