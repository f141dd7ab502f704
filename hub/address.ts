/**
 * Which addresses a hub may be asked at, and may lead to: https, or this machine where the hub itself is one on this machine (a mirror, a test). So a hub
 * of the network can neither make this program speak unencrypted nor reach what listens on loopback only.
 */
import { UserError } from '@/lib/errors'
import { hubs, type HubName } from '@/lib/hub/hub'
import { isLoopback } from '@/lib/loopback'
import { endpointOf } from '@/hub/settings'

const isLocal = ({ hostname }: URL): boolean => isLoopback(hostname.replace(/^\[|\]$/g, ''))

function parse(url: string): URL | null {
  try {
    return new URL(url)
  } catch {
    return null // a text that is no address
  }
}

/** @throws UserError `hub_address_unsafe` */
export function checkAddress(url: string, hub: HubName): void {
  const [found, own] = [parse(url), parse(endpointOf(hub))]
  const local = found !== null && isLocal(found)
  const allowed = local ? own !== null && isLocal(own) && /^https?:$/.test(found.protocol) : found?.protocol === 'https:'
  if (!allowed) throw new UserError('hub_address_unsafe', { hub: hubs[hub].title, url: found === null ? url.slice(0, 200) : `${found.protocol}//${found.host}`, variable: hubs[hub].endpoint_variables[0] })
}
