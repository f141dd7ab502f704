/**
 * All runs below `saves/`: finds them, follows the ones that go or are watched, and says what changed. It starts and stops nothing
 * (`jobs` does) and knows no sockets (`socket` does).
 */
import { existsSync, mkdirSync, readdirSync, watch, type FSWatcher } from 'node:fs'
import path from 'node:path'
import { UserError } from '@/lib/errors'
import { runFiles, type RunSummary } from '@/lib/run'
import type { ListNews, ListPosition } from '@/lib/run-news'
import type { RunPosition, RunTail } from '@/lib/run-tail'
import { isClosed, isExhausted, isMissing } from '@/server/files'
import { report, reporting } from '@/server/report'
import { openRunChanges } from '@/server/runs/run-changes'
import { isActive } from '@/server/runs/status'
import { openRunView, type RunPlace, type RunView } from '@/server/runs/run-view'

/** How often, in ms, the folders are searched for new runs, and the followed ones looked at should the system report no change. */
const scanEvery = 2000
const lookEvery = 150
/** Progress alone is told this often, in ms; a change of state at once. */
const progressEvery = 1000
const maxDepth = 6

export interface RunsEvents {
  runs(news: ListNews): void
  tail(id: string, tail: RunTail): void
}

export interface Runs {
  readonly saves: string
  list(): RunSummary[]
  /** What a reader of the list lacks who is at `have`. */
  news(have: ListPosition | null): ListNews
  has(id: string): boolean
  /** @throws UserError `run_missing` */
  get(id: string): RunSummary
  /** @throws UserError `run_missing` */
  view(id: string): RunView
  /** Looks at a run's folder now: it was made, removed, or its process ended. */
  refresh(id: string): void
  /** Follows a run for one more reader; what it lacks is the answer. */
  watch(id: string, have: RunPosition | null): RunTail
  unwatch(id: string): void
  close(): void
}

interface Entry {
  view: RunView
  summary: RunSummary
  watcher: FSWatcher | null
}

/** Ids of the run folders below `saves`; a run folder is not searched further, and one that is `known` not looked into again. */
function findRuns(folder: string, known: (id: string) => boolean, id = '', depth = 0): string[] {
  if (known(id)) return [id]
  let entries
  try {
    entries = readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    if (isMissing(error) || isClosed(error)) return []
    throw error
  }
  const isRun = entries.some(({ name }) => name === runFiles.args || name === runFiles.log || name === runFiles.state)
  if (isRun && id !== '') return [id]
  if (depth === maxDepth) return []
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
  return folders.flatMap(({ name }) => findRuns(path.join(folder, name), known, id === '' ? name : `${id}/${name}`, depth + 1))
}

const withoutProgress = ({ last, step, updated_at, best_loss, best_eval_loss, ...rest }: RunSummary): string => JSON.stringify(rest)

