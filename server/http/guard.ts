/**
 * Who may speak to the server. On loopback, whoever uses one of its own names: a page elsewhere that points its name at this machine
 * (DNS rebinding) does not. With a token, whoever shows it once and keeps the cookie. Pages of other origins never.
 * Leaves out users and rights: this is one person's tool.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Fault } from '@/lib/errors'
import { isLoopback } from '@/lib/loopback'
import { cookiesOf } from '@/server/http/cookies'
import type { ServerOptions } from '@/server/options'

export interface Refusal {
  status: 401 | 403
  fault: Fault
}

export interface Guard {
  /** Why a request may not pass, or null. */
  refusal(request: IncomingMessage): Refusal | null
  /** For an address with the right token: the cookie to set and the address without it; null for any other. */
  login(request: IncomingMessage): { cookie: string; location: string } | null
}

const digest = (text: string) => createHash('sha256').update(text).digest()
const same = (a: string, b: string) => timingSafeEqual(digest(a), digest(b))

/** Host name of a Host header, without port and brackets; null for a header that is none. */
function hostName(header: string): string | null {
  return URL.canParse(`http://${header}`) ? new URL(`http://${header}`).hostname.replace(/^\[|\]$/g, '') : null
}

export function openGuard({ host, token }: ServerOptions, port: () => number): Guard {
  const cookieName = () => `tuneboard_${port()}` // cookies of one host are shared by its ports

  const knows = (request: IncomingMessage): boolean => {
    if (token === null) return true
    const bearer = request.headers.authorization?.match(/^Bearer (.+)$/)?.[1]
    const shown = bearer ?? cookiesOf(request).get(cookieName())
    return shown !== undefined && same(shown, token)
  }

  const wrongHost = (header: string): boolean => {
    const name = hostName(header)
    // Elsewhere a rebound name brings no cookie, so the token is check enough, and the machine may have names we do not know.
    return name === null || (isLoopback(host) && !isLoopback(name) && name !== host)
  }

  const foreign = (request: IncomingMessage): string | null => {
    const { origin } = request.headers
    if (origin !== undefined) return URL.canParse(origin) && new URL(origin).host === hostOf(request) ? null : origin
    // Following a link from elsewhere to a page is fine; anything else that a foreign page sets off is not.
    const site = request.headers['sec-fetch-site']
    return site === 'cross-site' && request.headers['sec-fetch-mode'] !== 'navigate' ? site : null
  }

  return {
    refusal(request): Refusal | null {
      const header = request.headers.host ?? ''
      if (wrongHost(header)) return { status: 403, fault: { code: 'host_refused', values: { host: header } } }
      const origin = foreign(request)
      if (origin !== null) return { status: 403, fault: { code: 'origin_refused', values: { origin } } }
      return knows(request) ? null : { status: 401, fault: { code: 'token_needed', values: {} } }
    },
    login(request) {
      const url = new URL(request.url ?? '/', 'http://here')
      const shown = url.searchParams.get('token')
      if (token === null || shown === null || request.method !== 'GET' || !same(shown, token)) return null
      url.searchParams.delete('token')
      return { cookie: `${cookieName()}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000`, location: url.pathname + url.search }
    },
  }
}

/** The Host header as a URL's `host` writes it: lower case, without a default port. */
const hostOf = (request: IncomingMessage): string => new URL(`http://${request.headers.host}`).host
