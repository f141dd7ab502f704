/** Which runs changed after which, so that a browser is told only of those it does not know as they are: the server's half of `lib/run-news`. */
import type { ListNews, ListPosition } from '@/lib/run-news'
import type { RunSummary } from '@/lib/run'

export interface RunChanges {
  note(id: string): void
  noteGone(id: string): void
  /** What a reader at `have` lacks; everything where it read from another life of the server. */
  since(have: ListPosition | null, list: readonly RunSummary[]): ListNews
}

export function openRunChanges(): RunChanges {
  const life = `${Date.now().toString(36)}-${process.pid}`
  const changed = new Map<string, number>()
  const gone = new Map<string, number>()
  let revision = 0
  return {
    note(id) {
      gone.delete(id)
      changed.set(id, ++revision)
    },
    noteGone(id) {
      changed.delete(id)
      gone.set(id, ++revision)
    },
    since(have, list) {
      const from = have?.life === life ? Math.min(have.revision, revision) : 0
      const left = from === 0 ? [] : [...gone].filter(([, at]) => at > from).map(([id]) => id)
      return { life, revision, from, changed: list.filter(({ id }) => (changed.get(id) ?? 0) > from), gone: left }
    },
  }
}
