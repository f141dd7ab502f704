/** The page, as Next.js built it (or builds it, while developing), inside our own HTTP server. */
import type { Server } from 'node:http'
import { checkout } from '@/server/env'
import type { Page } from '@/server/http/http'

/** Starts Next.js; requests that come before it is ready wait for it. */
export function openPage(dev: boolean, server: Server): Page {
  const start = async () => {
    const { default: next } = await import('next')
    const app = next({ dev, dir: checkout, httpServer: server, quiet: !dev })
    await app.prepare()
    return app.getRequestHandler()
  }
  const ready = start()
  ready.catch(() => undefined) // told to each request that needs it
  return async (request, response) => (await ready)(request, response)
}
