'use client'
/** What the charts draw of the runs that the page follows. */
import { useMemo } from 'react'
import type { ChartSource } from '@/components/run/chart/lines'
import type { Feed } from '@/components/run/feeds'
import type { RunSummary } from '@/lib/run'

/** Colours of runs that lie over each other, in their order. */
export const runColours = ['--run-1', '--run-2', '--run-3', '--run-4', '--run-5', '--run-6', '--run-7', '--run-8'].map((name) => `var(${name})`)

/** One run; the same array until it has news. */
export function useSources({ id, name, total_steps }: RunSummary, { curves }: Feed): readonly ChartSource[] {
  return useMemo(() => [{ id, name, colour: runColours[0], curves, total: total_steps }], [id, name, curves, total_steps])
}
