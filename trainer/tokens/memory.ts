/** The rows of a choice made into tokens in this process and kept in memory: what small datasets deserve, whose tokens are there before a worker has started. */
import { setImmediate } from 'node:timers/promises'
import type { Template } from '@/lib/templates/template'
import type { Example } from '@/lib/datasets/example'
import type { Fault } from '@/lib/errors'
import { type Choice, readRun, type Run, runsOf } from '@/trainer/data/choice'
import type { Encoding, Judged, RowFault, Watch } from '@/trainer/tokens/encoding'
import type { Sample } from '@/trainer/data/samples'
import { inMemory } from '@/trainer/data/pack'
import { encodeExample, type EncodeArgs, exampleOf } from '@/trainer/tokens/row'

/** Rows between pauses, so that signals are heard. */
const ROWS_PER_TURN = 500

export async function encodeHere({ datasets }: Choice, rows: Int32Array, args: EncodeArgs, template: Template, watch: Watch, judged: Judged = new Map()): Promise<Encoding> {
  const samples: (Sample | null)[] = []
  const told = { skipped: [] as RowFault[], truncated: 0, unlearnable: 0 }
  for (const run of runsOf(datasets, rows, ROWS_PER_TURN)) {
    const { source } = run.dataset
    for (const { row, example } of await examplesOf(run, judged, args.stage)) {
      const { sample, fault, cut } = encodeExample({ dataset: source.name, row }, example, args, template)
      samples.push(sample)
      if (fault) told.skipped.push({ dataset: source.name, row, fault })
      else if (!sample) told.unlearnable++
      if (cut > 0) told.truncated++
    }
    watch(samples.length / rows.length)
    await setImmediate()
  }
  return { ...inMemory(samples), ...told }
}

async function examplesOf(run: Run, judged: Judged, stage: EncodeArgs['stage']): Promise<{ row: number; example: Example | Fault }[]> {
  const { from, to, dataset: { first, source } } = run
  const known = Array.from({ length: to - from }, (_, i) => judged.get(from + i))
  if (known.some((example) => example === undefined)) return (await readRun(run)).map((row) => ({ row: row.row, example: exampleOf(row, source, stage) }))
  return known.flatMap((example, i) => (example ? [{ row: from + i - first + 1, example }] : []))
}
