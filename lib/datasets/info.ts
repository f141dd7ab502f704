/**
 * dataset_info.json: what a folder's datasets are called, where their rows lie and what their columns mean. The keys and their defaults are
 * LLaMA-Factory 0.9.5's (`data/parser.py`), and `revision`, the state of a hub's dataset. Left out: fetching what lies elsewhere (`hub/`).
 */
import { z } from 'zod'
import { type Fault, type Problem, problem } from '@/lib/errors'
import { hubNames, type HubName } from '@/lib/hub/hub'
import { refSchema, type DatasetRef } from '@/lib/hub/ref'
import { readSplit, type Slice } from '@/lib/datasets/split'

export const formattings = ['alpaca', 'sharegpt', 'openai', 'chatglm3'] as const
export type Formatting = (typeof formattings)[number]

const text = z.string().nullish()
const columnsSchema = z.looseObject({
  prompt: text,
  query: text,
  response: text,
  history: text,
  messages: text,
  system: text,
  tools: text,
  images: text,
  videos: text,
  audios: text,
  chosen: text,
  rejected: text,
  kto_tag: text,
})
const tagsSchema = z.looseObject({ role_tag: text, content_tag: text, user_tag: text, assistant_tag: text, observation_tag: text, function_tag: text, system_tag: text })

/** One entry; keys that LLaMA-Factory does not know are passed over, as it does. */
export const entrySchema = z.looseObject({
  file_name: text,
  hf_hub_url: text,
  ms_hub_url: text,
  om_hub_url: text,
  script_url: text,
  cloud_file_name: text,
  formatting: z.enum(formattings).default('alpaca'),
  ranking: z.boolean().default(false),
  subset: text,
  split: text,
  revision: text,
  folder: text,
  num_samples: z.number().int().min(1).nullish(),
  columns: columnsSchema.optional(),
  tags: tagsSchema.optional(),
})
export type Entry = z.output<typeof entrySchema>

/** Column names of the rows, null where the dataset has no such column. */
export type Columns = Record<keyof typeof defaultColumns, string | null>
/** The words that mark roles in conversations, null where there is none. */
export type Tags = Record<keyof typeof defaultTags, string | null>

const defaultColumns = {
  prompt: 'instruction',
  query: 'input',
  response: 'output',
  history: null,
  messages: 'conversations',
  system: null,
  tools: null,
  images: null,
  videos: null,
  audios: null,
  chosen: null,
  rejected: null,
  kto_tag: null,
}
const defaultTags = {
  role_tag: 'from',
  content_tag: 'value',
  user_tag: 'human',
  assistant_tag: 'gpt',
  observation_tag: 'observation',
  function_tag: 'function_call',
  system_tag: 'system',
}

/** ChatGLM3's words; LLaMA-Factory does not know the format. */
const chatglm3Columns = { ...defaultColumns, tools: 'tools' }
const chatglm3Tags = { role_tag: 'role', content_tag: 'content', user_tag: 'user', assistant_tag: 'assistant', observation_tag: 'observation', function_tag: 'tool', system_tag: 'system' }

/** What an entry that names no columns, or no tags, means. */
export const defaultsOf = (formatting: Formatting): { columns: Columns; tags: Tags } =>
  formatting === 'chatglm3' ? { columns: chatglm3Columns, tags: chatglm3Tags } : { columns: defaultColumns, tags: defaultTags }

export interface DatasetSource {
  name: string
  /** File or folder below the dataset folder; null when the rows lie elsewhere. */
  file: string | null
  /** Where else: the hub's or the bucket's name for it. */
  remote: string | null
  /** The rows that are meant, where the place is a hub that is read. */
  hub: DatasetRef | null
  formatting: Formatting
  ranking: boolean
  num_samples: number | null
  /** Parts of the rows that are meant, as its split says; none: all. */
  slices?: readonly Slice[]
  /** A split that cannot be read, or that a file does not have. */
  wrong_split?: string
  columns: Columns
  tags: Tags
}

/** The hub that an entry names: where it names both, the preferred one. A name that no hub can have is none. */
function hubRef(entry: Entry, preferred: HubName): DatasetRef | null {
  const ids: Record<HubName, string | null | undefined> = { huggingface: entry.hf_hub_url, modelscope: entry.ms_hub_url }
  const hub = ids[preferred] ? preferred : hubNames.find((one) => ids[one])
  const { revision = null, subset = null, folder = null } = entry
  return refSchema.safeParse({ hub, id: hub && ids[hub], revision, subset, split: readSplit(entry.split ?? 'train')?.split, folder }).data ?? null
}

