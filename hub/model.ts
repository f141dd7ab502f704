/**
 * A model of a hub: what it is made of, its files brought here, and the folder that a `model_name_or_path` means. Only what a model needs is fetched; weights
 * come as safetensors or not at all, because the older formats are programs in disguise. What other tools left in the caches counts as here.
 */
import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { UserError } from '@/lib/errors'
import type { FetchProgress } from '@/lib/hub/download'
import { hubNames, hubs, type HubFile } from '@/lib/hub/hub'
import { isModelId, revisionSchema, type ModelRef } from '@/lib/hub/ref'
import { configFile, foreignWeights, plainFiles, weightsFile, weightsIndexFile } from '@/lib/models/files'
import { clients } from '@/hub/client'
import { fetchFiles, nothingYet, type Call } from '@/hub/fetch'
import { withNearest } from '@/hub/near'
import { cachedFolders, noteRevision, placeOf, type Repo } from '@/hub/place'
import type { Asking } from '@/hub/request'
import { preferredHub } from '@/hub/settings'
import { transfer } from '@/hub/transfer'

export interface HubModel {
  repo: Repo
  /** In the order in which they are fetched: the weights come last, so that a folder with weights has everything. */
  files: HubFile[]
}

const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) })

/** The shards that an index names; null where it is none. */
function shardsOf(text: string): string[] | null {
  try {
    const parsed = indexSchema.safeParse(JSON.parse(text))
    return parsed.success ? [...new Set(Object.values(parsed.data.weight_map))].sort() : null
  } catch {
    return null // no JSON
  }
}

const ending = ({ path: file }: HubFile): string[] => (foreignWeights.test(file) ? [path.extname(file)] : [])

/** The weights' files; an index must be here before it can say which they are. */
async function weightsOf(repo: Repo, files: readonly HubFile[], asking: Asking): Promise<HubFile[]> {
  const find = (name: string) => files.find((file) => file.path === name)
  const [single, index] = [find(weightsFile), find(weightsIndexFile)]
  if (single) return [single]
  if (!index) throw new UserError('hub_no_safetensors', { id: repo.id, found: [...new Set(files.flatMap(ending))].join(', ') || '—' })
  await transfer({ repo, file: index, asking, progress: () => {} })
  const names = shardsOf(await readFile(placeOf(repo, index.path), 'utf8'))
  const lost = names?.find((name) => !find(name)) ?? (names ? null : weightsIndexFile)
  if (names === null || lost !== null) throw new UserError('hub_model_incomplete', { id: repo.id, path: lost ?? weightsIndexFile })
  return [index, ...files.filter((file) => names.includes(file.path))]
}

/**
 * What a model is made of. Fetches config.json and, of weights in several files, their index.
 * @throws UserError of `hub/request`, `hub_no_model`, `hub_no_safetensors`, `hub_model_incomplete`
 */
export async function lookUpModel({ hub, model: id, revision }: ModelRef, call: Call = {}): Promise<HubModel> {
  const asking: Asking = { ...call, hub, kind: 'model', id }
  const { commit, files } = await clients[hub].snapshot(revision, asking).catch(withNearest(asking))
  const repo: Repo = { hub, kind: 'model', id, commit }
  const plain = files.filter((file) => plainFiles.includes(file.path))
  const config = plain.find((file) => file.path === configFile)
  if (!config) throw new UserError('hub_no_model', { id })
  const weights = await weightsOf(repo, files, asking)
  await transfer({ repo, file: config, asking, progress: () => {} })
  return { repo, files: [...plain, ...weights] }
}

/**
 * Fetches a model as it is on the hub now; what is here already is not sent again.
 * @throws UserError; AbortError when `signal` says so
 */
export async function fetchModel(ref: ModelRef, call: Call, progress: (now: FetchProgress) => void): Promise<void> {
  progress(nothingYet)
  const { repo, files } = await lookUpModel(ref, call)
  await fetchFiles(repo, files, { ...call, hub: ref.hub, kind: 'model', id: ref.model }, progress)
  noteRevision(repo, ref.revision)
}

const textOf = (file: string): string | null => (existsSync(file) ? readFileSync(file, 'utf8') : null)

/** Whether a folder holds a model with all its weights. */
export function isWhole(folder: string): boolean {
  if (!existsSync(path.join(folder, configFile))) return false
  if (existsSync(path.join(folder, weightsFile))) return true
  const index = textOf(path.join(folder, weightsIndexFile))
  const names = index === null ? null : shardsOf(index)
  return names !== null && names.every((name) => path.basename(name) === name && existsSync(path.join(folder, name)))
}

/** The folder that a cache holds of a model; null where it must be fetched first. */
export const heldModel = ({ hub, model: id, revision }: ModelRef): string | null => cachedFolders({ hub, kind: 'model', id }, revision).find(isWhole) ?? null

/** What a hub's model is called where LLaMA-Factory's default revision stands for whatever branch is the hub's main one. */
export function modelRefOf(model: string, model_revision = 'main', hub = preferredHub()): ModelRef {
  const revision = model_revision === hubs.huggingface.revision ? null : model_revision
  if (!revisionSchema.nullable().safeParse(revision).success) throw new UserError('hub_revision_invalid', { revision: model_revision.slice(0, 100) }, 'model_revision')
  return { hub, model, revision }
}

/**
 * The folder that a `model_name_or_path` means: itself, or what a cache holds of the hub's model of that name, the preferred hub's first.
 * @throws UserError `model_not_here` for a hub's model that must be fetched first
 */
export function modelFolder(name: string, model_revision?: string): string {
  if (existsSync(name) || !isModelId(name)) return name
  const folder = heldAnywhere(name, model_revision)
  if (folder !== null) return folder
  throw new UserError('model_not_here', { id: name, hub: hubs[preferredHub()].title }, 'model_name_or_path')
}

function heldAnywhere(id: string, model_revision?: string): string | null {
  const preferred = preferredHub()
  for (const hub of [preferred, ...hubNames.filter((other) => other !== preferred)]) {
    const folder = heldModel(modelRefOf(id, model_revision, hub))
    if (folder !== null) return folder
  }
  return null
}

/** Whether a cache holds the whole model. */
export const isHeld = (id: string): boolean => heldAnywhere(id) !== null
