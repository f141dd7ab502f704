/**
 * One run folder as the server sees it: its summary, and while somebody watches or it is going, its records and text. Everything is
 * read from the folder; nothing is kept that could not be read again. Which runs there are, and who is told, is in `runs`.
 */
import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { readYaml } from '@/lib/config/yaml'
import { parseDuration } from '@/lib/format'
import { answerFiles, runFiles, runStateSchema, type LogRecord, type RunState, type RunSummary } from '@/lib/run'
import type { RunPosition, RunTail } from '@/lib/run-tail'
import { isMissing, readIfThere, readJson } from '@/server/files'
import { isAlive } from '@/server/process'
import { openTail } from '@/server/runs/run-tail'
import { readNotes } from '@/server/runs/run-notes'
import { kindIn } from '@/server/runs/weights'
import { exitSchema, standing, type Exit, type Standing } from '@/server/runs/status'

/** The server's own file in a run folder: how the process ended. */
export const exitFile = 'exit.json'

/** What the queue and the workers know of a run. */
export interface RunPlace {
  queue_position: number | null
  launched_pid: number | null
  /** The process that was asked to stop, when one was. */
  stop_asked_pid: number | null
}

export interface RunView {
  readonly id: string
  readonly folder: string
  /** Reads what is new; null when nothing is. */
  look(): RunTail | null
  /** What a reader lacks who is at `have`, of what the last look found: what came since is for the next look to tell all readers. */
  tailFrom(have: RunPosition | null): RunTail
  /** Forgets records and text, not the summary; the next look reads them again. */
  rest(): void
  /** Whether the folder has changed since the last summary. */
  isStale(): boolean
  summary(place: RunPlace): RunSummary
  state(): RunState | null
}

type LogFacts = Pick<RunSummary, 'last' | 'best_loss' | 'best_eval_loss'>

const noFacts: LogFacts = { last: null, best_loss: null, best_eval_loss: null }

const lesser = (a: number | null, b: number | undefined): number | null => (b === undefined ? a : a === null ? b : Math.min(a, b))

/** The facts after further records: a log of a hundred thousand is not gone through again for each new one. */
function withRecords(facts: LogFacts, records: readonly LogRecord[]): LogFacts {
  let { last, best_loss, best_eval_loss } = facts
  for (const record of records) {
    // An evaluation is a line of its own, without the loss and the speed that the list shows beside it.
    last = { ...(record.loss === undefined ? last : null), ...record }
    best_loss = lesser(best_loss, record.loss)
    best_eval_loss = lesser(best_eval_loss, record.eval_loss)
  }
  return { last, best_loss, best_eval_loss }
}

function readState(folder: string): RunState | null {
  const parsed = runStateSchema.safeParse(readJson(path.join(folder, runFiles.state)))
  return parsed.success ? parsed.data : null
}

function readExit(folder: string): Exit | null {
  const parsed = exitSchema.safeParse(readJson(path.join(folder, exitFile)))
  return parsed.success ? parsed.data : null
}

function stamp(file: string): string {
  try {
    const { ino, size, mtimeMs } = statSync(file)
    return `${ino}:${size}:${mtimeMs}`
  } catch (error) {
    if (isMissing(error)) return '-'
    throw error
  }
}

const stepOf = (name: string) => Number(name.slice('checkpoint-'.length))

/** When a run began and was last heard of; of one without a state its log tells, as far as it can. */
function timesOf(folder: string, state: RunState | null, last: LogRecord | null): Pick<RunSummary, 'started_at' | 'updated_at'> {
  if (state !== null) return { started_at: state.started_at, updated_at: state.updated_at }
  const updated_at = statSync(path.join(folder, runFiles.log), { throwIfNoEntry: false })?.mtimeMs ?? null
  const took = parseDuration(last?.elapsed_time ?? '')
  return { started_at: updated_at === null || took === null ? null : updated_at - took * 1000, updated_at }
}

/** Names of a run's checkpoint folders, oldest first. */
export function checkpointsOf(folder: string): string[] {
  return readdirSync(folder).filter((name) => /^checkpoint-\d+$/.test(name)).sort((a, b) => stepOf(a) - stepOf(b))
}

/** `training_args.yaml` as text and values; null where there is none, or none that can be read. */
export function readArgs(folder: string): { text: string; values: Record<string, unknown> | null } | null {
  const text = readIfThere(path.join(folder, runFiles.args))
  if (text === null) return null
  const read = readYaml(text)
  return { text, values: read.ok ? read.values : null }
}

