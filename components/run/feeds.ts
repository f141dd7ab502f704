/**
 * The records, curves and log text of the runs that the page follows, outside React. Holds the last few runs, so that going back and forth asks only for
 * what is new; listeners hear of news at once, but not more often than eyes can follow.
 */
import { atEachConnect, type BoardSocket } from '@/components/socket'
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
export const emptyFeed: Feed = { ...emptyHeldRun, curves: noCurves, newest: {}, ready: false, fault: null }
const feeds = new Map<string, Feed>()
const followed = new Map<string, { followers: number; end: () => void }>()
/** As the page draws them: all of one moment, until the next announcement. */
let shown: ReadonlyMap<string, Feed> = new Map()
const listeners = new Set<() => void>()
/** Between two drawings of a run, in ms; and how much longer for what else the browser has to do, as the drawing before. */
const PACE_MS = 60
const PATIENCE_MS = 250
let waiting = false
let announced = -Infinity

const whenIdle = (work: () => void) => ('requestIdleCallback' in globalThis ? requestIdleCallback(work, { timeout: PATIENCE_MS }) : setTimeout(work))

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
    if (!followed.has(old)) feeds.delete(old)
  }
  announce()
}

/** False where the tail does not go on from what is held. */
function join(id: string, tail: RunTail): boolean {
  const held = feeds.get(id) ?? emptyFeed
  const grows = tail.from_record > 0 && tail.from_record === held.records.length
  const joined = joinTail(held, tail)
  if (joined === null) return false
  const fresh = grows ? tail.records : joined.records
  const [curves, newest] = grows ? [held.curves, held.newest] : [noCurves, {}]
  keep(id, { ...joined, curves: withRecords(curves, fresh), newest: Object.assign({}, newest, ...fresh), ready: true, fault: null })
  return true
}

/** Watches a run at the server, through reconnections too; the answer ends that. */
function watch(socket: BoardSocket, id: string): () => void {
  const hear = (tail: RunTail) => join(id, tail) || ask()
  const ask = () => socket.emit('watch', id, feeds.get(id)?.position ?? null, (reply) => {
    if (reply.ok) hear(reply.value)
    else keep(id, { ...emptyFeed, ready: true, fault: reply.fault })
  })
  const onTail = (of: string, tail: RunTail) => of === id && hear(tail)
  socket.on('tail', onTail)
  const leave = atEachConnect(socket, ask)
  return () => {
    leave()
    socket.off('tail', onTail)
    if (socket.connected) socket.emit('unwatch', id)
  }
}

/** Follows a run for one more part of the page, until the answer is called; the server knows only whether anyone does. */
export function follow(socket: BoardSocket, id: string): () => void {
  const following = followed.get(id) ?? { followers: 0, end: watch(socket, id) }
  followed.set(id, following)
  following.followers++
  return () => {
    if (--following.followers > 0) return
    followed.delete(id)
    following.end()
  }
}

export const shownFeed = (id: string): Feed => shown.get(id) ?? emptyFeed

export function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
