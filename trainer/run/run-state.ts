/**
 * `state.json` of a run folder: what the run is doing now, for whoever looks. Written whole at each change of status or phase, and with the
 * step or how much of a phase is done at most twice a second. The log of the run is not here.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { hasCode } from '@/lib/causes'
import { runFiles, runStateSchema, type RunState } from '@/lib/run'
import { writeSwift, writeWhole } from '@/trainer/files'

/** What only counts on is written at most this often; a status or phase at once. */
const stepEveryMs = 500

/** Start time of a process in clock ticks since boot (proc(5), stat field 22); null where there is no /proc or no such process. */
export function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command's name, field 2, may hold spaces and parentheses: count from its closing one.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}

/** The state that a folder holds, or null where there is none that can be read as one. */
export function readRunState(folder: string): RunState | null {
  try {
    const parsed = runStateSchema.safeParse(JSON.parse(readFileSync(path.join(folder, runFiles.state), 'utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

const going = ({ status }: RunState): boolean => status === 'starting' || status === 'running' || status === 'stopping'

/** Whether the process that wrote this state is still there and is not this one. */
export function isAlive(state: RunState): boolean {
  if (!going(state) || state.pid === process.pid || !isRunning(state.pid)) return false
  return state.pid_start === null || state.pid_start === processStart(state.pid)
}

/** Whether there is a process of this number. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return hasCode(error, 'EPERM')
  }
}

export interface StateFile {
  readonly now: RunState
  change(change: Partial<Omit<RunState, 'pid' | 'pid_start' | 'updated_at'>>): void
}

/** Begins the state of this process in `folder`. */
export function openState(folder: string, begin: Pick<RunState, 'step' | 'total_steps' | 'checkpoint'>): StateFile {
  const file = path.join(folder, runFiles.state)
  const started_at = Date.now()
  const state: RunState = {
    status: 'starting',
    phase: 'loading',
    phase_share: null,
    pid: process.pid,
    pid_start: processStart(process.pid),
    started_at,
    updated_at: started_at,
    runtime: null,
    error: null,
    ...begin,
  }
  const write = () => {
    state.updated_at = Date.now()
    // What a run says at its end must survive the machine; what it says on the way is replaced in a moment.
    const save = going(state) ? writeSwift : writeWhole
    save(file, JSON.stringify(state, null, 2) + '\n')
  }
  write()
  return {
    now: state,
    change(change) {
      const countsOn = Object.keys(change).every((key) => key === 'step' || key === 'phase_share')
      Object.assign(state, 'phase' in change && { phase_share: null }, change)
      if (!countsOn || Date.now() - state.updated_at >= stepEveryMs) write()
    },
  }
}
