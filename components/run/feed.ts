'use client'
/** Parts of the page that show a run's records follow it while they are there. */
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { emptyFeed, follow, shownFeed, subscribe, type Feed } from '@/components/run/feeds'
import { useSocket } from '@/components/socket'

function useFollow(ids: readonly string[]): void {
  const { socket } = useSocket()
  const wanted = ids.join('\n')
  useEffect(() => {
    if (!socket || wanted === '') return
    const leave = wanted.split('\n').map((id) => follow(socket, id))
    return () => leave.forEach((end) => end())
  }, [socket, wanted])
}

export function useFeed(id: string): Feed {
  useFollow([id])
  return useSyncExternalStore(subscribe, () => shownFeed(id), () => emptyFeed)
}

/** Several runs at once, in the order of their ids; the same array until one of them has news. */
export function useFeeds(ids: readonly string[]): readonly Feed[] {
  useFollow(ids)
  const last = useRef<readonly Feed[]>([])
  return useSyncExternalStore(
    subscribe,
    () => {
      const now = ids.map(shownFeed)
      const same = now.length === last.current.length && now.every((feed, index) => feed === last.current[index])
      return same ? last.current : (last.current = now)
    },
    () => last.current,
  )
}
