/**
 * ModelScope's HTTP interface, as far as datasets and models are read: the one that its own Python tools use (`/api/v1`, and `/openapi/v1` to search).
 * It names no commits, so a snapshot is called by its revision, as those tools do.
 */
import { z } from 'zod'
import { hubs, type HubFile, type HubHit, type RepoKind } from '@/lib/hub/hub'
import type { Snapshot } from '@/hub/snapshot'
import { askJson, type Asking } from '@/hub/request'
import { endpointOf } from '@/hub/settings'

const entrySchema = z.looseObject({ Path: z.string(), Type: z.string().default('blob'), Size: z.number().default(0), Sha256: z.string().nullish() })
/** Both shapes are in use: a list, or an object that holds it. */
const treeSchema = z.looseObject({ Data: z.union([z.array(entrySchema), z.looseObject({ Files: z.array(entrySchema).nullable() })]) })

const hitSchema = z.looseObject({ id: z.string(), downloads: z.number().nullish(), likes: z.number().nullish(), gated: z.boolean().nullish() })
const hitsSchema = z.looseObject({ data: z.looseObject({ datasets: z.array(hitSchema).nullish(), models: z.array(hitSchema).nullish() }) })

/** As many as its own tools ask for; datasets come in pages, models whole. */
const pageSize = 200
const api = (kind: RepoKind, id: string) => `${endpointOf('modelscope')}/api/v1/${kind}s/${id}/repo`

function toFile({ Path, Size, Sha256 }: z.output<typeof entrySchema>): HubFile {
  return { path: Path, size: Size, sha256: Sha256 != null && /^[0-9a-f]{64}$/.test(Sha256) ? Sha256 : null, git_sha1: null }
}

export async function snapshot(revision: string | null, asking: Asking): Promise<Snapshot> {
  const { kind, id } = asking
  const commit = revision ?? hubs.modelscope.revision
  const files: HubFile[] = []
  for (let page = 1; ; page++) {
    const query = new URLSearchParams({ Revision: commit, Recursive: 'True', ...(kind === 'dataset' ? { PageNumber: String(page), PageSize: String(pageSize) } : {}) })
    const { value } = await askJson(`${api(kind, id)}/${kind === 'dataset' ? 'tree' : 'files'}?${query}`, asking, treeSchema)
    const entries = Array.isArray(value.Data) ? value.Data : (value.Data.Files ?? [])
    files.push(...entries.filter(({ Type }) => Type !== 'tree').map(toFile))
    if (kind === 'model' || entries.length < pageSize) return { commit, files }
  }
}

export async function search(words: string, asking: Asking): Promise<HubHit[]> {
  const query = new URLSearchParams({ search: words, page_number: '1', page_size: '20' })
  const { value } = await askJson(`${endpointOf('modelscope')}/openapi/v1/${asking.kind}s?${query}`, asking, hitsSchema)
  return (value.data[`${asking.kind}s`] ?? []).map(({ id, downloads, likes, gated }) => ({ id, downloads: downloads ?? 0, likes: likes ?? 0, gated: gated ?? false }))
}

export const fileUrl = (kind: RepoKind, id: string, commit: string, path: string): string => `${api(kind, id)}?${new URLSearchParams({ Revision: commit, FilePath: path })}`
