/** The page, as Next.js built it (or builds it, while developing), inside our own HTTP server. */
import type { Server } from 'node:http'
import next from 'next'
import { checkout } from '@/server/env'
import type { Page } from '@/server/http'

/** Starts Next.js; requests that come before it is ready wait for it. */
export function openPage(dev: boolean, server: Server): Page {
  const app = next({ dev, dir: checkout, httpServer: server, quiet: !dev })
  const ready = app.prepare().then(() => app.getRequestHandler())
  ready.catch(() => undefined) // told to each request that needs it
  return async (request, response) => (await ready)(request, response)
}
