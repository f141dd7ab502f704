'use client'
/** A run's loss as a small line, for lists; asked for once per state of the run. */
import { useEffect, useState } from 'react'
import { call } from '@/components/call'
import type { Curve } from '@/lib/curves'
import type { RunSummary } from '@/lib/run'

const WIDTH = 88
const HEIGHT = 26

/** A run under way changes many times a second; its line is asked for when it pauses that long. */
const ASK_AFTER_MS = 60

/** The newest curve of each run, and the state of the run that it is of. */
const kept = new Map<string, { of: string; curve: Curve }>()

/** The curve of a run; what was read is kept while the run stands still. */
function useSpark(run: RunSummary): Curve | null {
  const of = `${run.step} ${run.status}`
  const [curve, setCurve] = useState<Curve | null>(kept.get(run.id)?.curve ?? null)
  useEffect(() => {
    if (kept.get(run.id)?.of === of) return
    const timer = setTimeout(async () => {
      const reply = await call('spark', { id: run.id })
      if (!reply.ok) return // the run is gone, and the list will say so
      kept.set(run.id, { of, curve: reply.value })
      setCurve(reply.value)
    }, ASK_AFTER_MS)
    return () => clearTimeout(timer)
  }, [of, run.id])
  return curve
}

export function Sparkline({ run }: { run: RunSummary }) {
  const curve = useSpark(run)
  if (!curve || curve.x.length < 2) return <span style={{ width: WIDTH, height: HEIGHT }} />
  const [first, last] = [curve.x[0], curve.x[curve.x.length - 1]]
  const low = Math.min(...curve.y)
  const span = Math.max(...curve.y) - low || 1
  const points = curve.x.map((x, index) => `${(((x - first) / (last - first)) * WIDTH).toFixed(1)},${(2 + (1 - (curve.y[index] - low) / span) * (HEIGHT - 4)).toFixed(1)}`)
  return (
    <svg aria-hidden width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="text-train">
      <polyline points={points.join(' ')} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" />
    </svg>
  )
}
