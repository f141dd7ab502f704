'use client'
/** The catalogue and the models of this machine, fetched when a person turns to a field that needs them. */
import { useState } from 'react'
import { call } from '@/components/call'
import type { ComboboxOption } from '@/components/ui/combobox'
import type { LocalModel } from '@/lib/api'
import type { CatalogModel } from '@/lib/models/catalog'

export interface KnownModels {
  local: readonly LocalModel[]
  catalog: readonly CatalogModel[]
  starter: CatalogModel
  /** The known model of a name, or of a local model's folder. */
  find: (name: string, path: string | null) => CatalogModel | null
}

async function load(): Promise<KnownModels> {
  const [{ catalog, modelByName, modelByPath, starter }, reply] = await Promise.all([import('@/lib/models/catalog'), call('models', {})])
  // a server that does not answer is said by the frame; the catalogue is there all the same
  const local = reply.ok ? reply.value.filter(({ path }) => !path.endsWith(`/${starter.path}`)) : []
  return { local, catalog, starter, find: (name, path) => modelByName(name) ?? (path === null ? null : modelByPath(path)) }
}

/** null until `fetch` has been called and has come back; calling it again looks for new local models. */
export function useKnownModels(): { known: KnownModels | null; fetch: () => void } {
  const [known, setKnown] = useState<KnownModels | null>(null)
  return { known, fetch: () => void load().then(setKnown) }
}

/** Models of this machine first, the starter before all; then the catalogue's. */
export function modelOptions({ local, catalog, starter }: KnownModels, words: { local: string; catalog: string }): ComboboxOption[] {
  const here = [{ value: starter.name, label: starter.name, detail: starter.template }, ...local.map(({ name }) => ({ value: name, label: name }))]
  const names = new Set(here.map(({ value }) => value))
  const others = catalog.filter(({ name }) => !names.has(name)).map(({ name, template }) => ({ value: name, label: name, detail: template }))
  return [...here.map((option) => ({ ...option, section: words.local })), ...others.map((option) => ({ ...option, section: words.catalog }))]
}
