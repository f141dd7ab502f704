/**
 * Several encoded examples in one row, with the rules of LLaMA-Factory 0.9.5 (`PackedSupervisedDatasetProcessor`, `greedy_knapsack`).
 * A row is packed with its neighbours only: the reference hands rows to its processor in portions.
 */
import { fields, type TrainingArgs } from '@/lib/config/fields'
import { IGNORED } from '@/lib/samples/supervised'

/**
 * The portions of `rows` rows that are packed by themselves, as [from, to): `preprocessing_batch_size` rows each, within equal shares of as many
 * processes as the reference would use (`Dataset.map`, `Dataset.shard`). Rows that give no sample count, too.
 */
export function packPortions(rows: number, settings: Partial<Pick<TrainingArgs, 'preprocessing_batch_size' | 'preprocessing_num_workers'>>): [number, number][] {
  const size = settings.preprocessing_batch_size ?? fields.preprocessing_batch_size.default
  const shares = Math.min(settings.preprocessing_num_workers ?? 1, rows)
  const portions: [number, number][] = []
  for (let share = 0, from = 0; share < shares; share++) {
    const end = from + Math.floor(rows / shares) + (share < rows % shares ? 1 : 0)
    while (from < end) {
      const to = Math.min(from + size, end)
      portions.push([from, to])
      from = to
    }
  }
  return portions
}

/**
 * Fills bags of `capacity` with the largest number that still fits, until none is left. Error where a number exceeds the capacity (the reference
 * never returns then).
 */
export function greedyKnapsack(numbers: readonly number[], capacity: number): number[][] {
  const left = [...numbers].sort((a, b) => a - b)
  if (left.length > 0 && left[left.length - 1] > capacity) throw new Error(`${left[left.length - 1]} does not fit into ${capacity}`)
  const bags: number[][] = []
  while (left.length > 0) {
    const bag: number[] = []
    let room = capacity
    for (let i = lastAtMost(left, room); i >= 0; i = lastAtMost(left, room)) {
      room -= left[i]
      bag.push(...left.splice(i, 1))
    }
    bags.push(bag)
  }
  return bags
}

/** Index of the last of ascending numbers that is at most `limit`; -1 for none. */
function lastAtMost(numbers: readonly number[], limit: number): number {
  let low = 0
  let high = numbers.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (numbers[middle] <= limit) low = middle + 1
    else high = middle
  }
  return low - 1
}

export interface Pack {
  /** The samples in it, by their places. */
  members: number[]
  ids: number[]
  labels: number[]
  /** Tokens of the examples; padding follows. */
  filled: number
  /** Positions restart with each example; 0 in the padding. */
  positions: number[]
  /** With `neat`: 1, 2, … per example and 0 in the padding, so that examples do not see each other; else 1 everywhere, the padding too. */
  mask: number[]
}

type Example = { ids: Iterable<number> & ArrayLike<number>; labels: Iterable<number> }

/** Which examples share a row, by their lengths: places in the order in which they stand there. None may be longer than `cutoff`. */
export function packBags(lengths: readonly number[], cutoff: number): number[][] {
  const byLength = new Map<number, number[]>()
  lengths.forEach((length, i) => {
    const same = byLength.get(length)
    if (same) same.push(i)
    else byLength.set(length, [i])
  })
  return greedyKnapsack(lengths, cutoff).map((bag) => bag.map((length) => byLength.get(length)?.pop() ?? 0))
}

/** A row of `cutoff + 1` tokens. */
export function joinPack(examples: readonly Example[], cutoff: number, pad: number, neat: boolean): Omit<Pack, 'members'> {
  const pack: Omit<Pack, 'members'> = { ids: [], labels: [], filled: 0, positions: [], mask: [] }
  examples.forEach((example, i) => {
    pack.ids.push(...example.ids)
    pack.labels.push(...example.labels)
    for (let at = 0; at < example.ids.length; at++) {
      pack.positions.push(at)
      pack.mask.push(neat ? i + 1 : 1)
    }
  })
  pack.filled = pack.ids.length
  while (pack.ids.length < cutoff + 1) {
    pack.ids.push(pad)
    pack.labels.push(IGNORED)
    pack.positions.push(0)
    pack.mask.push(neat ? 0 : 1)
  }
  return pack
}

/** Rows of `cutoff + 1` tokens; examples longer than `cutoff` must have been left out. */
export function packSamples(samples: readonly Example[], cutoff: number, pad: number, neat: boolean): Pack[] {
  return packBags(samples.map((sample) => sample.ids.length), cutoff).map((bag) => ({ members: bag, ...joinPack(bag.map((i) => samples[i]), cutoff, pad, neat) }))
}
