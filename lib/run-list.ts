/** The list of runs as a person wants it: searched, filtered, sorted. Pure. */
import { parseDuration } from '@/lib/format'
import type { RunStatus, RunSummary } from '@/lib/run'

export const stateFilters = ['all', 'active', 'queued', 'done', 'stopped', 'failed'] as const
export type StateFilter = (typeof stateFilters)[number]

const filterOf: Readonly<Record<RunStatus, StateFilter>> = {
  queued: 'queued', starting: 'active', running: 'active', stopping: 'active', stopped: 'stopped', done: 'done', failed: 'failed', lost: 'failed',
}

export const sorts = ['newest', 'name', 'loss', 'best', 'eval', 'duration', 'speed'] as const
export type Sort = (typeof sorts)[number]

export interface ListWish {
  words: string
  state: StateFilter
  /** Empty: every tag. */
  tag: string
  sort: Sort
  archived: boolean
}

/** Seconds that a run has trained, or has been going where its log does not say. */
export function durationOf({ last, started_at, updated_at }: RunSummary): number | null {
  const logged = last?.elapsed_time === undefined ? null : parseDuration(last.elapsed_time)
  return logged ?? (started_at !== null && updated_at !== null ? (updated_at - started_at) / 1000 : null)
}

/** When a run began, or else when it was last heard of. */
const age = (run: RunSummary) => run.started_at ?? run.updated_at ?? 0

/** Under way and waiting first, then the newest. */
function byAge(a: RunSummary, b: RunSummary): number {
  const rank = ({ status }: RunSummary) => (filterOf[status] === 'active' ? 0 : status === 'queued' ? 1 : 2)
  return rank(a) - rank(b) || (a.queue_position ?? 0) - (b.queue_position ?? 0) || age(b) - age(a)
}

/** By a number, small ones first; runs without it at the end. */
const by = (value: (run: RunSummary) => number | null | undefined) => (a: RunSummary, b: RunSummary) => (value(a) ?? Infinity) - (value(b) ?? Infinity) || byAge(a, b)

const orders: Readonly<Record<Sort, (a: RunSummary, b: RunSummary) => number>> = {
  newest: byAge,
  name: (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }) || byAge(a, b),
  loss: by(({ last }) => last?.loss),
  best: by(({ best_loss }) => best_loss),
  eval: by(({ best_eval_loss }) => best_eval_loss),
  duration: by((run) => -(durationOf(run) ?? -Infinity)),
  speed: by(({ last }) => (last?.throughput === undefined ? null : -last.throughput)),
}

const textOf = ({ id, name, model, finetuning_type, stage, datasets, tags, notes }: RunSummary): string =>
  [id, name, model, finetuning_type, stage, ...datasets, ...tags, notes].join('\n').toLowerCase()

export function pickRuns(runs: readonly RunSummary[], { words, state, tag, sort, archived }: ListWish): RunSummary[] {
  const parts = words.toLowerCase().split(/\s+/).filter(Boolean)
  const wanted = runs.filter(
    (run) => (archived || !run.archived) && (state === 'all' || filterOf[run.status] === state) && (tag === '' || run.tags.includes(tag)) && parts.every((part) => textOf(run).includes(part)),
  )
  return wanted.sort(orders[sort])
}

export const tagsOf = (runs: readonly RunSummary[]): string[] => [...new Set(runs.flatMap(({ tags }) => tags))].sort((a, b) => a.localeCompare(b))
