/**
 * Streamed rows as samples: read and encoded a portion at a time, in the order of `lib/datasets/stream.ts`. Only row numbers wait in the shuffle buffer, so memory does not
 * grow with it, and a run that goes on elsewhere counts its way to its place without reading a row. A row that is left out is told in the first pass.
 */
import { packs } from '@/lib/config/derived'
import { fields, type TrainingArgs } from '@/lib/config/fields'
import { inEnglish } from '@/lib/messages/english'
import type { Template } from '@/lib/templates/template'
import { type ChosenDataset, readRun, runsOf, type StreamedRows } from '@/trainer/data/choice'
import type { Sample } from '@/trainer/data/samples'
import { inMemory, type PackingArgs, packed } from '@/trainer/data/pack'
import type { StreamPlace } from '@/trainer/run/progress'
import { encodeAligned, type EncodeArgs } from '@/trainer/tokens/row'

type StreamArgs = EncodeArgs & PackingArgs & Pick<TrainingArgs, 'cutoff_len'>

/** Rows read together; packed rows are made of as many as the reference hands to its packing. */
const PORTION = 64

export class SampleStream {
  private at: StreamPlace
  private rows: Iterator<number>
  /** Samples of the portion at hand, and the rows that it was made of. */
  private portion: { samples: Sample[]; rows: number } = { samples: [], rows: 0 }
  private told: string[] = []

  constructor(
    private readonly datasets: readonly ChosenDataset[], private readonly source: StreamedRows, private readonly args: StreamArgs, private readonly template: Template,
    readonly close: () => Promise<void>,
  ) {
    this.at = { pass: 0, row: 0, sample: 0, rows: source.count }
    this.rows = source.pass(0)
  }

  place(): StreamPlace {
    return { ...this.at }
  }

  async seek(place: StreamPlace | null): Promise<void> {
    this.at = { pass: place?.pass ?? 0, row: 0, sample: 0, rows: this.source.count }
    this.rows = this.source.pass(this.at.pass)
    this.portion = { samples: [], rows: 0 }
    if (place === null) return
    if (place.rows !== this.source.count) this.told.push(`There were ${place.rows} rows to stream when the checkpoint was written and there are ${this.source.count} now: the run continues, but not as an unbroken one would.`)
    for (; this.at.row < place.row && !this.rows.next().done; this.at.row++);
    await this.load()
    this.at.sample = Math.min(place.sample, this.portion.samples.length)
  }

  /** The next samples: fewer than `count` at the end of a pass, after which the next pass begins; none where no row gives any. */
  async take(count: number): Promise<Sample[]> {
    const taken: Sample[] = []
    for (let ends = 0; taken.length < count; ) {
      const { samples } = this.portion
      const wanted = samples.slice(this.at.sample, this.at.sample + count - taken.length)
      taken.push(...wanted)
      this.at.sample += wanted.length
      if (taken.length === count || (await this.load())) continue
      if (taken.length > 0 || ++ends > 1) break
      await this.seek({ pass: this.at.pass + 1, row: 0, sample: 0, rows: this.source.count })
    }
    return taken
  }

  notes(): string[] {
    return this.told.splice(0)
  }

  /** Reads the portion after the one at hand; false at the end of a pass. */
  private async load(): Promise<boolean> {
    const numbers: number[] = []
    const most = packs(this.args) ? (this.args.preprocessing_batch_size ?? fields.preprocessing_batch_size.default) : PORTION
    for (let next = this.rows.next(); !next.done; next = this.rows.next()) if (numbers.push(next.value) === most) break
    if (numbers.length === 0) return false
    const encoded = await this.encode(numbers)
    const samples = packs(this.args) ? [...packed(inMemory(encoded), Int32Array.from(encoded.keys()), { ...this.args, preprocessing_num_workers: 1 }, this.template)] : encoded.flatMap((sample) => sample ?? [])
    this.at = { ...this.at, row: this.at.row + this.portion.rows, sample: 0 }
    this.portion = { samples, rows: numbers.length }
    return true
  }

  /** The samples of rows in their order, read in the order in which they lie. */
  private async encode(numbers: readonly number[]): Promise<(Sample | null)[]> {
    const samples = new Map<number, Sample | null>()
    for (const run of runsOf(this.datasets, Int32Array.from(new Set(numbers)).sort(), numbers.length)) {
      const { source, first } = run.dataset
      for (const row of await readRun(run)) {
        const { sample, fault } = encodeAligned(row, source, this.args, this.template)
        if (fault && this.at.pass === 0) this.told.push(`Dataset ${source.name}: row ${row.row} is left out: ${inEnglish(fault)}`)
        samples.set(first + row.row - 1, sample)
      }
    }
    return numbers.map((number) => samples.get(number) ?? null)
  }
}
