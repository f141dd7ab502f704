/**
 * Worker threads (dist/tokens.mjs) for what is done to many rows: each opens the datasets once, and then takes one task after the other. Who asks keeps the answers in order,
 * and bounds how many are under way (`inOrder`), so that memory does not grow with the data.
 */
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { hasCode } from '@/lib/causes'
import { UserError, type Fault } from '@/lib/errors'
import type { Job } from '@/trainer/data/jobs'
import { checkout } from '@/trainer/runtime-file'

/** What passes to a worker and back. */
export interface Asked<Task> {
  id: number
  task: Task
}
export type Done<Result> = { id: number; result: Result } | { id: number; fault: Fault }

/** More threads than this wait for the disk. */
const MOST_WORKERS = 16
/** Tasks under way for each worker. */
const AHEAD = 3

interface Waiting<Result> {
  worker: Worker
  resolve(result: Result): void
  reject(error: unknown): void
}

export class WorkerPool<Task, Result> {
  private readonly workers: Worker[]
  private readonly waiting = new Map<number, Waiting<Result>>()
  private asked = 0
  private closing = false

  /** `wanted`: the number of workers, else one per processor. `heapMb`: what each may hold; Node ends one that needs more (`isOutOfMemory`). */
  constructor(job: Job, wanted: number | null = null, heapMb: number | null = null) {
    this.workers = Array.from({ length: Math.min(wanted ?? availableParallelism(), MOST_WORKERS) }, () => this.start(job, heapMb))
  }

  get size(): number {
    return this.workers.length
  }

  /** Throws the user's faults that the worker met, and whatever else ended it. */
  run(task: Task): Promise<Result> {
    const id = this.asked++
    const asked: Asked<Task> = { id, task }
    return new Promise((resolve, reject) => {
      const worker = this.idlest()
      this.waiting.set(id, { worker, resolve, reject })
      worker.postMessage(asked)
    })
  }

  async close(): Promise<void> {
    this.closing = true
    await Promise.all(this.workers.map((worker) => worker.terminate()))
    this.fail(new Error('the workers were stopped'))
  }

  private start(job: Job, heapMb: number | null): Worker {
    const worker = new Worker(path.join(checkout(), 'dist', 'tokens.mjs'), { workerData: job, resourceLimits: heapMb === null ? {} : { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: heapMb } })
    worker.on('message', (done: Done<Result>) => this.take(done))
    worker.on('error', (error) => this.fail(error))
    worker.on('exit', () => this.closing || this.fail(new Error('a worker ended before its work')))
    return worker
  }

  private idlest(): Worker {
    const busy = new Map(this.workers.map((worker) => [worker, 0]))
    for (const { worker } of this.waiting.values()) busy.set(worker, (busy.get(worker) ?? 0) + 1)
    return [...busy].reduce((least, one) => (one[1] < least[1] ? one : least))[0]
  }

  private take(done: Done<Result>): void {
    const waiting = this.waiting.get(done.id)
    this.waiting.delete(done.id)
    if ('fault' in done) waiting?.reject(new UserError(done.fault.code, done.fault.values, done.fault.field))
    else waiting?.resolve(done.result)
  }

  private fail(error: unknown): void {
    for (const { reject } of this.waiting.values()) reject(error)
    this.waiting.clear()
  }
}

export const isOutOfMemory = (error: unknown): boolean => hasCode(error, 'ERR_WORKER_OUT_OF_MEMORY')

/** Results in the order of the tasks, of which a few are under way at a time. Whoever leaves the loop early ends no task that has begun. */
export async function* inOrder<Task, Result>(pool: Pick<WorkerPool<Task, Result>, 'run' | 'size'>, tasks: Iterable<Task>): AsyncGenerator<Result> {
  const waiting: Promise<Result>[] = []
  const iterator = tasks[Symbol.iterator]()
  for (let next = iterator.next(); ; ) {
    for (; !next.done && waiting.length < AHEAD * pool.size; next = iterator.next()) {
      const result = pool.run(next.value)
      result.catch(() => undefined) // it is awaited later, and throws then
      waiting.push(result)
    }
    const first = waiting.shift()
    if (!first) return
    yield await first
  }
}
