/**
 * The models that the page offers by name: the starter that comes with the project, then the known checkpoints, each with what keeps this engine from
 * running it, as far as its name tells. A path is a folder on this machine, or the name of a hub's model.
 */
import type { HubName } from '@/lib/hub/hub'
import { architectureOf, hasLongRope, isQuantised } from '@/lib/models/architectures'
import { catalogRows } from '@/lib/models/catalog-rows'
import { families, type FamilyName } from '@/lib/models/families'

/** Why this engine does not run a model. */
export type Obstacle = 'unknown' | 'architecture' | 'media' | 'quantised' | 'rope'

export interface CatalogModel {
  name: string
  /** What model_name_or_path becomes: a folder of the project, or the Hugging Face id. */
  path: string
  huggingface: string | null
  modelscope: string | null
  /** The template it was trained with; `default` for base models, as LLaMA Board sets it. */
  template: string
  /** The `model_type` of its config.json; null where its name does not tell. */
  architecture: string | null
  obstacle: Obstacle | null
}

/** The small model that comes with the project, so that a first training needs no download. */
export const starter: CatalogModel = {
  name: 'Tuneboard-Starter', path: 'data/models/starter', huggingface: null, modelscope: null, template: 'chatml', architecture: 'llama', obstacle: null,
}

const isFamily = (architecture: string): architecture is FamilyName => Object.hasOwn(families, architecture)

function obstacleOf(name: string, architecture: string | null, media: boolean): Obstacle | null {
  if (media) return 'media'
  if (architecture === null) return 'unknown'
  if (!isFamily(architecture)) return 'architecture'
  return isQuantised(name) ? 'quantised' : hasLongRope(name) ? 'rope' : null
}

function fromRow([name, huggingface, modelscope, template, media]: (typeof catalogRows)[number]): CatalogModel {
  const mirror = modelscope === '=' ? huggingface : modelscope
  const architecture = architectureOf(name)
  return { name, path: huggingface ?? mirror ?? name, huggingface, modelscope: mirror, template: template ?? 'default', architecture, obstacle: obstacleOf(name, architecture, media === 'media') }
}

/** All known models, the starter first. */
export const catalog: readonly CatalogModel[] = [starter, ...catalogRows.map(fromRow)]

const byName = new Map(catalog.map((model) => [model.name, model]))
const byPath = new Map(catalog.flatMap((model) => [model.path, model.huggingface, model.modelscope].map((path) => [path, model] as const)))
const byFolder = new Map(catalog.map((model) => [lastPart(model.path), model]))

function lastPart(path: string): string {
  return path.replace(/[/\\]+$/, '').split(/[/\\]/).at(-1)?.toLowerCase() ?? ''
}

export const modelByName = (name: string): CatalogModel | null => byName.get(name) ?? null

/** The known model of a path: its own path or hub id, or a folder of that name (`/models/Qwen2.5-0.5B-Instruct`). */
export function modelByPath(path: string): CatalogModel | null {
  const trimmed = path.replace(/[/\\]+$/, '')
  return byPath.get(trimmed) ?? byFolder.get(lastPart(trimmed)) ?? null
}

/** What a known model is called on a hub; where it is not there, what it is called on the other. */
export const idOn = (model: CatalogModel, hub: HubName): string => model[hub] ?? model.path