/** The keys of an entry that say this ref; undefined where the key may be left out. */
export function refKeys({ hub, id, revision, subset, split, folder }: DatasetRef) {
  const place = hub === 'huggingface' ? { hf_hub_url: id } : { ms_hub_url: id }
  return { ...place, subset: subset ?? undefined, split: split === 'train' ? undefined : split, revision: revision ?? undefined, folder: folder ?? undefined }
}

/**
 * As soon as an entry has `columns` (or `tags`), those that it does not name are absent, not default.
 * @param preferred the hub to take where an entry names both
 */
export function resolveEntry(name: string, entry: Entry, preferred: HubName = 'huggingface'): DatasetSource {
  const remote = entry.hf_hub_url ?? entry.ms_hub_url ?? entry.om_hub_url ?? entry.script_url ?? entry.cloud_file_name ?? null
  const defaults = defaultsOf(entry.formatting)
  return {
    name,
    file: remote === null ? entry.file_name || null : null,
    remote,
    hub: hubRef(entry, preferred),
    formatting: entry.formatting,
    ...splitOf(entry, remote),
    ranking: entry.ranking,
    num_samples: entry.num_samples ?? null,
    columns: given(defaults.columns, entry.columns),
    tags: entry.formatting === 'chatglm3' ? defaults.tags : given(defaults.tags, entry.tags),
  }
}

/** The rows of a file are all in `train`, as datasets has it. */
function splitOf({ split }: Entry, remote: string | null): Pick<DatasetSource, 'slices' | 'wrong_split'> {
  const read = readSplit(split ?? 'train')
  if (!read || (remote === null && read.split !== 'train')) return { wrong_split: split ?? '' }
  return read.slices.length === 0 ? {} : { slices: read.slices }
}

function given<K extends string>(defaults: Record<K, string | null>, named: Record<string, unknown> | undefined): Record<K, string | null> {
  if (!named) return defaults
  const keys = Object.keys(defaults) as K[]
  return Object.fromEntries(keys.map((key) => [key, named[key] ?? null])) as Record<K, string | null>
}

/** Types of data files that are read, and the compressions that may lie around them: a name ends in `.jsonl` or `.jsonl.gz`. */
export const fileTypes = ['json', 'jsonl', 'csv', 'tsv', 'txt', 'parquet', 'arrow', 'zip'] as const
export type FileType = (typeof fileTypes)[number]
export const packings = ['gz', 'zst', 'bz2', 'xz'] as const
export type Packing = (typeof packings)[number]

/** By the endings of a file's name; `type` is null for one that is not read, and `ending` is what stands there. */
export function fileTypeOf(name: string): { type: FileType | null; packing: Packing | null; ending: string } {
  const endings = name.replace(/^.*[/\\]/, '').split('.').slice(1)
  const packing = packings.find((one) => one === endings.at(-1)) ?? null
  const ending = endings.at(packing === null ? -1 : -2) ?? ''
  return { type: fileTypes.find((one) => one === ending) ?? null, packing, ending }
}

/** For a sentence that says what would be read. */
export const readableTypes = `${fileTypes.join(', ')} (also as ${packings.map((packing) => `.${packing}`).join(', ')})`

/** Why a dataset cannot be trained on here, before its rows are read; null when nothing speaks against it. */
export function sourceProblem(source: DatasetSource): Fault | null {
  const unsupported = (reason: Problem): Fault => ({ code: 'dataset_unsupported', values: { dataset: source.name, problem: reason }, field: 'dataset' })
  if (source.wrong_split !== undefined) return unsupported(problem(source.remote === null ? 'split_of_file' : 'split_unreadable', { split: source.wrong_split }))
  if (source.remote !== null && source.hub === null) return unsupported(problem('dataset_online', { place: source.remote }))
  if (source.remote === null && source.file === null) return unsupported(problem('dataset_no_file'))
  const { images, videos, audios } = source.columns
  const media = images ?? videos ?? audios
  if (media !== null) return unsupported(problem('dataset_media', { column: media }))
  return null
}
