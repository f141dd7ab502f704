/** In which settings configurations differ, defaults counted in. Pure; knows values, not words. */
import { fieldOf, isKey, keys, same } from '@/lib/config/fields'

/** A configuration as its file has it. */
export type Written = Readonly<Record<string, unknown>>

/** What names the run and its place, or asks for it; and what another column of a list shows. */
const places: ReadonlySet<string> = new Set(['output_dir', 'overwrite_output_dir', 'resume_from_checkpoint', 'run_name', 'logging_dir', 'do_train'])

/** The value that a setting has, whether it is written or left at its default. */
export function settingOf(written: Written, key: string): unknown {
  if (!isKey(key)) return written[key] ?? null
  const { schema, default: fallback } = fieldOf(key)
  if (!Object.hasOwn(written, key)) return fallback
  const parsed = schema.safeParse(written[key])
  return parsed.success ? parsed.data : written[key]
}

/** Settings in which not all are alike, in the order of their declarations; keys that this version does not know come last. */
export function differingKeys(all: readonly Written[]): string[] {
  const written = new Set(all.flatMap((one) => Object.keys(one)))
  const known: string[] = keys.filter((key) => written.has(key))
  const unknown = [...written].filter((key) => !isKey(key)).sort()
  return [...known, ...unknown].filter((key) => !places.has(key) && all.some((one) => !same(settingOf(one, key), settingOf(all[0], key))))
}

/** A value in short, as a file would have it. */
export function settingText(value: unknown): string {
  if (value === null || value === undefined) return '–'
  if (Array.isArray(value)) return value.join(', ')
  if (typeof value === 'number' && value !== 0 && Math.abs(value) < 1e-3) return value.toExponential()
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Settings that say much when two runs are beside each other come before these. */
const minor: ReadonlySet<string> = new Set(['logging_steps', 'save_steps', 'plot_loss', 'dataset_dir', 'model_name_or_path', 'dataset', 'finetuning_type', 'stage', 'preprocessing_num_workers', 'overwrite_cache'])

/** For each of some runs: its settings that most of the others do not share. */
export function ownSettings(all: Readonly<Record<string, Written>>): Record<string, { key: string; value: string }[]> {
  const ids = Object.keys(all)
  const found = differingKeys(Object.values(all)).filter((key) => !minor.has(key))
  const usual = new Map(found.map((key) => [key, mostCommon(ids.map((id) => settingText(settingOf(all[id], key))))]))
  return Object.fromEntries(ids.map((id) => [id, found.map((key) => ({ key, value: settingText(settingOf(all[id], key)) })).filter(({ key, value }) => usual.get(key) !== value)]))
}

/** The value of more than half; null where there is none. */
function mostCommon(values: readonly string[]): string | null {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].find(([, count]) => count * 2 > values.length)?.[0] ?? null
}
