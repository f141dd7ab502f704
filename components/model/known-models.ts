'use client'
/** The catalogue and the models of this machine, fetched when a person turns to a field that needs them. */
import { useState } from 'react'
import { call } from '@/components/call'
import type { ComboboxOption } from '@/components/ui/combobox'
import type { LocalModel } from '@/lib/api'
import type { HubName } from '@/lib/hub/hub'
import type { CatalogModel } from '@/lib/models/catalog'
import type { Messages } from '@/lib/messages/en'
import { fill } from '@/lib/messages/text'

export interface KnownModels {
  local: readonly LocalModel[]
  catalog: readonly CatalogModel[]
  starter: CatalogModel
  /** The known model of a name, or of a local model's folder. */
  find: (name: string, path: string | null) => CatalogModel | null
  /** What a known model is called on a hub. */
  idOn: (model: CatalogModel, hub: HubName) => string
}

async function load(): Promise<KnownModels> {
  const [{ catalog, idOn, modelByName, modelByPath, starter }, reply] = await Promise.all([import('@/lib/models/catalog'), call('models', {})])
  // a server that does not answer is said by the frame; the catalogue is there all the same
  const local = reply.ok ? reply.value.filter(({ path }) => !path.endsWith(`/${starter.path}`)) : []
  return { local, catalog, starter, idOn, find: (name, path) => modelByName(name) ?? (path === null ? null : modelByPath(path)) }
}

/** null until `fetch` has been called and has come back; calling it again looks for new local models. */
export function useKnownModels(): { known: KnownModels | null; fetch: () => void } {
  const [known, setKnown] = useState<KnownModels | null>(null)
  return { known, fetch: () => void load().then(setKnown) }
}

/** Why a known model does not run here; null where it should. */
const obstacleText = ({ obstacle, architecture }: CatalogModel, { obstacles }: Messages['ui']['model']): string | null =>
  obstacle === null ? null : fill(obstacles[obstacle], { architecture: architecture ?? '' })

/** Models of this machine first, the starter before all; then the catalogue's, those that do not run here marked, or left out with `runnable`. */
export function modelOptions({ local, catalog, starter }: KnownModels, words: Messages['ui']['model'], runnable: boolean): ComboboxOption[] {
  const here = [{ value: starter.name, label: starter.name, detail: starter.template }, ...local.map(({ name }) => ({ value: name, label: name }))]
  const names = new Set(here.map(({ value }) => value))
  const others = catalog.filter(({ name, obstacle }) => !names.has(name) && (!runnable || obstacle === null))
  return [
    ...here.map((option) => ({ ...option, section: words.local })),
    ...others.map((model) => ({ value: model.name, label: model.name, detail: obstacleText(model, words) ?? model.template, section: words.catalog })),
  ]
}
