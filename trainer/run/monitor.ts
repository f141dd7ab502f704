/**
 * Notes every few seconds what a training takes of its machine: processors, memory, and NVIDIA's GPUs where their tool is there. A line of
 * `system_log.jsonl` each. A step that holds the thread delays a line and spoils none: shares are of the time since the one before.
 */
import { execFile } from 'node:child_process'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { hasCode } from '@/lib/causes'
import { runFiles } from '@/lib/run'
import { gpuQuery, readGpus, type SystemRecord } from '@/lib/system-log'
import { openLines } from '@/trainer/files'

const everyMs = 5000
/** A short run has a line or two as well. */
const firstMs = 1000

const run = promisify(execFile)

/** Null once it is known that there is no such tool here. */
async function gpus(): Promise<SystemRecord['gpus'] | null> {
  try {
    const { stdout } = await run('nvidia-smi', gpuQuery, { timeout: 4000 })
    return readGpus(stdout)
  } catch (error) {
    const missing = hasCode(error, 'ENOENT')
    return missing ? null : [] // a driver that is busy answers the next time
  }
}

/** Milliseconds of all processors so far, and how many of them were idle. */
function processorTimes(): { all: number; idle: number } {
  const times = os.cpus().map(({ times: { user, nice, sys, idle, irq } }) => ({ all: user + nice + sys + idle + irq, idle }))
  return { all: times.reduce((sum, { all }) => sum + all, 0), idle: times.reduce((sum, { idle }) => sum + idle, 0) }
}

interface Times {
  all: number
  idle: number
  /** Milliseconds of processors that this process has used. */
  own: number
}

function timesNow(): Times {
  const { user, system } = process.cpuUsage()
  return { ...processorTimes(), own: (user + system) / 1000 }
}

const share = (part: number, whole: number): number => (whole > 0 ? Number(Math.min(1, Math.max(0, part / whole)).toFixed(4)) : 0)

export interface Monitor {
  close(): void
}

export function openMonitor(folder: string): Monitor {
  const lines = openLines(path.join(folder, runFiles.system))
  let before = timesNow()
  let [closed, hasGpus] = [false, true]

  const measure = async () => {
    const found = hasGpus ? await gpus() : null
    hasGpus = found !== null
    if (closed) return
    const now = timesNow()
    const all = now.all - before.all
    const record: SystemRecord = {
      at: Date.now(),
      cpu: share(all - (now.idle - before.idle), all),
      trainer_cpu: share(now.own - before.own, all),
      memory: os.totalmem() - os.freemem(),
      memory_total: os.totalmem(),
      trainer_memory: process.memoryUsage.rss(),
      gpus: found ?? [],
    }
    before = now
    lines.append(JSON.stringify(record))
  }
  // What cannot be noted must not end a training; a full disk is told by the run's own files. One after the other: no two come due while a step holds the thread.
  const tick = async () => {
    await measure().catch(() => undefined)
    if (!closed) timer = setTimeout(tick, everyMs).unref()
  }
  let timer = setTimeout(tick, firstMs).unref()
  return {
    close() {
      closed = true
      clearTimeout(timer)
      lines.close()
    },
  }
}
