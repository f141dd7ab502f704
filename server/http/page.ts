/** The page, as Next.js built it (or builds it, while developing), inside our own HTTP server: what is there already is sent without Next.js. */
import type { Server } from 'node:http'
import path from 'node:path'
import { checkout } from '@/server/env'
import { keepDocuments } from '@/server/http/documents'
import type { Page } from '@/server/http/http'
import { serveStatic } from '@/server/http/static'

/** Loading Next.js holds up everything else, so it waits until nothing was asked for that long, or until it is needed. */
const QUIET_MS = 1000

export function openPage(dev: boolean, server: Server): Page {
  const start = async () => {
    const { default: next } = await import('next')
    const app = next({ dev, dir: checkout, httpServer: server, quiet: !dev })
    await app.prepare()
    return app.getRequestHandler()
  }
  let started: ReturnType<typeof start> | undefined
  const ready = () => {
    started ??= start()
    started.catch(() => undefined) // told to each request that needs it
    return started
  }
  const render: Page = async (request, response) => (await ready())(request, response)
  if (dev) return render
  const quiet = setTimeout(ready, QUIET_MS).unref()
  const build = path.join(checkout, '.next')
  const page = serveStatic(path.join(build, 'static'), keepDocuments(build, render))
  return (request, response) => {
    quiet.refresh()
    return page(request, response)
  }
}
