'use client'
/**
 * The records, curves and log text of the runs that the page follows. Holds the last few runs, so that going back and forth asks only for what
 * is new; listeners hear of news at once, but not more often than eyes can follow.
 */
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { atEachConnect, useSocket, type BoardSocket } from '@/components/socket'
import type { Fault } from '@/lib/errors'
import { noCurves, withRecords, type Curves } from '@/lib/curves'
import type { LogRecord } from '@/lib/run'
import { emptyHeldRun, joinTail, type HeldRun, type RunTail } from '@/lib/run-tail'

export interface Feed extends HeldRun {
  curves: Curves
  /** Of each field its newest value: an evaluation's line has no loss, a training step's no eval_loss. */
  newest: Partial<LogRecord>
  /** False until the server has answered once. */
  ready: boolean
  fault: Fault | null
}

/** Runs that are kept when nobody follows them any more. */
const KEPT = 12
const empty: Feed = { ...emptyHeldRun, curves: noCurves, newest: {}, ready: false, fault: null }
const feeds = new Map<string, Feed>()
/** As the page draws them: all of one moment, until the next announcement. */
let shown: ReadonlyMap<string, Feed> = new Map()
const listeners = new Set<() => void>()
/** Between two drawings of a run, in ms; and how much longer for what else the browser has to do, as the drawing before. */
const PACE_MS = 60
const PATIENCE_MS = 250
let waiting = false
let announced = -Infinity

const whenIdle = (work: () => void) => ('requestIdleCallback' in window ? requestIdleCallback(work, { timeout: PATIENCE_MS }) : setTimeout(work))

function announce() {
  if (waiting) return
  waiting = true
  setTimeout(() => whenIdle(() => {
    waiting = false
    announced = performance.now()
    shown = new Map(feeds)
    for (const listener of listeners) listener()
  }), Math.max(0, announced + PACE_MS - performance.now()))
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
  const held = feeds.get(id) ?? empty
  const grows = tail.from_record > 0 && tail.from_record === held.records.length
  const joined = joinTail(held, tail)
  const fresh = grows ? tail.records : joined.records
  const [curves, newest] = grows ? [held.curves, held.newest] : [noCurves, {}]
  keep(id, { ...joined, curves: withRecords(curves, fresh), newest: Object.assign({}, newest, ...fresh), ready: true, fault: null })
}

function watch(socket: BoardSocket, id: string) {
  socket.emit('watch', id, feeds.get(id)?.position ?? null, (reply) => {
    if (reply.ok) join(id, reply.value)
    else keep(id, { ...empty, ready: true, fault: reply.fault })
  })
}

/** Follows runs while the component is there, through reconnections too. */
function useWatch(ids: readonly string[]): void {
  const { socket } = useSocket()
  const wanted = ids.join('\n')
  useEffect(() => {
    if (!socket || wanted === '') return
    const followed = wanted.split('\n')
    const ask = () => followed.forEach((id) => watch(socket, id))
    const onTail = (of: string, tail: RunTail) => followed.includes(of) && join(of, tail)
    socket.on('tail', onTail)
    const leave = atEachConnect(socket, ask)
    return () => {
      leave()
      socket.off('tail', onTail)
      if (socket.connected) followed.forEach((id) => socket.emit('unwatch', id))
    }
  }, [socket, wanted])
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useFeed(id: string): Feed {
  useWatch([id])
  return useSyncExternalStore(subscribe, () => shown.get(id) ?? empty, () => empty)
}

/** Several runs at once, in the order of their ids; the same array until one of them has news. */
export function useFeeds(ids: readonly string[]): readonly Feed[] {
  useWatch(ids)
  const last = useRef<readonly Feed[]>([])
  return useSyncExternalStore(
    subscribe,
    () => {
      const now = ids.map((id) => shown.get(id) ?? empty)
      const same = now.length === last.current.length && now.every((feed, index) => feed === last.current[index])
      return same ? last.current : (last.current = now)
    },
    () => last.current,
  )
}
