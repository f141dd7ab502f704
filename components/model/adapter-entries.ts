/** The weights that runs have left, by folder: what each stands on, and a whole model as the model bar's. */
import { draft, type Draft } from '@/components/config/draft'
import type { AdapterEntry } from '@/lib/api'

/** A folder with those that have to be merged into the base before it, in their order. */
export const withBeneath = (entries: readonly AdapterEntry[], path: string): string[] => [...(entries.find((entry) => entry.path === path)?.beneath ?? []), path]

/** Puts a model that was trained whole in the model bar's place; runs are kept under the name of the model that it came from. */
export function takeWhole({ path, base, template }: AdapterEntry): void {
  draft.set((now) => ({ ...now, model_name: now.model_name || (base.split('/').at(-1) ?? ''), args: { ...now.args, model_name_or_path: path, ...(template === null ? {} : { template }) } }))
}

/** Puts what an adapter was trained on in the model bar's place, with its template. */
export function takeBase({ base, template }: AdapterEntry): void {
  const named = (now: Draft) => (now.args.model_name_or_path === base ? now.model_name : '')
  draft.set((now) => ({ ...now, model_name: named(now), args: { ...now.args, model_name_or_path: base, ...(template === null ? {} : { template }) } }))
}

/** The base that adapters bring along: that of the last one that is known. */
export const baseOf = (entries: readonly AdapterEntry[], chosen: readonly string[]): AdapterEntry | undefined => entries.filter(({ path }) => chosen.includes(path)).sort((a, b) => chosen.indexOf(b.path) - chosen.indexOf(a.path))[0]
