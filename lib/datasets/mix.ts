/**
 * Several datasets in one sequence: LLaMA-Factory's `mix_strategy`, which is Hugging Face datasets' `concatenate_datasets` and
 * `interleave_datasets`, row for row. Streamed rows are stream.ts's.
 */
import type { TrainingArgs } from '@/lib/config/fields'
import { type Fault, UserError } from '@/lib/errors'
import { numpyChoices } from '@/lib/numpy'

export type MixSettings = Pick<TrainingArgs, 'mix_strategy' | 'interleave_probs' | 'seed'>
type Interleaving = Exclude<TrainingArgs['mix_strategy'], 'concat'>

/** Beyond this many draws a mix is a mistake: a dataset with next to no share would have to be drawn to its end. */
const MOST_DRAWS = 1e8

/** numpy's tolerance for shares that do not quite add up. */
const TOLERANCE = Math.sqrt(Number.EPSILON)

/** What is wrong with `interleave_probs` for `count` datasets; null when nothing. */
export function sharesFault({ mix_strategy, interleave_probs }: Omit<MixSettings, 'seed'>, count: number): Fault | null {
  if (interleave_probs === null) return null
  const field = 'interleave_probs'
  const value = interleave_probs.join(',')
  if (mix_strategy === 'concat') return { code: 'key_needs', values: { key: field, value, other: 'mix_strategy = interleave_…' }, field }
  if (interleave_probs.length !== count) return { code: 'shares_count', values: { key: field, count: interleave_probs.length, datasets: count }, field }
  const shares = interleave_probs.map(Number)
  const sum = shares.reduce((all, share) => all + share, 0)
  if (shares.some((share) => !(share >= 0)) || Math.abs(sum - 1) > TOLERANCE) return { code: 'shares_invalid', values: { key: field, value }, field }
  const never = mix_strategy === 'interleave_under' ? -1 : shares.indexOf(0)
  return never < 0 ? null : { code: 'shares_never', values: { key: field, value, strategy: mix_strategy, place: never + 1 }, field }
}

/**
 * The mixed rows as places in the sequence of all datasets one after the other; `lengths` are their rows, each at least one. UserError for shares that
 * do not fit the datasets.
 */
export function mixRows(lengths: readonly number[], settings: MixSettings): number[] {
  const { mix_strategy, interleave_probs, seed } = settings
  const total = lengths.reduce((sum, length) => sum + length, 0)
  if (lengths.length <= 1 || mix_strategy === 'concat') return Array.from({ length: total }, (_, i) => i)
  const fault = sharesFault(settings, lengths.length)
  if (fault) throw new UserError(fault.code, fault.values, fault.field)
  if (interleave_probs === null) return inTurns(lengths, mix_strategy)
  const shares = interleave_probs.map(Number)
  checkDraws(lengths, shares, mix_strategy)
  return byChance(lengths, mix_strategy, numpyChoices(shares, seed))
}

const offsetsOf = (lengths: readonly number[]) => lengths.map((_, i) => lengths.slice(0, i).reduce((sum, length) => sum + length, 0))

/** One row of each dataset, again and again: as long as all have one; as long as any has one, the others beginning anew; or leaving them out. */
function inTurns(lengths: readonly number[], strategy: Interleaving): number[] {
  const offsets = offsetsOf(lengths)
  const rounds = strategy === 'interleave_under' ? Math.min(...lengths) : Math.max(...lengths)
  const rows: number[] = []
  for (let round = 0; round < rounds; round++) {
    lengths.forEach((length, i) => {
      if (round < length || strategy === 'interleave_over') rows.push(offsets[i] + (round % length))
    })
  }
  return rows
}

/** The next row of a drawn dataset, until the first is at its end (`under`) or all have been; then it begins anew (`over`) or gives nothing (`once`). */
function byChance(lengths: readonly number[], strategy: Interleaving, draws: Iterator<number, never>): number[] {
  const offsets = offsetsOf(lengths)
  const taken = lengths.map(() => 0)
  let unfinished = strategy === 'interleave_under' ? 1 : lengths.length
  const rows: number[] = []
  while (unfinished > 0) {
    const source = draws.next().value
    const length = lengths[source]
    if (taken[source] >= length && strategy === 'interleave_once') continue
    rows.push(offsets[source] + (taken[source] % length))
    taken[source] += 1
    if (taken[source] === length) unfinished -= 1
  }
  return rows
}

function checkDraws(lengths: readonly number[], shares: readonly number[], strategy: Interleaving): void {
  const needed = lengths.flatMap((length, i) => (shares[i] > 0 ? length / shares[i] : []))
  const draws = strategy === 'interleave_under' ? Math.min(...needed) : Math.max(...needed)
  if (draws <= MOST_DRAWS) return
  throw new UserError('mix_too_long', { strategy, draws: Math.round(draws), maximum: MOST_DRAWS, probs: shares.join(',') }, 'interleave_probs')
}
