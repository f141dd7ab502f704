'use client'
/** The form as a file, also while it is not complete: each value as its setting reads it, or as it was typed. */
import { draft, toArgs } from '@/components/config/draft'
import { fieldOf, keys, type Key } from '@/lib/config/fields'
import { forLlamaFactory } from '@/lib/config/llama-factory'
import { writeYaml } from '@/lib/config/yaml'
import type { Runtime } from '@/lib/runtime'

/** For this board, which names a run's folder itself. */
export const draftYaml = (): string => writeYaml({ ...draftValues(), output_dir: null })

/** For any trainer, in the folder that the preview names. */
export const exportedYaml = (runtime: Runtime | null): string => writeYaml(forLlamaFactory(draftValues(), runtime))

function draftValues(): Record<Key, unknown> {
  const raw = toArgs(draft.get())
  return Object.fromEntries(keys.map((key) => [key, valueOf(key, raw[key])])) as Record<Key, unknown>
}

function valueOf(key: Key, raw: unknown): unknown {
  const read = fieldOf(key).schema.safeParse(raw)
  return read.success ? read.data : raw
}
