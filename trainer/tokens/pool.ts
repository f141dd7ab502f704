/**
 * The rows of a choice made into tokens by worker threads, written to disk in their order as they come. What is under way at a time is bounded, so
 * memory does not grow with the data.
 */
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { UserError } from '@/lib/errors'
import type { Choice } from '@/trainer/choose'
import type { Watch } from '@/trainer/data'
import { checkout } from '@/trainer/runtime-file'
import { type Piece, tokenWriter } from '@/trainer/tokens/store'
import type { Done, Task, WorkerStart } from '@/trainer/tokens/work'

/** More threads than this wait for the disk. */
const MOST_WORKERS = 16
/** Text of a task, and the tasks under way for each worker. */
const TASK_BYTES = 1024 * 1024
const AHEAD = 3

/** `wanted`: the number of workers, else one per processor. Throws the user's faults that a worker met, and whatever else stopped the work. */
export async function encodeElsewhere(choice: Choice, rows: Int32Array, start: WorkerStart, folder: string, key: string, wanted: number | null, watch: Watch): Promise<void> {
  const all = choice.datasets.reduce((sum, { count }) => sum + count, 0)
  const perTask = Math.min(Math.max(Math.floor((TASK_BYTES * all) / Math.max(choice.bytes, 1)), 16), 4096)
  const tasks = Math.ceil(rows.length / perTask)
  const writer = tokenWriter(folder, key)
  const workers: Worker[] = []
  try {
    for (let i = 0; i < Math.min(wanted ?? availableParallelism(), MOST_WORKERS, tasks); i++) workers.push(new Worker(path.join(checkout(), 'dist', 'tokens.mjs'), { workerData: start }))
    await new Promise<void>((resolve, reject) => {
      const waiting = new Map<number, Piece>()
      let [next, written] = [0, 0]
      if (tasks === 0) resolve()
      const give = (worker: Worker) => {
        if (next >= tasks || next - written >= AHEAD * workers.length) return
        const task: Task = { id: next, rows: rows.slice(next * perTask, (next + 1) * perTask) }
        next++
        worker.postMessage(task)
      }
      const take = (done: Done) => {
        if ('fault' in done) throw new UserError(done.fault.code, done.fault.values, done.fault.field)
        waiting.set(done.id, done.piece)
        for (let piece = waiting.get(written); piece; piece = waiting.get(written)) {
          writer.add(piece)
          waiting.delete(written++)
        }
        if (written === tasks) resolve()
        else watch(written / tasks)
      }
      for (const worker of workers) {
        worker.on('error', reject)
        worker.on('exit', () => reject(new Error('a tokenising worker ended before its work')))
        worker.on('message', (done: Done) => {
          try {
            take(done)
            workers.forEach(give)
          } catch (error) {
            reject(error)
          }
        })
        give(worker)
        give(worker)
      }
    })
    writer.finish()
  } catch (error) {
    writer.drop()
    throw error
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}
