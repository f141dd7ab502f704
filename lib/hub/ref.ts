/** Which rows of a hub are meant: a dataset, a revision, a subset and a split of it. */
import { z } from 'zod'
import { UserError } from '@/lib/errors'
import { hubNames, hubs, type HubName } from '@/lib/hub/hub'

/** `org/name`, or `name` alone as Hugging Face's oldest datasets are called. No part can climb out of a folder. */
const idPattern = /^(?:[A-Za-z0-9][\w.-]*\/)?[A-Za-z0-9][\w.-]*$/
/** A branch, a tag or a commit; it becomes a part of a path. */
const revisionPattern = /^[A-Za-z0-9][\w./-]*$/

const plainPart = (text: string) => !text.includes('..') && !text.includes('--')

export const idSchema = z.string().max(200).refine((id) => idPattern.test(id) && plainPart(id))
export const revisionSchema = z.string().max(200).refine((revision) => revisionPattern.test(revision) && !revision.includes('..'))

export const folderSchema = z.string().min(1).max(500)

export const refSchema = z.strictObject({
  hub: z.enum(hubNames),
  id: idSchema,
  /** Null: the hub's main branch. */
  revision: revisionSchema.nullable(),
  /** A configuration that the card names; null: the one that stands for the whole. */
  subset: z.string().min(1).max(200).nullable(),
  split: z.string().min(1).max(200),
  /** Only what lies below this folder. */
  folder: folderSchema.nullable(),
})
export type DatasetRef = z.infer<typeof refSchema>

/** One text per ref: for tables, and for names of files after hashing. */
export const refKey = ({ hub, id, revision, subset, split, folder }: DatasetRef): string =>
  JSON.stringify([hub, id, revision ?? hubs[hub].revision, subset, split, folder])

/**
 * The id in what a person types or pastes: `org/name`, or the address of its page.
 * @throws UserError `hub_id_invalid`
 */
export function readId(text: string): { id: string; hub: HubName | null } {
  const address = /^https?:\/\/(?<host>[^/]+)\/datasets\/(?<id>[^/?#]+(?:\/[^/?#]+)?)/.exec(text.trim())
  const id = idSchema.safeParse(address?.groups?.id ?? text.trim())
  if (!id.success) throw new UserError('hub_id_invalid', { id: text.trim().slice(0, 100) })
  const host = address?.groups?.host ?? ''
  const hub = hubNames.find((name) => host.replace(/^www\./, '') === new URL(hubs[name].endpoint).host) ?? null
  return { id: id.data, hub }
}
