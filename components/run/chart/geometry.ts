/** Where a plot's values lie on the screen, and the words of its axes. The same numbers place recharts' axes, the lines and the pointer's reading. */
import { bounds, logBounds, logTicks, roundTicks, type Axis, type Curve } from '@/lib/curves'
import { clock, compact } from '@/lib/format'
import type { Locale } from '@/lib/messages/locales'

export const MARGIN = { top: 8, right: 14, bottom: 0, left: 0 }
export const Y_AXIS_WIDTH = 46
export const X_AXIS_HEIGHT = 22

export type Range = readonly [number, number]

export interface Geometry {
  left: number
  right: number
  top: number
  bottom: number
  xAt: (value: number) => number
  yAt: (value: number) => number
  /** The x value under a pixel, kept inside the plot. */
  valueAt: (pixel: number) => number
}

export function geometryOf(width: number, height: number, [from, to]: Range, [low, high]: Range, log: boolean): Geometry {
  const [left, right] = [MARGIN.left + Y_AXIS_WIDTH, width - MARGIN.right]
  const [top, bottom] = [MARGIN.top, height - MARGIN.bottom - X_AXIS_HEIGHT]
  const share = log ? (value: number) => Math.log(value / low) / Math.log(high / low) : (value: number) => (value - low) / (high - low)
  return {
    left, right, top, bottom,
    xAt: (value) => left + ((value - from) / (to - from || 1)) * (right - left),
    yAt: (value) => bottom - share(value) * (bottom - top),
    valueAt: (pixel) => from + ((Math.min(right, Math.max(left, pixel)) - left) / (right - left)) * (to - from),
  }
}

/** Bounds of the y axis for what is drawn. */
export function levelsOf(curves: readonly Curve[], log: boolean): Range {
  const values = curves.flatMap(({ y }) => y)
  return log ? logBounds(values) : bounds(values)
}

export const yTicks = ([low, high]: Range, log: boolean, count: number): number[] => (log ? logTicks(low, high) : roundTicks(low, high, count))

const times = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400]

/** Round times between two, about `count` of them. */
function timeTicks(from: number, to: number, count: number): number[] {
  const step = times.find((size) => size >= (to - from) / count) ?? Math.ceil((to - from) / count / 86400) * 86400
  const first = Math.ceil(from / step - 1e-9)
  return Array.from({ length: Math.max(0, Math.floor(to / step + 1e-9) - first + 1) }, (_, index) => (first + index) * step)
}

export function xTicks([from, to]: Range, axis: Axis, count: number): number[] {
  return axis === 'seconds' ? timeTicks(from, to, count) : roundTicks(from, to, count, true)
}

/** A place on the x axis in words. */
export function placeText(value: number, axis: Axis, locale: Locale): string {
  if (axis === 'seconds') return clock(value)
  return axis === 'tokens' ? compact(value, locale) : String(Math.round(value))
}

/** The least that a finger or WCAG 2.2 asks for. */
export const GRIP_WIDTH = 24

/** Where the middles of the two grips of a part lie: at its ends, but never one over the other. In a strip too narrow for both, the right one stands out. */
export function gripsAt(left: number, right: number, width: number): [from: number, to: number] {
  const apart = Math.max(GRIP_WIDTH, right - left)
  const from = Math.max(0, Math.min(width - apart, (left + right - apart) / 2))
  return [from, from + apart]
}
