/**
 * The wire between browser and server, and between server and a chat worker, as types that both sides import and schemas that the
 * receiving side checks. Trainings need no wire: they write their run folder.
 */
import { z } from 'zod'
import type { Fault } from '@/lib/errors'
import type { ExportJob } from '@/lib/export'
import type { Download } from '@/lib/hub/download'
import type { ListNews, ListPosition } from '@/lib/run-news'
import type { RunPosition, RunTail } from '@/lib/run-tail'

/** Sampling settings of one answer; names and ranges are LLaMA-Factory's generating arguments. */
export const samplingSchema = z.strictObject({
  do_sample: z.boolean().default(true),
  temperature: z.number().min(0.01).max(1.5).default(0.95),
  top_p: z.number().min(0.01).max(1).default(0.7),
  top_k: z.number().int().min(0).max(1000).default(50),
  repetition_penalty: z.number().min(0.5).max(2).default(1),
  max_new_tokens: z.number().int().min(1).max(8192).default(1024),
  seed: z.number().int().min(-1).default(-1),
})
export type Sampling = z.infer<typeof samplingSchema>

export const chatMessageSchema = z.strictObject({ role: z.enum(['user', 'assistant', 'observation', 'function']), content: z.string() })
export type ChatMessage = z.infer<typeof chatMessageSchema>

/** What a chat loads: a base, and the folders of the adapters that answer together beside it. Paths are resolved by the server inside the allowed roots. */
export const chatLoadSchema = z.strictObject({
  model_name_or_path: z.string().min(1),
  adapter_name_or_path: z.array(z.string().min(1)),
  /** Null: the model's own. */
  template: z.string().min(1).nullable(),
  infer_dtype: z.enum(['auto', 'float32', 'bfloat16']).default('auto'),
})
export type ChatLoad = z.infer<typeof chatLoadSchema>

/** Which weights answer: the adapter, or the base alone. */
export const chatSides = ['adapter', 'base'] as const
export type ChatSide = (typeof chatSides)[number]

export const chatAskSchema = z.strictObject({
  /** The browser's own id of this answer; every delta carries it. */
  id: z.string().min(1).max(64),
  side: z.enum(chatSides),
  system: z.string().default(''),
  tools: z.string().default(''),
  messages: z.array(chatMessageSchema).min(1),
  enable_thinking: z.boolean().default(true),
  skip_special_tokens: z.boolean().default(true),
  sampling: samplingSchema,
})
export type ChatAsk = z.infer<typeof chatAskSchema>

export type ChatStatus =
  | { status: 'unloaded' }
  | { status: 'loading'; load: ChatLoad }
  | { status: 'ready'; load: ChatLoad; runtime: string }
  | { status: 'failed'; load: ChatLoad; fault: Fault }

export type ChatDelta =
  | { id: string; kind: 'text'; text: string }
  | { id: string; kind: 'end'; reason: 'stop' | 'length' | 'cancelled'; tokens: number; tokens_per_s: number }
  | { id: string; kind: 'error'; fault: Fault }

/** Lines (JSON) that the server writes to a chat worker's standard input. */
export const chatCommandSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('load'), load: chatLoadSchema }),
  z.strictObject({ kind: z.literal('ask'), ask: chatAskSchema }),
  z.strictObject({ kind: z.literal('cancel'), id: z.string() }),
])
export type ChatCommand = z.infer<typeof chatCommandSchema>

/** Lines (JSON) that a chat worker writes to its standard output. */
export type ChatReport = { kind: 'status'; status: ChatStatus } | { kind: 'delta'; delta: ChatDelta }

/** socket.io: server to browser. */
export interface ServerEvents {
  /** What is new in the list of runs, to browsers that follow it; `lib/run-news` joins it to what they hold. */
  runs: (news: ListNews) => void
  /** What is new in a run that this socket watches; `lib/run-tail` joins it to what the browser holds. */
  tail: (id: string, tail: RunTail) => void
  /** All that is or was fetched from hubs since the server's start: at connection, and as it goes on. */
  downloads: (downloads: Download[]) => void
  /** All exports, the newest first: at connection, and as they go on. */
  exports: (exports: ExportJob[]) => void
  chat: (status: ChatStatus) => void
  delta: (delta: ChatDelta) => void
}

export type Reply<T> = { ok: true; value: T } | { ok: false; fault: Fault }

/** socket.io: browser to server. Each is answered. */
export interface ClientEvents {
  /** Follow a run from what this browser already has (null: nothing). After the answer, `tail` continues without a gap. */
  watch: (id: string, have: RunPosition | null, done: (reply: Reply<RunTail>) => void) => void
  unwatch: (id: string) => void
  /** Follow the list of runs from what this browser already has. After the answer, `runs` continues without a gap. */
  watch_runs: (have: ListPosition | null, done: (reply: Reply<ListNews>) => void) => void
  unwatch_runs: () => void
  chat_load: (load: ChatLoad, done: (reply: Reply<null>) => void) => void
  chat_unload: (done: (reply: Reply<null>) => void) => void
  chat_ask: (ask: ChatAsk, done: (reply: Reply<null>) => void) => void
  chat_cancel: (id: string) => void
  /** Goes on with an answer after a reconnect: its text from `have` UTF-16 units on, and its end if it has ended. After that, `delta` continues. */
  chat_follow: (id: string, have: number, done: (reply: Reply<{ text: string; end: ChatDelta | null }>) => void) => void
}
