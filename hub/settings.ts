/**
 * Where a hub is, who asks, and where what it sends is kept: by the environment variables of the hubs' own Python tools, so that both share tokens and
 * caches. Read at each use: a test, or a person who sets a token, changes them.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { hubs, type HubName, type RepoKind } from '@/lib/hub/hub'
import { refKey, type DatasetRef } from '@/lib/hub/ref'

const variable = (name: string): string | null => process.env[name]?.trim() || null
const first = (names: readonly string[]) => names.map(variable).find((value) => value !== null) ?? null
const expand = (folder: string) => path.resolve(folder.replace(/^~(?=$|[/\\])/, os.homedir()))
const isSet = (name: string) => ['1', 'true', 'yes', 'on'].includes(variable(name)?.toLowerCase() ?? '')

/** Without a slash at its end; a bare domain means https. */
export function endpointOf(hub: HubName): string {
  const { endpoint_variables, endpoint } = hubs[hub]
  const named = first(endpoint_variables) ?? endpoint
  return (/^[a-z]+:\/\//i.test(named) ? named : `https://${named}`).replace(/\/+$/, '')
}

/** A repository's page, for a person. */
export const pageOf = (hub: HubName, kind: RepoKind, id: string): string => `${endpointOf(hub)}/${hubs[hub].pages[kind]}${id}`

const cacheHome = () => expand(variable('XDG_CACHE_HOME') ?? path.join(os.homedir(), '.cache'))
const huggingfaceHome = () => expand(variable('HF_HOME') ?? path.join(cacheHome(), 'huggingface'))

function tokenFile(): string | null {
  try {
    return readFileSync(expand(variable('HF_TOKEN_PATH') ?? path.join(huggingfaceHome(), 'token')), 'utf8').trim() || null
  } catch {
    return null // not logged in
  }
}

/** ModelScope's own log-in is a pickled cookie, which is nothing to be opened here. */
export const tokenOf = (hub: HubName): string | null => first(hubs[hub].token_variables) ?? (hub === 'huggingface' ? tokenFile() : null)

/** The variable that says that nothing may be fetched; null where none is set. */
export const offlineBy = (): string | null => ['HF_HUB_OFFLINE', 'HF_DATASETS_OFFLINE', 'TRANSFORMERS_OFFLINE'].find(isSet) ?? null

/** LLaMA-Factory's switch: which hub is taken where an entry names both. */
export const preferredHub = (): HubName => (isSet('USE_MODELSCOPE_HUB') ? 'modelscope' : 'huggingface')

/** The folder that a hub's tools keep everything in. */
export function cacheOf(hub: HubName): string {
  if (hub === 'modelscope') return expand(variable('MODELSCOPE_CACHE') ?? path.join(os.homedir(), '.cache/modelscope'))
  return expand(variable('HF_HUB_CACHE') ?? variable('HUGGINGFACE_HUB_CACHE') ?? path.join(huggingfaceHome(), 'hub'))
}

/** Our own note of what was fetched for a ref, in the folder per user that all checkouts share. */
export function noteFile(ref: DatasetRef): string {
  const cache = variable('TUNEBOARD_CACHE') ?? path.join(cacheHome(), 'tuneboard')
  const key = createHash('sha256').update(`${endpointOf(ref.hub)} ${refKey(ref)}`).digest('hex').slice(0, 32)
  return path.join(expand(cache), 'hub', `${ref.id.replace('/', '--')}-${key}.json`)
}
