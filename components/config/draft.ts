'use client'
/**
 * The form: one object of raw values by configuration key, as typed, plus the two names that a run has beside its configuration. Kept
 * per tab over a reload; validated by the schema elsewhere (`use-checks`).
 */
import { z } from 'zod'
import { createStore } from '@/components/store'
import { recall, remember } from '@/components/stored'
import { fieldOf, isKey, keys, same, type Key } from '@/lib/config/fields'
import { readExtra } from '@/lib/config/extra'
import { formDefaults, visible } from '@/lib/config/form'
import { parseArgs } from '@/lib/config/schema'

export type RawArgs = Record<Key, unknown>

export interface Draft {
  args: RawArgs
  /** Name of the catalogue or of a local model; names the folder under `saves/`. */
  model_name: string
  /** Last part of `output_dir`; empty means that the server makes `train_<date-time>`. */
  run_name: string
  /** JSON of settings that win over `args`, as typed. */
  extra_args: string
  /** Settings of a file that others hide, with values that cannot be used: a start must not pass over what the file says without a word. */
  kept: readonly Key[]
}

const storedSchema = z.object({
  args: z.record(z.string(), z.unknown()),
  model_name: z.string(),
  run_name: z.string(),
  extra_args: z.string().default(''),
  kept: z.array(z.string()).default([]),
})
const storageKey = 'tuneboard.draft'

export const firstArgs: Readonly<RawArgs> = formDefaults()
export const firstDraft: Draft = { args: firstArgs, model_name: '', run_name: '', extra_args: '', kept: [] }
export const draft = createStore<Draft>(firstDraft)

/** Settings that a person has changed in this visit; only their faults are shown before Start is pressed. */
export const touched = createStore<ReadonlySet<string>>(new Set())

export const setArgs = (values: Partial<RawArgs>): void => draft.set((now) => ({ ...now, args: { ...now.args, ...values } }))

/** What a setting takes along, as LLaMA Board has it, seen with the form as it is after the change. */
const takesAlong: Partial<Record<Key, (args: RawArgs) => Partial<RawArgs>>> = {
  stage: ({ stage }) => ({ packing: stage === 'pt' ? true : firstArgs.packing }), // pre-training packs its texts
  finetuning_type: ({ finetuning_type }) => (finetuning_type === 'lora' ? {} : { adapter_name_or_path: null }),
  val_size: evaluates,
  eval_dataset: evaluates,
  // streamed rows cannot be counted off; the page's own first value must not stand in the way
  streaming: ({ streaming, max_samples }) => (streaming === true && same(max_samples, firstArgs.max_samples) ? { max_samples: null } : streaming === false && max_samples === null ? { max_samples: firstArgs.max_samples } : {}),
}

/** Rows set aside are evaluated on at every save, until a person says otherwise. */
function evaluates(args: RawArgs): Partial<RawArgs> {
  const hasData = Number(args.val_size) > 0 || (Array.isArray(args.eval_dataset) && args.eval_dataset.length > 0)
  if (hasData && args.eval_strategy === 'no') return { eval_strategy: 'steps', eval_steps: args.save_steps }
  const byItself = args.eval_strategy === 'steps' && same(args.eval_steps, args.save_steps)
  return !hasData && byItself ? { eval_strategy: firstArgs.eval_strategy, eval_steps: firstArgs.eval_steps } : {}
}

export function setArg(key: Key, value: unknown): void {
  setArgs({ [key]: value } as Partial<RawArgs>)
  const along = takesAlong[key]?.(draft.get().args)
  if (along) setArgs(along)
  touch(key)
}

export const touch = (key: string): void => touched.set((now) => (now.has(key) ? now : new Set([...now, key])))

export const resetArgs = (reset: readonly Key[]): void => setArgs(Object.fromEntries(reset.map((key) => [key, firstArgs[key]])) as Partial<RawArgs>)
export const resetArg = (key: Key): void => resetArgs([key])

/** A typed text stands for the setting's absence where absence is allowed. */
const rawOf = (key: Key, value: unknown): unknown => (value === '' && fieldOf(key).default === null ? null : value)

const two = (value: number) => String(value).padStart(2, '0')

/** The name that the server gives a run without one: the time of its start, as LLaMA Board has it. */
export function timeName(now = new Date()): string {
  return `train_${[now.getFullYear(), ...[now.getMonth() + 1, now.getDate(), now.getHours(), now.getMinutes(), now.getSeconds()].map(two)].join('-')}`
}

/** What goes to the schema, the server and the preview; extra arguments that are no JSON are left to their field. */
export function toArgs(now: Draft, fallbackName = timeName()): Record<string, unknown> {
  const values = Object.fromEntries(keys.map((key) => [key, rawOf(key, now.args[key])]))
  const args = { ...values, ...extraOf(now), output_dir: outputDir(now, fallbackName) }
  return { ...args, ...defaultsOf(hiddenFaults(args).filter((key) => !now.kept.includes(key))) }
}

const defaultsOf = (some: readonly Key[]) => Object.fromEntries(some.map((key) => [key, fieldOf(key).default]))

/**
 * Settings that others hide, with values that cannot be used. Such a setting has no effect, so what is wrong with it does not stand in the way of who typed it before it
 * was hidden: it counts as untouched.
 */
export function hiddenFaults(args: Readonly<Record<string, unknown>>): Key[] {
  const parsed = parseArgs(args)
  const hidden = parsed.ok ? [] : parsed.faults.flatMap(({ field }) => (field !== undefined && isKey(field) && !visible(field, args) && !same(args[field], fieldOf(field).default) ? [field] : []))
  return hidden.length === 0 ? [] : [...hidden, ...hiddenFaults({ ...args, ...defaultsOf(hidden) })]
}

/** The extra arguments as settings. */
export function extraOf({ extra_args }: Pick<Draft, 'extra_args'>): Record<string, unknown> {
  const read = readExtra(extra_args)
  return read.ok ? read.values : {}
}

/** Where a run of this draft goes; the server says the same with `saves/` resolved. */
export function outputDir(now: Draft, fallbackName: string): string {
  return `saves/${modelFolder(now) ?? 'model'}/${String(now.args.finetuning_type)}/${now.run_name || fallbackName}`
}

/** The model's name as a folder name: the chosen one, else the last part of its path. */
export function modelFolder({ args, model_name }: Draft): string | null {
  const path = typeof args.model_name_or_path === 'string' ? args.model_name_or_path : ''
  const last = path.split('/').filter(Boolean).at(-1)
  return model_name || last || null
}

/** Brings back what this tab (or, in a new tab, this browser) had, and keeps it from then on. */
export function keepDraft(): () => void {
  const stored = storedSchema.safeParse(recall(storageKey))
  if (stored.success) {
    const known = Object.entries(stored.data.args).filter(([key]) => isKey(key))
    draft.set({ ...stored.data, args: { ...firstArgs, ...Object.fromEntries(known) }, kept: stored.data.kept.filter(isKey) })
  }
  return draft.subscribe(() => remember(storageKey, draft.get()))
}
