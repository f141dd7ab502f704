/**
 * A run's records as curves, and what the page does with them: smoothing, and thinning to what a screen can show. Pure; knows nothing of
 * drawing.
 */
import type { LogRecord } from '@/lib/run'

/** Points in order of x, as two columns of equal length. */
export interface Curve {
  x: number[]
  y: number[]
}

export const curveKeys = ['loss', 'eval_loss', 'lr', 'grad_norm'] as const
export type CurveKey = (typeof curveKeys)[number]
export type Curves = Record<CurveKey, Curve>

/** A run that was resumed by another program may have logged a step twice: the later record is the true one. */
function push({ x, y }: Curve, step: number, value: number) {
  while (x.length > 0 && x[x.length - 1] >= step) {
    x.pop()
    y.pop()
  }
  x.push(step)
  y.push(value)
}

export function toCurves(records: readonly LogRecord[]): Curves {
  const curves: Curves = { loss: { x: [], y: [] }, eval_loss: { x: [], y: [] }, lr: { x: [], y: [] }, grad_norm: { x: [], y: [] } }
  for (const record of records) {
    for (const key of curveKeys) {
      const value = record[key]
      if (typeof value === 'number' && Number.isFinite(value)) push(curves[key], record.current_steps, value)
    }
  }
  return curves
}

/** Exponential moving average with the start's bias taken out (Kingma & Ba 2015, section 3); `weight` 0 leaves the curve as it is. */
export function smooth({ x, y }: Curve, weight: number): Curve {
  let mean = 0
  let remaining = 1
  const smoothed = y.map((value) => {
    mean = weight * mean + (1 - weight) * value
    remaining *= weight
    return mean / (1 - remaining)
  })
  return { x, y: smoothed }
}

/** The part of a curve between two steps, with one point more on each side so that the line reaches the edges. */
export function within({ x, y }: Curve, from: number, to: number): Curve {
  const first = Math.max(0, x.findIndex((step) => step >= from) - 1)
  const after = x.findIndex((step) => step > to)
  const end = after === -1 ? x.length : after + 1
  return x.length === 0 || x[x.length - 1] < from ? { x: [], y: [] } : { x: x.slice(first, end), y: y.slice(first, end) }
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
  const { loss } = toCurves(records)
  const kept = thin(loss, count)
  return { x: kept.map((index) => loss.x[index]), y: kept.map((index) => loss.y[index]) }
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
