/**
 * The models that the page offers by name: the starter that comes with the project, then the known checkpoints. Leaves out images,
 * video and audio, and downloading: a path is a folder on this machine, or a hub id to fetch by other means.
 */
import { catalogRows } from '@/lib/models/catalog-rows'
import type { FamilyName } from '@/lib/models/families'

export interface CatalogModel {
  name: string
  /** What model_name_or_path becomes: a folder of the project, or the Hugging Face id. */
  path: string
  huggingface: string | null
  modelscope: string | null
  /** The template it was trained with; `default` for base models, as LLaMA Board sets it. */
  template: string
  /** The family of this engine that runs it; null where it has none for it, as far as the name tells. */
  family: FamilyName | null
}

/** The small model that comes with the project, so that a first training needs no download. */
export const starter: CatalogModel = {
  name: 'Tuneboard-Starter',
  path: 'data/models/starter',
  huggingface: null,
  modelscope: null,
  template: 'chatml',
  family: 'llama',
}

function fromRow([name, huggingface, modelscope, template, family]: (typeof catalogRows)[number]): CatalogModel {
  const mirror = modelscope === '=' ? huggingface : modelscope
  return { name, path: huggingface ?? mirror ?? name, huggingface, modelscope: mirror, template: template ?? 'default', family: family as FamilyName | null }
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
