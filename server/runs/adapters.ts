/** The adapters that a run folder holds: its result and its checkpoints. Reads only the small files beside the weights. */
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { AdapterEntry } from '@/lib/api'
import { runFiles } from '@/lib/run'
import { readNames } from '@/lib/config/values'
import { readJson } from '@/server/files'
import { checkpointsOf, readArgs } from '@/server/runs/run-view'

const adapterConfigSchema = z.looseObject({ base_model_name_or_path: z.string().nullish() })

/** All that the training began with but the one that it went on with, which it has changed. */
function beneathOf({ adapter_name_or_path, create_new_adapter }: Record<string, unknown>): string[] {
  const names = z.array(z.string()).safeParse(readNames(adapter_name_or_path)).data ?? []
  return create_new_adapter === true ? names : names.slice(0, -1)
}

function adapterIn(run: string, folder: string, checkpoint: string | null, args: Record<string, unknown>): AdapterEntry | null {
  const place = checkpoint === null ? folder : path.join(folder, checkpoint)
  const weights = path.join(place, runFiles.adapterWeights)
  const config = adapterConfigSchema.safeParse(readJson(path.join(place, runFiles.adapterConfig)))
  if (!config.success || !existsSync(weights)) return null
  const told = (key: string) => (typeof args[key] === 'string' ? args[key] : null)
  const base = config.data.base_model_name_or_path ?? told('model_name_or_path') ?? ''
  return { run, checkpoint, path: place, base, beneath: beneathOf(args), template: told('template'), updated_at: statSync(weights).mtimeMs }
}

/** A run's adapters, the finished one first, then its checkpoints from the newest. */
export function adaptersOf(run: string, folder: string): AdapterEntry[] {
  const args = readArgs(folder)?.values ?? {}
  const places = [null, ...checkpointsOf(folder).reverse()]
  return places.map((checkpoint) => adapterIn(run, folder, checkpoint, args)).filter((entry) => entry !== null)
}
