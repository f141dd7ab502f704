'use client'
/**
 * The conversation of this browser and its settings, as one stored value. An answer grows by the server's deltas; after a reload or a lost
 * connection it goes on from what is there. Leaves out what is loaded: the server says that.
 */
import { z } from 'zod'
import type { BoardSocket } from '@/components/socket'
import { createStore } from '@/components/store'
import { recall, remember } from '@/components/stored'
import { chatSides, type ChatDelta, type ChatMessage, type ChatSide, type Sampling } from '@/lib/events'
import type { Fault } from '@/lib/errors'

const answerSchema = z.object({
  id: z.string(),
  text: z.string(),
  end: z.object({ reason: z.enum(['stop', 'length', 'cancelled']), tokens: z.number(), tokens_per_s: z.number() }).nullable(),
  /** A fault's sentence is not stored: after a reload an answer that failed is only cut short. */
  failed: z.boolean(),
})
/** Who a message is from: a person, or a tool that the model called. */
export const askers = ['user', 'observation'] as const
export type Asker = (typeof askers)[number]

const turnSchema = z.object({ id: z.string(), role: z.enum(askers).default('user'), user: z.string(), answers: z.partialRecord(z.enum(chatSides), answerSchema) })
const storedSchema = z.object({
  turns: z.array(turnSchema),
  system: z.string(),
  /** JSON of the tools that the model may call; empty for none. */
  tools: z.string().default(''),
  role: z.enum(askers).default('user'),
  /** Folders of the adapters; none for the base alone. */
  adapters: z.array(z.string()).default([]),
  compare: z.boolean(),
  /** Raw values as typed, by configuration key. */
  settings: z.record(z.string(), z.unknown()),
})

export type Answer = z.infer<typeof answerSchema>
export type Turn = z.infer<typeof turnSchema>
export type ChatState = z.infer<typeof storedSchema>

const storageKey = 'tuneboard.chat'
const STORE_EVERY_MS = 400

export const firstSettings = {
  do_sample: true, temperature: 0.95, top_p: 0.7, top_k: 50, repetition_penalty: 1, max_new_tokens: 1024, seed: -1, enable_thinking: true, skip_special_tokens: true, escape_html: true, infer_dtype: 'auto',
} as const

export const chatState = createStore<ChatState>({ turns: [], system: '', tools: '', role: 'user', adapters: [], compare: true, settings: { ...firstSettings } })

/** Faults of answers in this visit, by the answer's id. */
export const answerFaults = createStore<Readonly<Record<string, Fault>>>({})

export const isStreaming = (answer: Answer | undefined): boolean => answer !== undefined && answer.end === null && !answer.failed
export const streaming = ({ turns }: ChatState): Answer[] => turns.flatMap(({ answers }) => Object.values(answers)).filter(isStreaming)

/** Brings back what this tab had and keeps it from then on; written at most every `STORE_EVERY_MS` while an answer grows. */
export function keepChat(): () => void {
  const stored = storedSchema.safeParse(recall(storageKey))
  if (stored.success && chatState.get().turns.length === 0) chatState.set({ ...stored.data, settings: { ...firstSettings, ...stored.data.settings } })
  let later: ReturnType<typeof setTimeout> | undefined
  const write = () => {
    later = undefined
    remember(storageKey, chatState.get())
  }
  const stop = chatState.subscribe(() => (later ??= setTimeout(write, STORE_EVERY_MS)))
  window.addEventListener('pagehide', write)
  return () => {
    stop()
    clearTimeout(later)
    write()
    window.removeEventListener('pagehide', write)
  }
}

export const update = (values: Partial<ChatState>): void => chatState.set((now) => ({ ...now, ...values }))

function change(id: string, make: (answer: Answer) => Answer) {
  chatState.set((now) => ({
    ...now,
    turns: now.turns.map((turn) => {
      const side = chatSides.find((name) => turn.answers[name]?.id === id)
      const answer = side && turn.answers[side]
      return answer ? { ...turn, answers: { ...turn.answers, [side]: make(answer) } } : turn
    }),
  }))
}

/** New words wait for the next drawing; a timer, because a hidden window draws nothing. */
const waiting = new Map<string, string>()
const DRAW_EVERY_MS = 40
let timer: ReturnType<typeof setTimeout> | undefined

function draw() {
  clearTimeout(timer)
  timer = undefined
  for (const [id, text] of waiting) change(id, (answer) => ({ ...answer, text: answer.text + text }))
  waiting.clear()
}

export function fail(id: string, fault: Fault): void {
  draw()
  answerFaults.set((now) => ({ ...now, [id]: fault }))
  change(id, (answer) => ({ ...answer, failed: true }))
}

export function takeDelta(delta: ChatDelta): void {
  if (delta.kind === 'error') return fail(delta.id, delta.fault)
  if (delta.kind === 'text') {
    waiting.set(delta.id, (waiting.get(delta.id) ?? '') + delta.text)
    timer ??= setTimeout(draw, DRAW_EVERY_MS)
    return
  }
  draw()
  const { reason, tokens, tokens_per_s } = delta
  change(delta.id, (answer) => ({ ...answer, end: { reason, tokens, tokens_per_s } }))
}

/** What a side has heard and said before `until`; a turn that it did not answer gives the other side's words. */
function history(turns: readonly Turn[], side: ChatSide): ChatMessage[] {
  return turns.flatMap(({ role, user, answers }): ChatMessage[] => {
    const answer = answers[side] ?? Object.values(answers)[0]
    return [{ role, content: user }, ...(answer ? [{ role: 'assistant' as const, content: answer.text }] : [])]
  })
}

/** `crypto.randomUUID` is only there on https and localhost; a board behind another address has this. */
const newId = (): string => Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join('-')

export interface AskOptions {
  sampling: Sampling
  enable_thinking: boolean
  skip_special_tokens: boolean
  sides: readonly ChatSide[]
}

/** Sends a message to each side; `turns` is the conversation before it. */
export function ask(socket: BoardSocket, turns: readonly Turn[], { role, user }: Pick<Turn, 'role' | 'user'>, { sides, ...options }: AskOptions): void {
  const answers = Object.fromEntries(sides.map((side) => [side, { id: newId(), text: '', end: null, failed: false }]))
  const turn: Turn = { id: newId(), role, user, answers }
  update({ turns: [...turns, turn] })
  const { system, tools } = chatState.get()
  for (const side of sides) {
    const { id } = answers[side]
    socket.emit('chat_ask', { id, side, system, tools, messages: [...history(turns, side), { role, content: user }], ...options }, (reply) => {
      if (!reply.ok) fail(id, reply.fault)
    })
  }
}

/** Goes on with the answers that a reload or a lost connection cut. */
export function follow(socket: BoardSocket): void {
  draw()
  for (const { id, text } of streaming(chatState.get())) {
    socket.emit('chat_follow', id, text.length, (reply) => {
      if (!reply.ok) return fail(id, reply.fault)
      if (reply.value.text !== '') takeDelta({ id, kind: 'text', text: reply.value.text })
      if (reply.value.end) takeDelta(reply.value.end)
    })
  }
}
