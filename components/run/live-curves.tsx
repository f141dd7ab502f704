'use client'
/** A run's curves, or what to wait for until there are any; the curves' code is loaded meanwhile. */
import dynamic from 'next/dynamic'
import { useEffect } from 'react'
import { useLocale } from '@/components/locale'
import type { ChartSource } from '@/components/run/chart/lines'
import { isActive } from '@/components/run/status'
import { percent } from '@/lib/format'
import { fill } from '@/lib/messages/text'
import type { RunSummary } from '@/lib/run'

const loadCharts = () => import('@/components/run/chart/run-charts')
export const RunCharts = dynamic(() => loadCharts().then((module) => module.RunCharts), { ssr: false })

interface LiveCurvesProps {
  run: RunSummary
  /** False until the server has answered once. */
  ready: boolean
  empty: boolean
  sources: readonly ChartSource[]
  compact?: boolean
}

export function LiveCurves({ run, ready, empty, sources, compact }: LiveCurvesProps) {
  return empty ? <Waiting run={run} ready={ready} /> : <RunCharts sources={sources} compact={compact} />
}

function Waiting({ run, ready }: { run: RunSummary; ready: boolean }) {
  const { t, locale } = useLocale()
  const words = t.ui.run
  useEffect(() => void loadCharts(), [])
  const tokenizing = run.phase === 'tokenizing' && run.phase_share !== null ? fill(words.rows_to_tokens, { percent: percent(run.phase_share, locale) }) : null
  const text = isActive(run.status) ? (tokenizing ?? words.first_point) : run.status === 'queued' ? '' : ready ? words.no_points : ''
  return <p className="m-auto p-6 text-center text-xs text-ink-faint">{text}</p>
}
