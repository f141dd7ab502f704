/** The weights that a run folder holds, adapters or whole models: its result and its checkpoints. Reads only the small files beside them. */
import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { AdapterEntry } from '@/lib/api'
import { runFiles } from '@/lib/run'
import { readNames } from '@/lib/config/values'
import { readJson } from '@/server/files'
import { checkpointsOf, readArgs } from '@/server/runs/run-view'
import { kindIn } from '@/server/runs/weights'

const adapterConfigSchema = z.looseObject({ base_model_name_or_path: z.string().nullish() })

/** All that the training began with but the one that it went on with, which it has changed. */
function beneathOf({ adapter_name_or_path, create_new_adapter }: Record<string, unknown>): string[] {
  const names = z.array(z.string()).safeParse(readNames(adapter_name_or_path)).data ?? []
  return create_new_adapter === true ? names : names.slice(0, -1)
}

function weightsIn(run: string, folder: string, checkpoint: string | null, args: Record<string, unknown>): AdapterEntry | null {
  const place = checkpoint === null ? folder : path.join(folder, checkpoint)
  const kind = kindIn(readdirSync(place))
  if (kind === null) return null
  const told = (key: string) => (typeof args[key] === 'string' ? args[key] : null)
  const config = kind === 'adapter' ? adapterConfigSchema.safeParse(readJson(path.join(place, runFiles.adapterConfig))).data : undefined
  if (kind === 'adapter' && config === undefined) return null
  const base = config?.base_model_name_or_path ?? told('model_name_or_path') ?? ''
  return { kind, run, checkpoint, path: place, base, beneath: kind === 'adapter' ? beneathOf(args) : [], template: told('template'), updated_at: statSync(place).mtimeMs }
}

/** A run's weights, the finished ones first, then its checkpoints from the newest. */
export function adaptersOf(run: string, folder: string): AdapterEntry[] {
  const args = readArgs(folder)?.values ?? {}
  const places = [null, ...checkpointsOf(folder).reverse()]
  return places.map((checkpoint) => weightsIn(run, folder, checkpoint, args)).filter((entry) => entry !== null)
}
