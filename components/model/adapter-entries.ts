/** The adapters that are known, by folder: what each stands on. */
import type { AdapterEntry } from '@/lib/api'

/** A folder with those that have to be merged into the base before it, in their order. */
export const withBeneath = (entries: readonly AdapterEntry[], path: string): string[] => [...(entries.find((entry) => entry.path === path)?.beneath ?? []), path]

/** The base that adapters bring along: that of the last one that is known. */
export const baseOf = (entries: readonly AdapterEntry[], chosen: readonly string[]): AdapterEntry | undefined => entries.filter(({ path }) => chosen.includes(path)).sort((a, b) => chosen.indexOf(b.path) - chosen.indexOf(a.path))[0]
