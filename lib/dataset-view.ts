/**
 * What the page of one dataset asks the inspect worker, and the answers: lines of the table, rows that are sought, one row with its tokens. Part of
 * `lib/api`. Rows are named by their number in the dataset, from 1.
 */
import { z } from 'zod'
import type { Message } from '@/lib/datasets/example'
import type { Fault } from '@/lib/errors'

const place = { dataset_dir: z.string().min(1), dataset: z.string().min(1) }
/** Raw values of the form; of them, those of `tokenKeys` decide what the tokens are. */
const settings = z.record(z.string(), z.unknown()).nullable()

/** Settings that decide a row's tokens. */
export const tokenKeys = [
  'model_name_or_path', 'template', 'cutoff_len', 'train_on_prompt', 'mask_history', 'enable_thinking', 'preserve_thinking', 'default_system', 'tool_format',
  'packing', 'neat_packing', 'preprocessing_batch_size', 'preprocessing_num_workers',
] as const

/** What a dataset's rows are for: conversations, pairs of answers to choose from, answers rated good or bad, plain text. */
export type DatasetKind = 'chat' | 'pairs' | 'rated' | 'text'

export const rowFilters = ['all', 'broken', 'cut', 'tools', 'multi_turn', 'language'] as const
export type RowFilter = (typeof rowFilters)[number]

/** A row of the table; texts are cut short. */
export interface RowLine {
  row: number
  question: string
  answer: string
  turns: number
  tools: boolean
  /** Of a rated answer. */
  good: boolean | null
  /** Why it cannot be learned from. */
  problem: Fault | null
}

export interface RowLines {
  total: number
  kind: DatasetKind
  lines: RowLine[]
}

/** Rows found between where the search began and `next`, where it goes on; null at the end of the dataset. */
export interface FoundRows {
  total: number
  rows: number[]
  next: number | null
}

/** A row as tokens. Columns of equal length: `texts` is empty for a token that is only a part of a character; the token that completes it has the character. */
export interface TokenColumns {
  ids: number[]
  texts: string[]
  /** Places of special tokens. */
  special: number[]
}

export interface TokenRow extends TokenColumns {
  /** Which answer it ends with, of a row that has several. */
  answer: 'only' | 'chosen' | 'rejected'
  /** What each place teaches: an id (mostly its own), or -100 for nothing. */
  labels: number[]
  /** What the cut-off removed (`count` tokens, of which the first thousands are here), and how many of the kept tokens stand before it. */
  gaps: (TokenColumns & { at: number; count: number })[]
}

/** The rows of a packed row in their order, and the padding after them. */
export interface PackedWith {
  rows: { row: number; tokens: number }[]
  padding: number
}

export interface RowDetail {
  row: number
  kind: DatasetKind
  system: string
  tools: string
  messages: Message[]
  /** Chosen and rejected answer of a pair. */
  answers: Message[]
  good: boolean | null
  problem: Fault | null
  /** The row as it stands in its file, as indented JSON. */
  raw: string
  /** Null without settings, and for a row without tokens: a broken one, or `tokens_problem`. */
  tokens: TokenRow[] | null
  tokens_problem: Fault | null
  /** With packing on: what it shares a row with. */
  pack: PackedWith | null
}

/** Some of the rows that have a property, and how many have it. */
export interface Some<Row> {
  count: number
  rows: Row[]
}

/** A row that repeats an earlier one. */
export interface Repeated {
  row: number
  of: number
}

export interface TokenStatistics {
  /** Rows by their length before the cut-off, `from` to `to` tokens, in bins of one width; the last may be open (`to` null). */
  lengths: { from: number; to: number | null; rows: number }[]
  longest: number
  /** Tokens after the cut-off, and those of them that are learned. */
  total: number
  learned: number
  cutoff: number
  cut_rows: number
  cut_tokens: number
  /** Rows without a token to learn. */
  untaught: number
}

/** Rows with more turns are counted with those that have as many. */
export const MOST_TURNS = 10

/** What a dataset holds, as far as it has been looked at. */
export interface Statistics {
  total: number
  seen: number
  done: boolean
  /** Until all rows were looked at, as it goes; null when that cannot be told. */
  seconds_left: number | null
  broken: Some<{ row: number; problem: Fault }>
  /** Rows with an answer that says nothing. */
  empty: Some<number>
  /** Rows by their turns; the last stands for more, too. */
  turns: { turns: number; rows: number }[]
  /** Rows by their language (ISO 639-1), most first; null where there is none to tell. */
  languages: { language: string | null; rows: number }[]
  /** Tools by name: rows that offer them, and calls. */
  tools: Some<{ name: string; offered: number; calls: number }>
  /** Rows that say the same as an earlier one, and those that say nearly the same; `looked` rows were compared for the latter. */
  duplicates: Some<Repeated>
  near: Some<Repeated> & { looked: number }
  /** Null without a model and template, for the reason that `tokens_problem` gives. */
  tokens: TokenStatistics | null
  tokens_problem: Fault | null
}

/** A row that a person changed (as JSON), or left out (null). */
const changes = z.array(z.strictObject({ row: z.number().int().min(1), text: z.string().nullable() })).max(10_000)
/** Rows that are looked for; `language` (ISO 639-1) belongs to the filter of that name. */
const wish = z.strictObject({ query: z.string().max(1000), filter: z.enum(rowFilters), language: z.string().max(8).nullable() })
export type RowWish = z.output<typeof wish>

/** Rows looked at, and those of them that were written. */
export interface WriteProgress {
  total: number
  seen: number
  rows: number
  done: boolean
}

export const viewRequests = {
  save: z.strictObject({
    ...place,
    /** Of one saving, made by the page. */
    id: z.string().regex(/^[\w-]{8,64}$/),
    name: z.string(),
    changes,
    /** Null: all rows. */
    wish: wish.nullable(),
    settings,
    /** Gives the saving up. */
    cancel: z.boolean(),
    /** Where the rows go: the server's choice, whatever a browser says. */
    file: z.string().nullable(),
  }),
  statistics: z.strictObject({ ...place, settings }),
  lines: z.strictObject({ ...place, rows: z.array(z.number().int().min(1)).max(200) }),
  find: z.strictObject({ ...place, wish, settings, from: z.number().int().min(1) }),
  /** `text`: the row as a person has changed it. */
  row: z.strictObject({ ...place, row: z.number().int().min(1), settings, text: z.string().nullable() }),
}