export function openRuns(home: string, placeOf: (id: string) => RunPlace, events: RunsEvents): Runs {
  const saves = path.join(home, 'saves')
  mkdirSync(saves, { recursive: true })
  const entries = new Map<string, Entry>()
  /** How many follow a run. By its id: they stay when the folder goes and another of that name comes. */
  const readers = new Map<string, number>()
  const unreadable = new Set<string>()
  const changes = openRunChanges()
  let told: ListPosition | null = null
  let telling: NodeJS.Timeout | null = null
  let tellAt = Infinity

  const list = () => [...entries.values()].map(({ summary }) => summary).sort((a, b) => (b.started_at ?? 0) - (a.started_at ?? 0))

  const tell = () => {
    const news = changes.since(told, list())
    told = { life: news.life, revision: news.revision }
    events.runs(news)
  }

  const tellWithin = (ms: number) => {
    const at = Date.now() + ms
    if (at >= tellAt) return
    tellAt = at
    if (telling !== null) clearTimeout(telling)
    telling = setTimeout(() => {
      ;[telling, tellAt] = [null, Infinity]
      tell()
    }, ms)
  }

  const isRead = ({ view }: Entry) => (readers.get(view.id) ?? 0) > 0

  const isFollowed = (entry: Entry) => isRead(entry) || isActive(entry.summary.status)

  const look = (entry: Entry) => {
    const news = entry.view.look()
    if (news !== null && isRead(entry)) events.tail(entry.view.id, news)
    summarize(entry)
  }

  /** A run whose files cannot be read is told of once, and holds up no other. */
  const attempt = (id: string, work: () => void) => {
    try {
      work()
      unreadable.delete(id)
    } catch (error) {
      if (isMissing(error)) return forget(id)
      if (!unreadable.has(id)) report(error)
      unreadable.add(id)
      entries.get(id)?.view.rest() // what was read half is read anew
    }
  }

  const tryLook = (entry: Entry) => attempt(entry.view.id, () => look(entry))

  /** The system's word of a change; where it gives none, be it that it watches too much already, the regular look does. */
  const startWatcher = (entry: Entry): FSWatcher | null => {
    try {
      return watcherOf(entry)
    } catch (error) {
      if (isExhausted(error)) return null
      throw error
    }
  }

  const watcherOf = (entry: Entry): FSWatcher => {
    const watcher = watch(entry.view.folder, { persistent: false }, reporting(() => entries.has(entry.view.id) && tryLook(entry)))
    watcher.on('error', () => watcher.close())
    return watcher
  }

  const settle = (entry: Entry) => {
    if (isFollowed(entry)) entry.watcher ??= startWatcher(entry)
    else {
      entry.watcher?.close()
      entry.watcher = null
      entry.view.rest()
    }
  }

  const summarize = (entry: Entry) => {
    const before = entry.summary
    entry.summary = entry.view.summary(placeOf(entry.view.id))
    const changed = withoutProgress(before) !== withoutProgress(entry.summary)
    if (changed || before.step !== entry.summary.step || before.last !== entry.summary.last) {
      changes.note(entry.view.id)
      tellWithin(changed ? 10 : progressEvery)
    }
    settle(entry)
  }

  const forget = (id: string) => {
    entries.get(id)?.watcher?.close()
    if (!entries.delete(id)) return
    changes.noteGone(id)
    tellWithin(10)
  }

  const add = (id: string) => {
    const view = openRunView(id, path.join(saves, ...id.split('/')))
    const entry: Entry = { view, summary: view.summary(placeOf(id)), watcher: null }
    entries.set(id, entry)
    settle(entry)
    changes.note(id)
    tellWithin(10)
  }

  const isKnown = (id: string) => existsSync(entries.get(id)?.view.folder ?? '')

  const scan = () => {
    const found = new Set(findRuns(saves, isKnown))
    for (const id of entries.keys()) if (!found.has(id)) forget(id)
    for (const id of found) {
      const entry = entries.get(id)
      if (entry === undefined) attempt(id, () => add(id))
      else if (!isFollowed(entry) && entry.view.isStale()) tryLook(entry)
    }
  }

  const entryOf = (id: string): Entry => {
    const entry = entries.get(id)
    if (entry === undefined) throw new UserError('run_missing', { id })
    return entry
  }

  const unwatch = (id: string) => {
    const left = (readers.get(id) ?? 0) - 1
    if (left > 0) readers.set(id, left)
    else readers.delete(id)
    const entry = entries.get(id)
    if (entry !== undefined) settle(entry)
  }

  scan()
  const timers = [
    setInterval(reporting(scan), scanEvery),
    setInterval(reporting(() => [...entries.values()].filter(isFollowed).forEach(tryLook)), lookEvery),
  ]
  return {
    saves,
    list,
    news: (have) => changes.since(have, list()),
    has: (id) => entries.has(id),
    get: (id) => entryOf(id).summary,
    view: (id) => entryOf(id).view,
    refresh(id) {
      const entry = entries.get(id)
      const folder = path.join(saves, ...id.split('/'))
      if (!existsSync(folder)) forget(id)
      else if (entry === undefined) add(id)
      else tryLook(entry)
    },
    watch(id, have) {
      const entry = entryOf(id)
      readers.set(id, (readers.get(id) ?? 0) + 1)
      tryLook(entry) // what other readers lack reaches them before this one joins them
      try {
        return entryOf(id).view.tailFrom(have)
      } catch (error) {
        unwatch(id)
        throw error
      }
    },
    unwatch,
    close() {
      timers.forEach(clearInterval)
      if (telling !== null) clearTimeout(telling)
      entries.forEach(({ watcher }) => watcher?.close())
    },
  }
}
