/**
 * One request to a hub, with patience: broken connections, 429 and 5xx are tried again a bounded number of times, a machine without network is told of at
 * once. Answers that mean something to a person become faults here. The token goes to the hub's own address alone, never to where it redirects.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { z } from 'zod'
import { schemaProblem } from '@/lib/causes'
import { type FaultValue, problem, UserError } from '@/lib/errors'
import { hubs, type HubName, type RepoKind } from '@/lib/hub/hub'
import { checkAddress } from '@/hub/address'
import { endpointOf, offlineBy, pageOf, tokenOf } from '@/hub/settings'

export interface Patience {
  attempts: number
  /** Before the second attempt; doubled for each further one. */
  first_ms: number
  /** Longest that a hub may ask to be waited for. */
  longest_ms: number
  /** Time for an answer's head, and for the next bytes of its body. */
  silence_ms: number
}

export const patience: Patience = { attempts: 5, first_ms: 500, longest_ms: 120_000, silence_ms: 20_000 }

export interface Asking {
  hub: HubName
  kind: RepoKind
  /** What is asked for, as faults name it. */
  id: string
  /** In the token's place from the environment. */
  token?: string | null
  signal?: AbortSignal
  patience?: Patience
}

const redirects = [301, 302, 303, 307, 308]
const mostHops = 5

/** Of connections that broke; nothing is gained by trying one again that never came to be. */
const breaks = ['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT']

/** The code of a failed connection: undici keeps it in `cause`, and several in an AggregateError. */
export function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (cause instanceof AggregateError && cause.errors.length > 0) return causeOf(cause.errors[0])
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code
  return cause instanceof Error ? cause.message : String(cause)
}

/** The same in the reader's language, where it has words for it. */
export function networkProblem(error: unknown): FaultValue {
  const code = causeOf(error)
  if (code === 'ECONNREFUSED') return problem('hub_denied', { code })
  return code === 'ENOTFOUND' ? problem('system_host', { code }) : code
}

const notReached = (hub: HubName, reason: FaultValue) => new UserError('hub_unreachable', { hub: hubs[hub].title, endpoint: endpointOf(hub), problem: reason, variable: hubs[hub].endpoint_variables[0] })

/** Seconds or a date; null where the hub does not say. */
function retryAfter(response: Response): number | null {
  const value = response.headers.get('Retry-After')
  if (value === null) return null
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now()
  return Number.isFinite(ms) ? Math.max(0, ms) : null
}

const isPassing = (status: number) => status === 429 || status === 408 || status >= 500

/** The fault that an answer stands for. Hugging Face hides what a stranger may not see behind 401, so a missing name looks like a private one. */
export function refusalOf(response: Response, { hub, kind, id, token = tokenOf(hub) }: Asking): UserError {
  const { title, token_variables, token_page } = hubs[hub]
  const code = response.headers.get('X-Error-Code') ?? ''
  const values = { hub: title, id, variable: token_variables[0], tokens: `${endpointOf(hub)}/${token_page}`, page: pageOf(hub, kind, id) }
  const { status } = response
  if (code === 'RevisionNotFound') return new UserError('hub_revision_missing', values)
  if (code === 'GatedRepo' || status === 403) return new UserError('hub_gated', values)
  if (status === 404) return new UserError('hub_missing', values)
  if (status === 401) return new UserError(token !== null && code !== 'RepoNotFound' ? 'hub_token_refused' : 'hub_private', values)
  if (status === 429) return new UserError('hub_busy', { ...values, seconds: Math.ceil((retryAfter(response) ?? 0) / 1000) })
  return new UserError('hub_failed', { hub: title, status, url: response.url.split('?')[0] })
}

/** Calls a request off when nothing is heard of it for a while; each `heard` begins the while anew, the first one starts it. */
export function listenFor(silence_ms: number, signal: AbortSignal | undefined) {
  const silence = new AbortController()
  let timer: NodeJS.Timeout | undefined
  return {
    signal: signal ? AbortSignal.any([signal, silence.signal]) : silence.signal,
    isSilent: () => silence.signal.aborted,
    heard() {
      clearTimeout(timer)
      timer = setTimeout(() => silence.abort(), silence_ms)
    },
    end: () => clearTimeout(timer),
  }
}

/** Redirects are followed here and not by `fetch`: each address is looked at, and the hub's token is for the hub alone. */
async function follow(url: string, { hub, token = tokenOf(hub) }: Asking, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  for (let [at, hops] = [url, 0]; ; hops++) {
    checkAddress(at, hub)
    const own = new URL(at).origin === new URL(endpointOf(hub)).origin
    const authorization: Record<string, string> = own && token !== null ? { Authorization: `Bearer ${token}` } : {}
    const response = await fetch(at, { headers: { 'User-Agent': 'tuneboard', ...authorization, ...headers }, redirect: 'manual', signal })
    const next = response.headers.get('Location')
    if (!redirects.includes(response.status) || next === null || hops === mostHops) return response
    await response.body?.cancel()
    at = new URL(next, at).href
  }
}

/** The answer to a GET: its head, whatever its status but those that pass. Its body comes under the caller's own signal. */
export async function ask(url: string, asking: Asking, headers: Record<string, string> = {}): Promise<Response> {
  const offline = offlineBy()
  if (offline !== null) throw new UserError('hub_offline', { hub: hubs[asking.hub].title, id: asking.id, variable: offline })
  const { hub, signal } = asking
  const { attempts, first_ms, longest_ms, silence_ms } = asking.patience ?? patience
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted()
    const listening = listenFor(silence_ms, signal)
    let pause = first_ms * 2 ** (attempt - 1)
    listening.heard()
    try {
      const response = await follow(url, asking, headers, listening.signal)
      const asked = retryAfter(response)
      if (!isPassing(response.status) || attempt === attempts || (asked ?? 0) > longest_ms) return response
      pause = asked ?? pause
      await response.body?.cancel()
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof UserError) throw error
      if (listening.isSilent()) throw notReached(hub, problem('hub_silent', { seconds: silence_ms / 1000 }))
      if (attempt === attempts || !breaks.includes(causeOf(error))) throw notReached(hub, networkProblem(error))
    } finally {
      listening.end()
    }
    await sleep(pause, undefined, { signal })
  }
}

/** The answer as JSON of a known shape. */
export async function askJson<T>(url: string, asking: Asking, schema: z.ZodType<T>): Promise<{ value: T; next: string | null }> {
  const response = await ask(url, asking, { Accept: 'application/json' })
  if (!response.ok) throw refusalOf(response, asking)
  const strange = (reason: FaultValue) => new UserError('hub_answer_strange', { hub: hubs[asking.hub].title, url: url.split('?')[0], problem: reason, variable: hubs[asking.hub].endpoint_variables[0] })
  const text = await response.text()
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    throw strange(problem('hub_no_json'))
  }
  const parsed = schema.safeParse(found)
  if (parsed.success) return { value: parsed.data, next: nextPage(response) }
  throw strange(schemaProblem(parsed.error, found))
}

/** RFC 8288: `<address>; rel="next"`. */
const nextPage = (response: Response): string | null => /<([^>]+)>\s*;\s*rel="next"/.exec(response.headers.get('Link') ?? '')?.[1] ?? null
