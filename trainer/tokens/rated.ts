/**
 * Rated answers to samples. Each is joined by its prompt with the answer of the row before it (KTO estimates on these how far the model has gone), so the rows are taken in
 * the order of the training, portion by portion as the reference's processor sees them, and kept in memory: ratings come by thousands, not by millions.
 */
import { setImmediate } from 'node:timers/promises'
import type { Example, Message } from '@/lib/datasets/example'
import { packPortions } from '@/lib/samples/packing'
import { encodeFeedback } from '@/lib/samples/preference'
import { IGNORED } from '@/lib/samples/supervised'
import type { Template } from '@/lib/templates/template'
import { type Choice, readRun, runsOf } from '@/trainer/data/choice'
import type { DataArgs } from '@/trainer/data/args'
import type { RowFault, Watch } from '@/trainer/tokens/encoding'
import type { Sample } from '@/trainer/data/samples'
import { encodedOr, exampleOf } from '@/trainer/tokens/row'

/** A row by its number among all rows. */
interface Row {
  example: Example
  at: { dataset: string; row: number }
}

export interface RatedSamples {
  /** The samples of rows in a given order. */
  listed: (rows: readonly number[]) => Sample[]
  skipped: RowFault[]
  /** As they are met; complete when all rows have been listed. */
  told: { truncated: number; unlearnable: number }
}

const ROWS_PER_TURN = 500

export async function readRated({ datasets }: Choice, rows: Int32Array, args: DataArgs, template: Template, watch: Watch): Promise<RatedSamples> {
  const found = new Map<number, Row>()
  const skipped: RowFault[] = []
  let read = 0
  for (const run of runsOf(datasets, rows, ROWS_PER_TURN)) {
    const { source, first } = run.dataset
    for (const row of await readRun(run)) {
      const example = exampleOf(row, source, 'kto')
      if ('code' in example) skipped.push({ dataset: source.name, row: row.row, fault: example })
      else found.set(first + row.row - 1, { example, at: { dataset: source.name, row: row.row } })
    }
    watch((read += run.to - run.from) / rows.length)
    await setImmediate()
  }
  const told = { truncated: 0, unlearnable: 0 }
  const listed = (numbers: readonly number[]) => {
    const known = numbers.flatMap((number) => found.get(number) ?? [])
    return packPortions(known.length, args).flatMap(([from, to]) => {
      const portion = known.slice(from, to)
      return portion.flatMap((row, i) => sampleOf(row, portion.at(i - 1)?.example.response ?? row.example.response, args, template, skipped, told) ?? [])
    })
  }
  return { listed, skipped, told }
}

function sampleOf({ example, at }: Row, neighbour: readonly Message[], { cutoff_len }: DataArgs, template: Template, skipped: RowFault[], told: RatedSamples['told']): Sample | null {
  const encoded = encodedOr(at, () => encodeFeedback(example, neighbour, template, cutoff_len))
  if ('code' in encoded) {
    if (!skipped.some(({ dataset, row }) => dataset === at.dataset && row === at.row)) skipped.push({ ...at, fault: encoded })
    return null
  }
  const { ids, labels, kl, desirable, gaps } = encoded
  if (gaps.length > 0) told.truncated++
  const typed = (text: { ids: number[]; labels: number[] }) => ({ ids: Int32Array.from(text.ids), labels: Int32Array.from(text.labels) })
  if (![labels, kl.labels].every((own) => own.some((label, i) => i > 0 && label !== IGNORED))) {
    told.unlearnable++
    return null
  }
  return { ...typed({ ids, labels }), other: typed(kl), wanted: desirable }
}
