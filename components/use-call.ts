'use client'
/** An endpoint's answer as state: asked again when the request changes; the newest question wins. */
import { useCallback, useEffect, useState } from 'react'
import { call } from '@/components/call'
import type { ApiName, ApiRequest, ApiResponse } from '@/lib/api'
import type { Reply } from '@/lib/events'

/** `request: null` asks nothing. `again` repeats the question, keeping the old answer until the new one is there. */
export function useCall<N extends ApiName>(name: N, request: ApiRequest<N> | null): { reply: Reply<ApiResponse<N>> | null; again: () => void } {
  const [reply, setReply] = useState<Reply<ApiResponse<N>> | null>(null)
  const [round, setRound] = useState(0)
  const asked = request === null ? null : JSON.stringify(request)
  useEffect(() => {
    if (asked === null) {
      setReply(null)
      return
    }
    const controller = new AbortController()
    call(name, JSON.parse(asked) as ApiRequest<N>, controller.signal).then(setReply, (error: unknown) => {
      if (!controller.signal.aborted) throw error
    })
    return () => controller.abort()
  }, [name, asked, round])
  return { reply, again: useCallback(() => setRound((count) => count + 1), []) }
}
