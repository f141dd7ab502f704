/** The tokenising worker (dist/tokens.mjs): opens the datasets and the tokenizer once, and makes a piece of the store of each task. */
import { parentPort, workerData } from 'node:worker_threads'
import { findDataset, readInfo } from '@/trainer/dataset-files'
import { faultOf } from '@/trainer/fault'
import { templateFor } from '@/trainer/own-template'
import { openDataset } from '@/trainer/rows/dataset'
import { loadTokenizer } from '@/trainer/tokenizer'
import { type Done, encodePiece, type Task, type WorkerStart } from '@/trainer/tokens/work'

if (!parentPort) throw new Error('this program is a worker of a training')
const port = parentPort
// The training built it from the same types.
const { args, datasets } = workerData as WorkerStart

async function open() {
  const info = await readInfo(args.dataset_dir)
  const opened = []
  for (const { name, first } of datasets) opened.push({ ...(await openDataset(findDataset(info, name, args.dataset_dir, 'dataset'), args.dataset_dir)), first })
  return { opened, template: templateFor(args.model_name_or_path, await loadTokenizer(args.model_name_or_path), args) }
}

const ready = open()
let last: Promise<void> = Promise.resolve()

async function answer({ id, rows }: Task): Promise<void> {
  try {
    const { opened, template } = await ready
    const piece = await encodePiece(opened, rows, args, template)
    const done: Done = { id, piece }
    port.postMessage(done, [piece.words.buffer as ArrayBuffer, piece.lengths.buffer as ArrayBuffer, piece.sizes.buffer as ArrayBuffer])
  } catch (error) {
    const done: Done = { id, fault: faultOf(error) }
    port.postMessage(done)
  }
}

port.on('message', (task: Task) => {
  last = last.then(() => answer(task))
})
