/** Advice for a name that a hub does not know: the most similar one that it finds. */
import { nearest } from '@/lib/config/nearest'
import { UserError } from '@/lib/errors'
import { clients } from '@/hub/client'
import type { Asking } from '@/hub/request'

/** For `catch`: a fault "no such repository" gets the nearest name; everything is thrown on. */
export const withNearest = (asking: Asking) => async (error: unknown): Promise<never> => {
  if (!(error instanceof UserError) || (error.fault.code !== 'hub_missing' && error.fault.code !== 'hub_private')) throw error
  const words = asking.id.slice(asking.id.indexOf('/') + 1)
  const hits = await clients[asking.hub].search(words, asking).catch(() => []) // the first fault is the one to tell
  const ids = hits.map(({ id }) => id)
  if (ids.length === 0 || ids.includes(asking.id)) throw error
  throw new UserError('hub_missing_near', { ...error.fault.values, nearest: nearest(asking.id, ids) })
}
