/**
 * Speed and memory from the rows of a file to batches: reading, aligning, template, tokenizer, labels, and every batch of an epoch put together. The file is
 * made of given rows again and again, each made different by a number, up to a size; or it is the user's own.
 */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { loadData } from '@/trainer/data/data'
import { planBatches } from '@/trainer/data/encode'
import { templateFor } from '@/trainer/tokenizer/own-template'
import { checkout } from '@/trainer/runtime-file'
import { loadTokenizer } from '@/trainer/tokenizer/tokenizer'

const options = {
  /** Folder with the tokenizer. */
  model: { type: 'string', default: 'data/models/starter' },
  template: { type: 'string', default: 'chatml' },
  /** Rows of alpaca columns, one JSON object per line. */
  rows: { type: 'string', default: 'data/demo_instructions.jsonl' },
  megabytes: { type: 'string', default: '64' },
  workers: { type: 'string', default: String(availableParallelism()) },
  packing: { type: 'boolean', default: false },
} as const

function writeRows(file: string, rows: readonly Record<string, unknown>[], bytes: number): void {
  const out = openSync(file, 'w')
  for (let written = 0, i = 0; written < bytes; ) {
    let piece = ''
    for (; piece.length < 1e6; i++) piece += `${JSON.stringify({ ...rows[i % rows.length], input: `${String(rows[i % rows.length].input ?? '')} ${i}` })}\n`
    written += writeSync(out, piece)
  }
  closeSync(out)
}

/** Peak resident memory of the process with its threads; Node counts kilobytes. */
const peakMb = () => Math.round(process.resourceUsage().maxRSS / 1024)
const since = (began: number) => Number(((performance.now() - began) / 1000).toFixed(2))

/** Prints one line of JSON. */
export async function benchData(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options })
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-data-'))
  try {
    const rows = readFileSync(values.rows, 'utf8').trim().split('\n').map((line) => JSON.parse(line))
    const file = path.join(folder, 'rows.jsonl')
    writeRows(file, rows, Number(values.megabytes) * 1e6)
    writeFileSync(path.join(folder, 'dataset_info.json'), '{"rows": {"file_name": "rows.jsonl"}}')
    process.env.TUNEBOARD_CACHE = path.join(folder, 'cache')
    const model = path.resolve(checkout(), values.model)
    const workers = Number(values.workers)
    const template = templateFor(model, await loadTokenizer(model), { template: values.template })
    const args = {
      dataset: ['rows'], dataset_dir: folder, cutoff_len: 2048, seed: 0, template: values.template, model_name_or_path: model,
      tokenized_path: path.join(folder, 'tokens'), preprocessing_num_workers: workers, packing: values.packing,
    }
    const began = performance.now()
    const { train } = await loadData(args, template)
    const tokenise_s = since(began)
    const plan = planBatches(train, { per_device_train_batch_size: 4, gradient_accumulation_steps: 1, num_train_epochs: 1, max_steps: -1, disable_shuffling: false, seed: 0, pad_id: 0 })
    let tokens = 0
    for (let step = 0; step < plan.updatesPerEpoch; step++) for (const { segments } of plan.update(step)) tokens += segments?.reduce((sum, segment) => sum + Math.min(segment, 1), 0) ?? 0
    const seconds = since(began)
    const again = performance.now()
    await loadData(args, template)
    process.stdout.write(`${JSON.stringify({
      mode: 'data', model: values.model, file_mb: Math.round(statSync(file).size / 1e6), samples: train.length, tokens, workers, tokenise_s, rows_to_batches_s: seconds,
      million_tokens_per_minute_and_core: Number(((tokens * 60) / seconds / workers / 1e6).toFixed(1)), second_start_s: since(again), peak_rss_mb: peakMb(),
    })}\n`)
    return 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
