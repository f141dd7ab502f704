'use client'
/** The settings of runs as their files have them, asked for once per run: they do not change after the start. */
import { useEffect, useState } from 'react'
import { call } from '@/components/call'
import type { Written } from '@/lib/config/difference'

const kept = new Map<string, Written>()

/** Of the runs whose settings are there yet; runs without a file of settings stay out. */
export function useSettings(ids: readonly string[]): Readonly<Record<string, Written>> {
  const wanted = ids.join('\n')
  const [found, setFound] = useState<Readonly<Record<string, Written>>>({})
  useEffect(() => {
    const all = wanted.split('\n').filter(Boolean)
    const missing = all.filter((id) => !kept.has(id))
    const show = () => setFound(Object.fromEntries(all.flatMap((id) => (kept.has(id) ? [[id, kept.get(id) ?? {}]] : []))))
    show()
    if (missing.length === 0) return
    let current = true
    void call('run_settings', { ids: missing }).then((reply) => {
      if (!reply.ok) return // the connection is gone, which the frame says
      for (const [id, values] of Object.entries(reply.value)) kept.set(id, values)
      if (current) show()
    })
    return () => {
      current = false
    }
  }, [wanted])
  return found
}
