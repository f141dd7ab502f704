/**
 * What a plot draws of a curve of any length: the lowest and the highest value of each block of points, so that no peak is lost and the cost is that of the
 * pixels. The blocks of a column are found once and grow with it. Pure; for lines of lists, which are sent once, there is `thinned` of `curves`.
 */
import { spanOf, type Curve } from '@/lib/curves'

/** Where the lowest and the highest values of blocks of one size are. */
interface Level {
  low: number[]
  high: number[]
}

/** Of blocks of 2, 4, 8, … values; a block is there when it is whole. */
interface Blocks {
  /** Values that were gone through. */
  count: number
  levels: Level[]
}

const known = new WeakMap<readonly number[], Blocks>()

/** The block that ends with value `index`, out of the two of the level below. */
function addBlock({ levels }: Blocks, y: readonly number[], level: number, index: number): void {
  const blocks = (levels[level] ??= { low: [], high: [] })
  const below = levels[level - 1]
  const at = blocks.low.length * 2
  const [low, otherLow] = below === undefined ? [index - 1, index] : [below.low[at], below.low[at + 1]]
  const [high, otherHigh] = below === undefined ? [index - 1, index] : [below.high[at], below.high[at + 1]]
  blocks.low.push(y[otherLow] < y[low] ? otherLow : low)
  blocks.high.push(y[otherHigh] > y[high] ? otherHigh : high)
}

/** Columns only grow in place; one that was cut is another array (`withRecords`). */
function levelsOf(y: readonly number[]): readonly Level[] {
  const blocks = known.get(y) ?? { count: 0, levels: [] }
  known.set(y, blocks)
  for (; blocks.count < y.length; blocks.count++) {
    for (let level = 0, size = 2; (blocks.count + 1) % size === 0; level++, size *= 2) addBlock(blocks, y, level, blocks.count)
  }
  return blocks.levels
}

/** Ends of [first, after), and the lowest and highest value of each of its blocks, as rising indices: at most `count`. */
export function extremes(y: readonly number[], first: number, after: number, count: number): number[] {
  const length = after - first
  if (length <= Math.max(count, 8)) return Array.from({ length }, (_, place) => first + place)
  let level = 0
  while ((2 * length) / 2 ** (level + 1) + 6 > count && 2 ** (level + 2) < length) level++
  const size = 2 ** (level + 1)
  const { low, high } = levelsOf(y)[level]
  const kept = [first]
  const keep = (...indices: number[]) => indices.sort((a, b) => a - b).forEach((index) => index > kept[kept.length - 1] && kept.push(index))
  const scan = (from: number, to: number) => {
    let [lowest, highest] = [from, from]
    for (let index = from; index < to; index++) {
      if (y[index] < y[lowest]) lowest = index
      if (y[index] > y[highest]) highest = index
    }
    if (from < to) keep(lowest, highest)
  }
  const [begin, end] = [Math.ceil(first / size), Math.floor(after / size)]
  scan(first, Math.min(after, begin * size))
  for (let block = begin; block < end; block++) keep(low[block], high[block])
  scan(Math.max(first, end * size), after)
  keep(after - 1)
  return kept
}

/** The part of a curve between two places, as at most `count` points. */
export function sketched(curve: Curve, from: number, to: number, count: number): Curve {
  const [first, after] = spanOf(curve, from, to)
  const kept = extremes(curve.y, first, after, count)
  return { x: kept.map((index) => curve.x[index]), y: kept.map((index) => curve.y[index]) }
}
