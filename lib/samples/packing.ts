/**
 * Several encoded examples in one row, with the rules of LLaMA-Factory 0.9.5 (`PackedSupervisedDatasetProcessor`, `greedy_knapsack`).
 */
import { IGNORED } from '@/lib/samples/supervised'

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
  ids: number[]
  labels: number[]
  /** Positions restart with each example; 0 in the padding. */
  positions: number[]
  /** With `neat`: 1, 2, … per example and 0 in the padding, so that examples do not see each other; else 1 everywhere, the padding too. */
  mask: number[]
}

/** Rows of `cutoff + 1` tokens; examples longer than `cutoff` must have been left out. */
export function packSamples(samples: readonly { ids: number[]; labels: number[] }[], cutoff: number, pad: number, neat: boolean): Pack[] {
  const byLength = new Map<number, number[]>()
  samples.forEach((sample, i) => byLength.set(sample.ids.length, [...(byLength.get(sample.ids.length) ?? []), i]))
  const bags = greedyKnapsack(samples.map((sample) => sample.ids.length), cutoff)
  return bags.map((bag) => {
    const pack: Pack = { ids: [], labels: [], positions: [], mask: [] }
    bag.forEach((length, i) => {
      const sample = samples[byLength.get(length)?.pop() ?? 0]
      pack.ids.push(...sample.ids)
      pack.labels.push(...sample.labels)
      for (let at = 0; at < length; at++) {
        pack.positions.push(at)
        pack.mask.push(neat ? i + 1 : 1)
      }
    })
    while (pack.ids.length < cutoff + 1) {
      pack.ids.push(pad)
      pack.labels.push(IGNORED)
      pack.positions.push(0)
      pack.mask.push(neat ? 0 : 1)
    }
    return pack
  })
}
