'use client'
/** A run's loss as a small line, for lists; asked for once per state of the run. */
import { useEffect, useState } from 'react'
import { useSocket } from '@/components/socket'
import { thin, toCurves, type Curve } from '@/components/run/series'
import type { RunSummary } from '@/lib/run'

const WIDTH = 88
const HEIGHT = 26
const POINTS = 60

const kept = new Map<string, Curve>()

/** The curve of a run, thinned; what was read is kept while the run stands still. */
function useSpark(run: RunSummary): Curve | null {
  const { socket, connected } = useSocket()
  const key = `${run.id} ${run.step} ${run.status}`
  const [curve, setCurve] = useState<Curve | null>(kept.get(key) ?? null)
  useEffect(() => {
    const known = kept.get(key)
    if (known) return setCurve(known)
    if (!socket || !connected) return
    let wanted = true
    socket.emit('watch', run.id, null, (reply) => {
      socket.emit('unwatch', run.id)
      if (!reply.ok) return
      const { loss } = toCurves(reply.value.records)
      const points = thin(loss, POINTS)
      kept.set(key, { x: points.map((index) => loss.x[index]), y: points.map((index) => loss.y[index]) })
      if (wanted) setCurve(kept.get(key) ?? null)
    })
    return () => {
      wanted = false
    }
  }, [socket, connected, key, run.id])
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