/** Names in a list or in one text with commas, as YAML has them. */
function namesIn(value: unknown): string[] {
  const found: unknown[] = typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value : []
  return found.map((name) => String(name).trim()).filter(Boolean)
}

/** Whether a run only evaluates: by its settings, or where a trainer has not written them, by what it left. */
function evaluates(args: Record<string, unknown> | null, names: readonly string[]): boolean {
  if (args !== null) return args.do_train !== true && (args.do_eval === true || args.do_predict === true)
  const left = (...files: string[]) => files.some((file) => names.includes(file))
  return left(runFiles.evalResults, runFiles.predictResults) && !left(runFiles.trainResults, runFiles.trainerState)
}

/** Model, method and name by the layout saves/<model>/<method>/<name>; what the path does not say, the arguments do. */
function identityOf(id: string, args: Record<string, unknown> | null, names: readonly string[]): Pick<RunSummary, 'kind' | 'predicts' | 'model' | 'finetuning_type' | 'stage' | 'name' | 'datasets'> {
  const parts = id.split('/')
  const told = (key: string, otherwise: string): string => (typeof args?.[key] === 'string' ? args[key] : otherwise)
  return {
    kind: evaluates(args, names) ? 'eval' : 'train',
    predicts: args?.do_predict === true || answerFiles.some((name) => names.includes(name)),
    model: parts.length >= 3 ? parts.slice(0, -2).join('/') : path.basename(told('model_name_or_path', '')),
    finetuning_type: told('finetuning_type', parts.length >= 3 ? parts[parts.length - 2] : 'lora'),
    stage: told('stage', args === null ? '' : 'sft'),
    name: parts[parts.length - 1],
    datasets: namesIn(args?.dataset ?? (evaluates(args, names) ? args?.eval_dataset : null)),
  }
}

export function openRunView(id: string, folder: string): RunView {
  let tail: ReturnType<typeof openTail> | null = null
  let facts = noFacts
  let args: { stamp: string; values: Record<string, unknown> | null } | null = null
  let seen = ''

  /** All but the log, and the arguments while a person edits them, are replaced whole, which the folder's own time tells. */
  const stamps = () => [folder, ...[runFiles.log, runFiles.args].map((name) => path.join(folder, name))].map(stamp).join(' ')

  const look = () => {
    tail ??= openTail(folder)
    const news = tail.look()
    if (news !== null) facts = withRecords(news.from_record === 0 ? noFacts : facts, news.records)
    return news
  }

  const argValues = () => {
    const now = stamp(path.join(folder, runFiles.args))
    if (args?.stamp !== now) args = { stamp: now, values: readArgs(folder)?.values ?? null }
    return args.values
  }

  const standingOf = (place: RunPlace, state: RunState | null, names: string[]): Standing => {
    const log = statSync(path.join(folder, runFiles.log), { throwIfNoEntry: false })
    const { queue_position, launched_pid, stop_asked_pid } = place
    return standing({
      queue_position,
      launched_pid,
      stop_asked: stop_asked_pid !== null && stop_asked_pid === (launched_pid ?? state?.pid),
      state,
      state_alive: state !== null && (state.pid === place.launched_pid || isAlive(state)),
      exit: readExit(folder),
      has_results: names.includes(runFiles.allResults),
      last: facts.last,
      log_age: log === undefined ? null : Date.now() - log.mtimeMs,
    })
  }

  return {
    id,
    folder,
    look,
    tailFrom(have) {
      if (tail === null) look()
      return (tail ??= openTail(folder)).tailFrom(have)
    },
    rest() {
      tail = null
    },
    isStale: () => stamps() !== seen,
    state: () => readState(folder),
    summary(place) {
      seen = stamps()
      if (tail === null) look()
      const state = readState(folder)
      const names = readdirSync(folder)
      const { last } = facts
      const { name, ...notes } = readNotes(folder)
      const identity = identityOf(id, argValues(), names)
      return {
        id,
        ...identity,
        ...notes,
        ...facts,
        name: name || identity.name,
        foreign: state === null && place.queue_position === null && place.launched_pid === null,
        ...standingOf(place, state, names),
        queue_position: place.queue_position,
        step: Math.max(last?.current_steps ?? 0, state?.step ?? 0),
        total_steps: state?.total_steps || (last?.total_steps ?? 0),
        ...timesOf(folder, state, last),
        checkpoints: checkpointsOf(folder),
        weights: kindIn(names),
        runtime: state?.runtime ?? null,
      }
    },
  }
}
