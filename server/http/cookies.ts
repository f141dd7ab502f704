/** The cookies that a request brings, as they stand in its header. */
import type { IncomingMessage } from 'node:http'

export function cookiesOf(request: IncomingMessage): Map<string, string> {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='))
  return new Map(pairs.map(([name, ...rest]) => [name, rest.join('=')]))
}
