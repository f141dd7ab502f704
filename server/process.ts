/** Identity of a process: a pid with its start time, so that a pid used again by another program is never taken for a trainer. */
import { hasCode } from '@/lib/causes'
import { readIfThere } from '@/server/files'

export interface ProcessId {
  pid: number
  /** Clock ticks since boot; null where there is no /proc, and then the pid alone must do. */
  pid_start: string | null
}

/** Null where there is no such process, be it that it ends while its file is read. */
function readStat(pid: number): string | null {
  try {
    return readIfThere(`/proc/${pid}/stat`)
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return null
    throw error
  }
}

/** Fields of /proc/pid/stat from the third on (proc(5)); the second, the command's name, may hold spaces and parentheses. */
function statFields(pid: number): string[] | null {
  const stat = readStat(pid)
  return stat === null ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

export const identify = (pid: number): ProcessId => ({ pid, pid_start: statFields(pid)?.[19] ?? null })

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return hasCode(error, 'EPERM')
  }
}

/** Whether that very process still runs; one that ended but was not yet collected by its parent (state Z) does not. */
export function isAlive({ pid, pid_start }: ProcessId): boolean {
  if (pid <= 0) return false
  if (pid_start === null) return exists(pid)
  const fields = statFields(pid)
  return fields !== null && fields[19] === pid_start && fields[0] !== 'Z' && fields[0] !== 'X'
}

/** Sends a signal to that very process; false when it is gone. */
export function signal(id: ProcessId, name: 'SIGTERM' | 'SIGKILL'): boolean {
  if (!isAlive(id)) return false
  process.kill(id.pid, name)
  return true
}
