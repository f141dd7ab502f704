/** Calls an endpoint of `lib/api`. A server that cannot be reached is a fault like any other: shown, never swallowed. */
import type { ApiName, ApiRequest, ApiResponse } from '@/lib/api'
import type { Reply } from '@/lib/events'

export async function call<N extends ApiName>(name: N, request: ApiRequest<N>, signal?: AbortSignal): Promise<Reply<ApiResponse<N>>> {
  let response: Response
  try {
    response = await fetch(`/api/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
      signal,
    })
  } catch (error) {
    if (signal?.aborted) throw error
    return { ok: false, fault: { code: 'server_unreachable', values: { address: window.location.host } } }
  }
  const type = response.headers.get('content-type') ?? ''
  if (!type.includes('application/json')) return { ok: false, fault: { code: 'internal', values: { problem: `HTTP ${response.status} ${response.statusText}` } } }
  return (await response.json()) as Reply<ApiResponse<N>>
}
