/** The built page's scripts, styles and fonts: their names change with their contents, and they were compressed when they were built. */
import sirv from 'sirv'
import type { Page } from '@/server/http/http'

const prefix = '/_next/static'

/** `rest` answers for everything else. */
export function serveStatic(folder: string, rest: Page): Page {
  const send = sirv(folder, { brotli: true, gzip: true, maxAge: 31_536_000, immutable: true })
  return async (request, response) => {
    const { url } = request
    if (!url?.startsWith(`${prefix}/`)) return rest(request, response)
    request.url = url.slice(prefix.length)
    let found = true
    send(request, response, () => void (found = false))
    request.url = url
    if (!found) return rest(request, response)
  }
}
