/** What of a hub is meant: rows (a dataset, a revision, a subset and a split of it), or a model. */
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

/** `owner/name`: a model without an owner would look like a folder. */
const modelIdSchema = idSchema.refine((id) => id.includes('/'))

export const modelRefSchema = z.strictObject({
  hub: z.enum(hubNames),
  model: modelIdSchema,
  /** Null: the hub's main branch. */
  revision: revisionSchema.nullable(),
})
export type ModelRef = z.infer<typeof modelRefSchema>

/** Whatever can be fetched. */
export type HubRef = DatasetRef | ModelRef

/** Whether a `model_name_or_path` may name a model of a hub; that no such folder exists is for the disk to say. */
export const isModelId = (name: string): boolean => modelIdSchema.safeParse(name).success

/** One text per ref: for tables, and for names of files after hashing. */
export function refKey(ref: HubRef): string {
  const revision = ref.revision ?? hubs[ref.hub].revision
  return JSON.stringify('model' in ref ? ['model', ref.hub, ref.model, revision] : [ref.hub, ref.id, revision, ref.subset, ref.split, ref.folder])
}

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
