/** Hugging Face's HTTP interface, as far as datasets and models are read: which commit, which files, where. */
import { z } from 'zod'
import { hubs, type HubFile, type HubHit, type RepoKind } from '@/lib/hub/hub'
import type { Snapshot } from '@/hub/snapshot'
import { askJson, type Asking } from '@/hub/request'
import { endpointOf } from '@/hub/settings'

const infoSchema = z.looseObject({ sha: z.string().regex(/^[0-9a-f]{40}$/) })

const treeSchema = z.array(
  z.looseObject({
    type: z.string(),
    path: z.string(),
    size: z.number().optional(),
    oid: z.string().optional(),
    lfs: z.looseObject({ oid: z.string(), size: z.number() }).nullish(),
  }),
)

const hitsSchema = z.array(
  z.looseObject({ id: z.string(), downloads: z.number().default(0), likes: z.number().default(0), gated: z.union([z.boolean(), z.string()]).default(false) }),
)

const api = () => `${endpointOf('huggingface')}/api`
const hex = (text: string | undefined, length: number) => (text !== undefined && text.length === length && /^[0-9a-f]+$/.test(text) ? text : null)

function toFile({ path, size, oid, lfs }: z.output<typeof treeSchema>[number]): HubFile {
  if (lfs) return { path, size: lfs.size, sha256: hex(lfs.oid, 64), git_sha1: null }
  return { path, size: size ?? 0, sha256: null, git_sha1: hex(oid, 40) }
}

export async function snapshot(revision: string | null, asking: Asking): Promise<Snapshot> {
  const repo = `${api()}/${asking.kind}s/${asking.id}`
  const { value } = await askJson(`${repo}/revision/${encodeURIComponent(revision ?? 'main')}`, asking, infoSchema)
  const files: HubFile[] = []
  let page: string | null = `${repo}/tree/${value.sha}?recursive=true&expand=false`
  while (page !== null) {
    const { value: entries, next }: { value: z.output<typeof treeSchema>; next: string | null } = await askJson(page, asking, treeSchema)
    files.push(...entries.filter(({ type }) => type === 'file').map(toFile))
    page = next
  }
  return { commit: value.sha, files }
}

export async function search(words: string, asking: Asking): Promise<HubHit[]> {
  const query = new URLSearchParams({ search: words, limit: '20', sort: 'downloads', direction: '-1' })
  const { value } = await askJson(`${api()}/${asking.kind}s?${query}`, asking, hitsSchema)
  return value.map(({ id, downloads, likes, gated }) => ({ id, downloads, likes, gated: gated !== false }))
}

export function fileUrl(kind: RepoKind, id: string, commit: string, path: string): string {
  return `${endpointOf('huggingface')}/${hubs.huggingface.pages[kind]}${id}/resolve/${encodeURIComponent(commit)}/${path.split('/').map(encodeURIComponent).join('/')}`
}
