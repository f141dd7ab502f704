'use client'
/** The form as a file, also while it is not complete: each value as its setting reads it, or as it was typed. */
import { draft, toArgs } from '@/components/config/draft'
import { fieldOf, keys, type Key } from '@/lib/config/fields'
import { writeYaml } from '@/lib/config/yaml'

export function draftYaml(): string {
  const raw = toArgs(draft.get())
  const values = Object.fromEntries(keys.map((key) => [key, key === 'output_dir' ? null : valueOf(key, raw[key])])) as Record<Key, unknown>
  return writeYaml(values)
}

function valueOf(key: Key, raw: unknown): unknown {
  const read = fieldOf(key).schema.safeParse(raw)
  return read.success ? read.data : raw
}
