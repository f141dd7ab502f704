/**
 * How a browser holds the list of runs, and how news is joined to it: only runs that changed travel, and a browser that comes back gets what it lacks.
 * Pure; the server's half is `server/runs/run-changes`.
 */
import { z } from 'zod'
import type { RunSummary } from '@/lib/run'

/** How far a browser has read. `life` names one life of the server: revisions are comparable only within it. */
export const listPositionSchema = z.strictObject({ life: z.string().max(64), revision: z.number().int().min(0) })
export type ListPosition = z.infer<typeof listPositionSchema>

export interface ListNews extends ListPosition {
  /** What happened after this revision; 0: the whole list. */
  from: number
  changed: RunSummary[]
  /** Ids of runs that are there no more. */
  gone: string[]
}

export interface HeldList {
  position: ListPosition | null
  /** The newest first; null until the server has told them. */
  runs: RunSummary[] | null
}

export const emptyHeldList: HeldList = { position: null, runs: null }

/** The reader's list after `news`, in which runs that did not change are the same objects; null where the reader lacks more than the news tells. */
export function joinNews({ position, runs }: HeldList, { life, revision, from, changed, gone }: ListNews): HeldList | null {
  const lacking = from > 0 && (position?.life !== life || position.revision < from)
  if (lacking) return null
  const news = new Map(changed.map((run) => [run.id, run]))
  const left = new Set(gone)
  const kept = from === 0 || runs === null ? [] : runs.filter(({ id }) => !left.has(id) && !news.has(id))
  return { position: { life, revision }, runs: [...changed, ...kept].sort((a, b) => (b.started_at ?? 0) - (a.started_at ?? 0)) }
}
