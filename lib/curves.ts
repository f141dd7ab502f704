/**
 * A run's records as curves, and what the page does with them: smoothing, and thinning to what a screen can show. Pure; knows nothing of
 * drawing.
 */
import { parseDuration } from '@/lib/format'
import type { LogRecord } from '@/lib/run'

/** Points in order of x, as two columns of equal length. */
export interface Curve {
  x: number[]
  y: number[]
}

/** What the x axis can be. */
export const axes = ['step', 'seconds', 'tokens'] as const
export type Axis = (typeof axes)[number]

/** One logged value over a run: a column per axis and one of values, of equal length. */
export type Series = Record<Axis | 'y', number[]>

/**
 * All curves of a run by the names of their fields. Further records are added to the same columns: those of a hundred thousand are not made
 * anew for each.
 */
export interface Curves {
  readonly series: Readonly<Record<string, Series>>
  /** Where the newest record stands on the axes that not every record tells. */
  readonly seconds: number
  readonly tokens: number
}

export const noCurves: Curves = { series: {}, seconds: 0, tokens: 0 }

/** Numbers of a record that say where it stands, not how it goes; or nothing at all, as memory that is never given back. */
const places: ReadonlySet<string> = new Set(['current_steps', 'total_steps', 'epoch', 'percentage', 'total_tokens', 'vram_allocated', 'vram_reserved'])

const columns = [...axes, 'y'] as const

/**
 * A run that was resumed by another program may have logged a step twice: the later record is the true one. A column is cut by putting another in its
 * place, so that what is kept of columns (`smooth`, `sketch`) holds while they grow.
 */
function push(series: Series, point: Record<Axis | 'y', number>) {
  if ((series.step.at(-1) ?? -Infinity) >= point.step) {
    const before = indexAt({ x: series.step, y: series.y }, point.step)
    for (const name of columns) series[name] = series[name].slice(0, before)
  }
  for (const name of columns) series[name].push(point[name])
}

/** `curves` with further records: columns that it has grow in place, so the older value must not be used any more. */
export function withRecords(curves: Curves, records: readonly LogRecord[]): Curves {
  const series: Record<string, Series> = { ...curves.series }
  let { seconds, tokens } = curves
  for (const record of records) {
    seconds = (record.elapsed_time === undefined ? null : parseDuration(record.elapsed_time)) ?? seconds
    tokens = record.total_tokens ?? tokens
    for (const [key, y] of Object.entries(record)) {
      if (typeof y !== 'number' || !Number.isFinite(y) || places.has(key)) continue
      push((series[key] ??= { step: [], seconds: [], tokens: [], y: [] }), { step: record.current_steps, seconds, tokens, y })
    }
  }
  return { series, seconds, tokens }
}

export const curvesOf = (records: readonly LogRecord[]): Curves => withRecords(noCurves, records)

const nothing: Curve = { x: [], y: [] }

/** The curve of a field over an axis; empty where the run has none. */
export function curveOver({ series }: Curves, key: string, axis: Axis = 'step'): Curve {
  const found = Object.hasOwn(series, key) ? series[key] : null
  return found === null ? nothing : { x: found[axis], y: found.y }
}

/** Whether the log says where its records stand on an axis. */
export const hasAxis = (curves: Curves, axis: Axis): boolean => axis === 'step' || curves[axis] > 0

/** Whether a field belongs to the plot of the loss: `eval_loss`, and `eval_<name>_loss` where there are several sets. */
export const isEvalLoss = (key: string): boolean => /^eval_(.+_)?loss$/.test(key)

/** A smoothed curve as far as it was asked for, and where the average stands. */
interface Smoothed {
  over: readonly number[]
  weight: number
  mean: number
  remaining: number
  curve: Curve
}

/** By the column of values, which only grows. */
const smoothed = new WeakMap<readonly number[], Smoothed>()

/**
 * Exponential moving average with the start's bias taken out (Kingma & Ba 2015, section 3); `weight` 0 leaves the curve as it is. A column that has grown
 * since is gone on with. Both columns of the answer are its own: it must not get places without values.
 */
export function smooth({ x, y }: Curve, weight: number): Curve {
  const before = smoothed.get(y)
  const kept = before?.weight === weight && before.over === x ? before : { over: x, weight, mean: 0, remaining: 1, curve: { x: [], y: [] } }
  smoothed.set(y, kept)
  for (let index = kept.curve.y.length; index < y.length; index++) {
    kept.mean = weight * kept.mean + (1 - weight) * y[index]
    kept.remaining *= weight
    kept.curve.x.push(x[index])
    kept.curve.y.push(kept.mean / (1 - kept.remaining))
  }
  return { ...kept.curve }
}

