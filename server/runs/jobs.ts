/**
 * Starting, stopping and queueing of trainings: one at a time on the device, the others wait in order. A run that the command line
 * started occupies the device like any other. Who runs is read from the run folders and the queue's file, so a server that comes back
 * goes on where the last one ended.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '@/lib/errors'
import { runFiles } from '@/lib/run'
import { writeWhole } from '@/server/files'
import { lastFault, lastLine } from '@/server/runs/last-line'
import { isAlive, signal, type ProcessId } from '@/server/process'
import type { Launch, Queue } from '@/server/runs/queue'
import { checkpointsOf, exitFile, type RunPlace } from '@/server/runs/run-view'
import { reporting } from '@/server/report'
import type { Runs } from '@/server/runs/runs'
import { exitSchema, isActive, type Exit } from '@/server/runs/status'
import { outputFile, startTrainer, type Ending } from '@/server/workers/worker'

/** How often, in ms, processes that are not our children are looked after, and the queue with them. */
const tickEvery = 500
/** How long, in ms, a process may take to end after its state says that it has. */
const lingering = 30_000

export interface Jobs {
  /** What the queue and the workers know of a run. */
  place(id: string): RunPlace
  /** Must be called once the runs are there: `place` is what they are made with. */
  begin(runs: Runs): void
  /** Makes a run folder with these files, the arguments among them, and queues it. @throws UserError `output_dir_taken` */
  submit(id: string, files: Readonly<Record<string, string>>): void
  stop(id: string): void
  kill(id: string): void
  withdraw(id: string): void
  resume(id: string): void
  close(): void
}

/** Files that a run has before it begins. */
const before: ReadonlySet<string> = new Set([runFiles.args, runFiles.evaluation, runFiles.notes, runFiles.samplePrompts])

type Asked = NonNullable<Exit['asked']>

