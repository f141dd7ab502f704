/** The worker threads' program (dist/tokens.mjs): opens what its job needs once, and answers one task after the other. */
import { parentPort, workerData } from 'node:worker_threads'
import { faultOf } from '@/trainer/fault'
import type { Job } from '@/trainer/data/jobs'
import type { Asked, Done } from '@/trainer/data/pool'
import { openTokenising } from '@/trainer/tokens/work'

/** A result, and the buffers in it that need not be copied. */
export type Work<Task, Result> = (task: Task) => Promise<{ result: Result; transfer: ArrayBufferLike[] }>

if (!parentPort) throw new Error('this program is a worker of another')
const port = parentPort
// Who started it built it from the same types; so are the tasks.
const job = workerData as Job
const ready = open(job)
let last: Promise<void> = Promise.resolve()

async function open(wanted: Job): Promise<Work<never, unknown>> {
  if (wanted.job === 'tokens') return openTokenising(wanted)
  return (await import('@/trainer/view/counting')).openCounting(wanted)
}

async function answer({ id, task }: Asked<never>): Promise<void> {
  try {
    const { result, transfer } = await (await ready)(task)
    const done: Done<unknown> = { id, result }
    port.postMessage(done, transfer as ArrayBuffer[])
  } catch (error) {
    const done: Done<unknown> = { id, fault: faultOf(error) }
    port.postMessage(done)
  }
}

port.on('message', (asked: Asked<never>) => {
  last = last.then(() => answer(asked))
})