/** Index of the first point at or after `x`; the number of points where there is none. */
export function indexAt({ x }: Curve, at: number): number {
  let [low, high] = [0, x.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (x[middle] < at) low = middle + 1
    else high = middle
  }
  return low
}

/** Index of the point nearest to `at`; -1 of no points. */
export function nearestTo(curve: Curve, at: number): number {
  const after = indexAt(curve, at)
  if (after === 0) return curve.x.length > 0 ? 0 : -1
  if (after === curve.x.length) return after - 1
  return at - curve.x[after - 1] < curve.x[after] - at ? after - 1 : after
}

/** Which points lie between two places, as [first, after), with one more on each side so that the line reaches the edges. */
export function spanOf(curve: Curve, from: number, to: number): readonly [number, number] {
  const { x } = curve
  if (x.length === 0 || x[x.length - 1] < from) return [0, 0]
  let after = indexAt(curve, to)
  while (after < x.length && x[after] <= to) after++
  return [Math.max(0, indexAt(curve, from) - 1), Math.min(x.length, after + 1)]
}

/**
 * Indices of at most `count` points that keep the curve's look: largest triangle three buckets (Steinarsson 2013, "Downsampling Time
 * Series for Visual Representation").
 */
export function thin({ x, y }: Curve, count: number): number[] {
  const last = x.length - 1
  if (x.length <= count || count < 3) return x.map((_, index) => index)
  const kept = [0]
  const width = (x.length - 2) / (count - 2)
  for (let bucket = 0; bucket < count - 2; bucket++) {
    const start = Math.floor(bucket * width) + 1
    const end = Math.floor((bucket + 1) * width) + 1
    kept.push(largestTriangle({ x, y }, kept[bucket], start, end, Math.min(Math.floor((bucket + 2) * width) + 1, last + 1)))
  }
  kept.push(last)
  return kept
}

/** The point of [start, end) that spans the largest triangle with the point before it and the mean of [end, nextEnd). */
function largestTriangle({ x, y }: Curve, before: number, start: number, end: number, nextEnd: number): number {
  let meanX = 0
  let meanY = 0
  for (let index = end; index < nextEnd; index++) {
    meanX += x[index]
    meanY += y[index]
  }
  const next = Math.max(1, nextEnd - end)
  let best = start
  let bestArea = -1
  for (let index = start; index < end; index++) {
    const area = Math.abs((x[before] - meanX / next) * (y[index] - y[before]) - (x[before] - x[index]) * (meanY / next - y[before]))
    if (area > bestArea) {
      bestArea = area
      best = index
    }
  }
  return best
}

/** The loss of a run as a small line of a list draws it. */
export function sparkOf(records: readonly LogRecord[], count = 60): Curve {
  return thinned(curveOver(curvesOf(records), 'loss'), count)
}

/** At most `count` points of a curve, by `thin`. */
export function thinned(curve: Curve, count: number): Curve {
  const kept = thin(curve, count)
  return { x: kept.map((index) => curve.x[index]), y: kept.map((index) => curve.y[index]) }
}

/** Round values (1, 2 or 5 times a power of ten apart) between two bounds, about `count` of them. */
export function roundTicks(from: number, to: number, count: number, whole = false): number[] {
  const rough = (to - from) / count
  if (!(rough > 0)) return [from]
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = Math.max([1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? 10 * power, whole ? 1 : 0)
  const first = Math.ceil(from / step - 1e-9)
  const last = Math.floor(to / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)))
}

/** The bounds of values, with a little room, from zero where zero is near. */
export function bounds(values: readonly number[]): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (low > high) return [0, 1]
  const room = (high - low) * 0.06 || Math.abs(high) * 0.1 || 1
  return [low >= 0 && low < (high - low) * 0.6 ? 0 : low - room, high + room]
}

/** The bounds of values on a logarithmic axis, in whole decades where they are wide; what is not positive has no place there. */
export function logBounds(values: readonly number[]): readonly [number, number] {
  let [low, high] = [Infinity, 0]
  for (const value of values) {
    if (value <= 0) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (high === 0) return [0.1, 1]
  const room = Math.max((high / low) ** 0.06, 1.02)
  return [low / room, high * room]
}

/** Round values on a logarithmic axis: powers of ten, and their doubles and fives where there are few. */
export function logTicks(low: number, high: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))]
  const decades = Math.max(1, Math.ceil((last - first) / 6))
  const parts = last - first <= 3 ? [1, 2, 5] : [1]
  const powers = Array.from({ length: last - first + 1 }, (_, index) => first + index).filter((power) => (power - first) % decades === 0)
  const ticks = powers.flatMap((power) => parts.map((part) => Number((part * 10 ** power).toPrecision(3)))).filter((tick) => tick >= low && tick <= high)
  return ticks.length > 1 ? ticks : roundTicks(low, high, 4)
}
