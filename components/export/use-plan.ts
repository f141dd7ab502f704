'use client'
/** The size of an export and what stands in its way, asked a moment after the last change, and again when an export ends. */
import { useEffect } from 'react'
import { useSocket } from '@/components/socket'
import { useCall } from '@/components/use-call'
import { useSettled } from '@/components/use-settled'
import type { ApiRequest } from '@/lib/api'
import type { Fault } from '@/lib/errors'
import type { ExportPlan } from '@/lib/export'

export function usePlan(request: ApiRequest<'export_plan'> | null): { plan: ExportPlan | null; refused: Fault | null; look: () => void } {
  const text = request === null ? '' : JSON.stringify(request)
  const settled = useSettled(text)
  const { reply, again } = useCall('export_plan', settled === '' ? null : (JSON.parse(settled) as ApiRequest<'export_plan'>))
  const ended = useSocket().exports?.filter(({ state }) => state.status !== 'running').length ?? 0
  useEffect(again, [ended])
  const current = settled === text ? reply : null
  return { plan: current?.ok ? current.value : null, refused: current && !current.ok ? current.fault : null, look: again }
}
