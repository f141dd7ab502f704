/**
 * What a run is doing, from what is known of it: its state file, the queue, the life of its process, and how that ended. Pure; who
 * gathers these is `run-view`. For LLaMA-Factory's runs, which have no state file, it says what their files allow.
 */
import { z } from 'zod'
import { faultSchema, type Fault } from '@/lib/errors'
import type { LogRecord, RunState, RunStatus } from '@/lib/run'

/** `exit.json` of a run folder: how its process ended, written by the server that was its parent or that killed it. */
export const exitSchema = z.strictObject({
  pid: z.number().int(),
  code: z.number().int().nullable(),
  signal: z.string().nullable(),
  /** What the user had asked for before it ended. */
  asked: z.enum(['stop', 'kill']).nullable(),
  at: z.number(),
  /** Last line that the process wrote to its standard output or error. */
  last_words: z.string(),
  /** What a trainer of ours gave as its reason. */
  fault: faultSchema.nullable().default(null),
})
export type Exit = z.infer<typeof exitSchema>

export interface RunFacts {
  state: RunState | null
  /** Whether the process that the state names still runs. */
  state_alive: boolean
  exit: Exit | null
  queue_position: number | null
  /** The process that the server started for this run, while it runs. */
  launched_pid: number | null
  stop_asked: boolean
  /** Whether the files that a finished run has are there. */
  has_results: boolean
  last: LogRecord | null
  /** Milliseconds since the log was written; null without a log. */
  log_age: number | null
}

export interface Standing {
  status: RunStatus
  phase: RunState['phase'] | null
  phase_share: number | null
  error: RunState['error']
}

/** A foreign run whose log is older than this is no longer taken for going: far above any sensible logging interval. */
const foreignSilence = 15 * 60_000

const active = (status: RunStatus): boolean => status === 'starting' || status === 'running' || status === 'stopping'

const withFault = (status: RunStatus, fault: Fault | null): Standing => ({ status, phase: null, phase_share: null, error: fault })

/** Of a process that is gone and did not say so itself. */
function ended(exit: Exit | null): Standing {
  if (exit === null) return withFault('lost', { code: 'trainer_gone', values: {} })
  if (exit.asked !== null) return withFault('stopped', null)
  if (exit.fault !== null) return withFault('failed', exit.fault)
  if (exit.code === 2) return withFault('failed', { code: 'trainer_refused', values: { problem: exit.last_words } })
  const words = exit.last_words !== '' && exit.signal !== 'SIGKILL' ? `, "${exit.last_words}"` : ''
  return withFault('lost', { code: 'trainer_died', values: { reason: `${exit.signal ?? exit.code ?? '?'}${words}` } })
}

function foreign({ has_results, last, log_age }: RunFacts): Standing {
  const finished = has_results || (last !== null && last.total_steps > 0 && last.current_steps >= last.total_steps)
  if (finished) return withFault('done', null)
  return withFault(log_age !== null && log_age < foreignSilence ? 'running' : 'stopped', null)
}

export function standing(facts: RunFacts): Standing {
  const { state, exit, launched_pid } = facts
  if (facts.queue_position !== null) return withFault('queued', null)
  if (launched_pid !== null && state?.pid !== launched_pid) return { ...withFault(facts.stop_asked ? 'stopping' : 'starting', null), phase: 'loading' }
  const exitOfLater = exit !== null && state !== null && exit.pid !== state.pid && exit.at > state.updated_at
  if (exitOfLater) return ended(exit)
  if (state === null) return exit === null ? foreign(facts) : ended(exit)
  const { phase, phase_share, error } = state
  if (!active(state.status)) return { status: state.status, phase, phase_share, error }
  if (!facts.state_alive) return ended(exit?.pid === state.pid ? exit : null)
  return { status: facts.stop_asked ? 'stopping' : state.status, phase, phase_share, error }
}

/** Whether a run in this standing has a process that needs watching. */
export const isActive = active