export function openJobs(queue: Queue): Jobs {
  /** Runs whose process is our child and has not ended: we hear of its end, so nothing else decides it. */
  const children = new Set<string>()
  /** What was asked of which process. */
  const asked = new Map<string, { pid: number; what: Asked }>()
  let runs: Runs
  let timer: NodeJS.Timeout | null = null

  const launchAlive = (id: string): ProcessId | null => {
    const launch = queue.launchOf(id)
    return launch !== null && (children.has(id) || isAlive(launch)) ? launch : null
  }

  const folderOf = (id: string) => path.join(runs.saves, ...id.split('/'))

  const writeExit = (id: string, pid: number, ending: Ending) => {
    const folder = folderOf(id)
    if (!existsSync(folder)) return
    const request = asked.get(id)
    const output = path.join(folder, outputFile)
    const exit: Exit = { pid, ...ending, asked: request?.pid === pid ? request.what : null, at: Date.now(), last_words: lastLine(output), fault: lastFault(output) }
    writeWhole(path.join(folder, exitFile), JSON.stringify(exitSchema.parse(exit), null, 2) + '\n', { durable: false })
  }

  const forgetLaunch = (id: string) => {
    queue.change({ launched: queue.launched.filter((launch) => launch.id !== id) })
    asked.delete(id)
    runs.refresh(id)
  }

  const launch = (id: string, checkpoint: string | null) => {
    const started = startTrainer(folderOf(id), checkpoint, reporting((ending: Ending) => {
      children.delete(id)
      writeExit(id, started?.pid ?? 0, ending)
      forgetLaunch(id)
      pump()
    }))
    const waiting = queue.waiting.filter((entry) => entry.id !== id)
    if (started !== null) children.add(id)
    queue.change({ waiting, launched: started === null ? [...queue.launched] : [...queue.launched, { id, ...started }] })
    runs.refresh(id)
  }

  const isBusy = () => queue.launched.some(({ id }) => launchAlive(id) !== null) || runs.list().some(({ id, status }) => isActive(status) && hasProcess(id))

  /** LLaMA-Factory's runs are only seen, not known to live: they hold up nobody. */
  const hasProcess = (id: string) => runs.view(id).state() !== null

  const pump = () => {
    const there = queue.waiting.filter(({ id }) => existsSync(folderOf(id)))
    if (there.length < queue.waiting.length) queue.change({ waiting: there })
    const [next] = there
    if (next === undefined || isBusy()) return
    launch(next.id, next.checkpoint)
    renumber()
  }

  const renumber = () => queue.waiting.forEach(({ id }) => runs.refresh(id))

  /** A process that has said its last and does not end would hold the device for ever. */
  const endLingering = (launch: Launch) => {
    const state = runs.has(launch.id) ? runs.view(launch.id).state() : null
    const isOver = state !== null && state.pid === launch.pid && !isActive(state.status)
    if (isOver && Date.now() - state.updated_at > lingering) signal(launch, 'SIGKILL')
  }

  /** A process that an earlier server started ends unheard. Left behind is what its run folder says. */
  const tick = () => {
    for (const launch of queue.launched) {
      if (launchAlive(launch.id) === null) forgetLaunch(launch.id)
      else endLingering(launch)
    }
    pump()
  }

  /** The process of a going run. @throws UserError `run_not_going` */
  const processOf = (id: string): ProcessId => {
    const { status } = runs.get(id)
    const state = runs.view(id).state()
    const found = launchAlive(id) ?? (isActive(status) ? state : null)
    if (found === null) throw new UserError('run_not_going', { id })
    return found
  }

  const enqueue = (id: string, checkpoint: string | null) => {
    queue.change({ waiting: [...queue.waiting, { id, checkpoint }] })
    runs.refresh(id)
    pump()
  }

  return {
    place: (id) => ({ queue_position: queue.position(id), launched_pid: launchAlive(id)?.pid ?? null, stop_asked_pid: asked.get(id)?.what === 'stop' ? (asked.get(id)?.pid ?? null) : null }),
    begin(found) {
      runs = found
      timer = setInterval(reporting(tick), tickEvery)
      tick()
    },
    submit(id, files) {
      const folder = folderOf(id)
      mkdirSync(folder, { recursive: true })
      if (readdirSync(folder).length > 0) throw new UserError('output_dir_taken', { path: folder }, 'output_dir')
      for (const [name, text] of Object.entries(files)) writeWhole(path.join(folder, name), text, { durable: true })
      enqueue(id, null)
    },
    stop(id) {
      const found = processOf(id)
      if (!isActive(runs.get(id).status)) throw new UserError('run_not_going', { id })
      asked.set(id, { pid: found.pid, what: 'stop' })
      signal(found, 'SIGTERM')
      runs.refresh(id)
    },
    kill(id) {
      const found = processOf(id)
      asked.set(id, { pid: found.pid, what: 'kill' })
      signal(found, 'SIGKILL')
      // Of a process that is not our child nobody else will say how it ended.
      if (!children.has(id)) writeExit(id, found.pid, { code: null, signal: 'SIGKILL' })
      runs.refresh(id)
    },
    withdraw(id) {
      if (queue.position(id) === null) throw new UserError('run_not_queued', { id })
      const { folder } = runs.view(id)
      queue.change({ waiting: queue.waiting.filter((entry) => entry.id !== id) })
      const neverBegan = readdirSync(folder).every((name) => before.has(name))
      if (neverBegan) rmSync(folder, { recursive: true })
      runs.refresh(id)
      renumber()
    },
    resume(id) {
      const { status, kind } = runs.get(id)
      if (isActive(status) || status === 'queued') throw new UserError('run_going', { id })
      // An evaluation goes on from its own answers.
      if (kind === 'eval') return enqueue(id, 'true')
      const { folder } = runs.view(id)
      const newest = checkpointsOf(folder).at(-1)
      if (newest === undefined) throw new UserError('run_not_resumable', { id })
      enqueue(id, path.join(folder, newest))
    },
    close() {
      if (timer !== null) clearInterval(timer)
    },
  }
}
