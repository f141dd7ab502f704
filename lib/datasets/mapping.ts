/**
 * How the columns of a dataset's rows are read: the part of its entry in dataset_info.json that a person sets by hand. As a schema, because it travels
 * between page, server and worker, and as the shortest JSON that says the same. Left out: where the rows lie (`info.ts`).
 */
import { z } from 'zod'
import { type Columns, defaultsOf, formattings, type Tags } from '@/lib/datasets/info'

type ColumnKey = keyof Columns
type TagKey = keyof Tags

export const columnKeys = Object.keys(defaultsOf('alpaca').columns) as [ColumnKey, ...ColumnKey[]]
export const tagKeys = Object.keys(defaultsOf('alpaca').tags) as [TagKey, ...TagKey[]]

const name = z.string().max(256).nullable()

export const mappingSchema = z.strictObject({
  formatting: z.enum(formattings),
  ranking: z.boolean(),
  columns: z.record(z.enum(columnKeys), name),
  tags: z.record(z.enum(tagKeys), name),
})
export type Mapping = z.output<typeof mappingSchema>

export const datasetKinds = ['alpaca', 'sharegpt', 'openai', 'chatglm3', 'preference', 'kto', 'text'] as const
export type DatasetKind = (typeof datasetKinds)[number]

/** What a person would call rows of this mapping. */
export function kindOf({ formatting, ranking, columns }: Omit<Mapping, 'tags'>): DatasetKind {
  if (ranking) return 'preference'
  if (columns.kto_tag !== null) return 'kto'
  return formatting === 'alpaca' && columns.response === null ? 'text' : formatting
}

export const noColumns = Object.fromEntries(columnKeys.map((key) => [key, null])) as Record<ColumnKey, null>

/** Names of `given` that are there; null where all are as they would be without being named. */
function named(given: Record<string, string | null>, defaults: Record<string, string | null>): Record<string, string> | null {
  if (Object.keys(defaults).every((key) => given[key] === defaults[key])) return null
  return Object.fromEntries(Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== null))
}

/** Whether the words inside messages can be set. */
export const hasTags = (formatting: Mapping['formatting']): boolean => formatting === 'sharegpt' || formatting === 'openai'

/** The keys of an entry that say this mapping; undefined where the key may be left out. */
export function entryKeys({ formatting, ranking, columns, tags }: Mapping) {
  const defaults = defaultsOf(formatting)
  const alpaca = formatting === 'alpaca'
  return {
    formatting: alpaca ? undefined : formatting,
    ranking: ranking || undefined,
    columns: named(columns, alpaca ? { ...defaults.columns, messages: null } : defaults.columns) ?? undefined,
    tags: hasTags(formatting) ? (named(tags, defaults.tags) ?? undefined) : undefined,
  }
}
