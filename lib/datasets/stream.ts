/**
 * The order in which streamed datasets give their rows, as numbers that are made while they are asked for: mixed by `interleave_datasets` of streams, which stops sooner
 * than that of lists (mix.ts), and shuffled by a buffer. Both are those of Hugging Face's IterableDataset 4.0, the newest that LLaMA-Factory 0.9.5 takes.
 */
import type { MixSettings } from '@/lib/datasets/mix'
import { bufferDraws, numpyChoices, passSeed, type Seed } from '@/lib/numpy'

export interface StreamSettings extends MixSettings {
  /** Rows among which the next one is drawn; 1 leaves them in their order. */
  buffer_size: number
}

/** All rows of pass `pass` (from 0) over datasets of `lengths` rows, counted from 0 over all of them. */
export function streamedRows(lengths: readonly number[], settings: StreamSettings, pass: number): Generator<number> {
  const seed = passSeed(settings.seed, pass)
  const rows = lengths.length === 1 || settings.mix_strategy === 'concat' ? joined(lengths, seed) : mixed(lengths, settings, seed)
  return buffered(rows, settings.buffer_size, seed)
}

const firstsOf = (lengths: readonly number[]) => lengths.map((_, i) => lengths.slice(0, i).reduce((sum, length) => sum + length, 0))

/** One dataset after the other, in an order of the pass's own. */
function* joined(lengths: readonly number[], seed: Seed): Generator<number> {
  const firsts = firstsOf(lengths)
  for (const i of bufferDraws(seed, 1).order(lengths.length)) for (let row = 0; row < lengths[i]; row++) yield firsts[i] + row
}

/** A row of the full buffer makes room for the next one; what is left in the end comes in any order. */
function* buffered(rows: Iterable<number>, size: number, seed: Seed): Generator<number> {
  const draws = bufferDraws(seed, size)
  const buffer: number[] = []
  for (const row of rows) {
    if (buffer.length < size) {
      buffer.push(row)
      continue
    }
    const place = draws.place()
    yield buffer[place]
    buffer[place] = row
  }
  for (const place of draws.order(buffer.length)) yield buffer[place]
}

function* mixed(lengths: readonly number[], settings: MixSettings, seed: Seed): Generator<number> {
  const { mix_strategy, interleave_probs } = settings
  const firsts = firstsOf(lengths)
  const taken = lengths.map(() => 0)
  const ended = new Set<number>()
  for (const source of interleave_probs === null ? inTurns(lengths.length) : numpyChoices(interleave_probs.map(Number), seed)) {
    if (mix_strategy === 'interleave_under' ? ended.size > 0 : ended.size === lengths.length) return
    if (mix_strategy === 'interleave_once' && ended.has(source)) continue
    yield firsts[source] + taken[source]
    taken[source] = (taken[source] + 1) % lengths[source] // at its end it begins anew
    if (taken[source] === 0) ended.add(source)
  }
}

function* inTurns(count: number): Generator<number, never> {
  for (let turn = 0; ; turn++) yield turn % count
}
