'use client'
/** How a person looks at curves: which x axis, how smooth, on which scale, and which part. All but the part is remembered by the browser. */
import { z } from 'zod'
import { createStore } from '@/components/store'
import { recall, remember } from '@/components/stored'
import { axes, type Axis } from '@/lib/curves'

/** A zoomed range of the x axis; null follows the run to its newest record. */
export type Zoom = readonly [number, number] | null

const lookSchema = z.object({ axis: z.enum(axes), log: z.boolean(), weight: z.number().min(0).max(0.99) })
export type Look = z.infer<typeof lookSchema>

const storageKey = 'tuneboard.curves'

export const look = createStore<Look>({ axis: 'step', log: false, weight: 0.6 })

export function changeLook(change: Partial<Look>): void {
  look.set((now) => ({ ...now, ...change }))
  remember(storageKey, look.get())
}

/** Called when the first chart appears. */
export function recallLook(): void {
  const stored = lookSchema.safeParse(recall(storageKey))
  if (stored.success) look.set(stored.data)
}

/** Half the range around its end, which is where people look. */
export const closer = ([from, to]: readonly [number, number]): readonly [number, number] => [to - (to - from) / 2, to]

/** A range within the whole one; null where it is all of it. */
export function clipped([from, to]: readonly [number, number], [first, last]: readonly [number, number]): Zoom {
  const next = [Math.max(first, from), Math.min(last, to)] as const
  return next[0] <= first && next[1] >= last ? null : next
}

export const wider = ([from, to]: readonly [number, number], full: readonly [number, number]): Zoom => clipped([from - (to - from) / 2, to + (to - from) / 2], full)

/** Of the whole x axis, below which no zoom goes. */
const smallest: Readonly<Record<Axis, number>> = { step: 3, seconds: 2, tokens: 100 }
export const canZoomIn = ([from, to]: readonly [number, number], axis: Axis): boolean => to - from > smallest[axis]

/** The range after the wheel has turned at a place in it: away from the person comes closer. */
export function wheeled([from, to]: readonly [number, number], at: number, turned: number, full: readonly [number, number], axis: Axis): Zoom {
  const factor = 1.0015 ** Math.max(-300, Math.min(300, turned))
  const next = [at - (at - from) * factor, at + (to - at) * factor] as const
  return factor < 1 && !canZoomIn(next, axis) ? clipped([from, to], full) : clipped(next, full)
}
