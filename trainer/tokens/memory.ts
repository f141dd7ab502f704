/** The rows of a choice made into tokens in this process and kept in memory: what small datasets deserve, whose tokens are there before a worker has started. */
import { setImmediate } from 'node:timers/promises'
import type { Template } from '@/lib/templates/template'
import { type Choice, readRun, runsOf } from '@/trainer/choose'
import type { RowFault, Watch } from '@/trainer/data'
import type { Sample } from '@/trainer/encode'
import { inMemory } from '@/trainer/pack'
import type { Tokens } from '@/trainer/samples'
import { encodeAligned, type EncodeArgs } from '@/trainer/tokens/row'

/** Tokens, and what happened on the way to them. */
export interface Encoding extends Tokens {
  skipped: RowFault[]
  /** Samples cut at the cut-off, and rows of which nothing is learned. */
  truncated: number
  unlearnable: number
}

/** Rows between pauses, so that signals are heard. */
const ROWS_PER_TURN = 500

/** @param rows ascending */
export async function encodeHere({ datasets }: Choice, rows: Int32Array, args: EncodeArgs, template: Template, watch: Watch): Promise<Encoding> {
  const samples: (Sample | null)[] = []
  const told = { skipped: [] as RowFault[], truncated: 0, unlearnable: 0 }
  for (const run of runsOf(datasets, rows, ROWS_PER_TURN)) {
    const { source } = run.dataset
    for (const row of await readRun(run)) {
      const { sample, fault, cut } = encodeAligned(row, source, args, template)
      samples.push(sample)
      if (fault) told.skipped.push({ dataset: source.name, row: row.row, fault })
      else if (!sample) told.unlearnable++
      if (cut > 0) told.truncated++
    }
    watch(samples.length / rows.length)
    await setImmediate()
  }
  return { ...inMemory(samples), ...told }
}
