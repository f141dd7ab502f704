/**
 * The one chat worker: loads a model, passes questions on and answers back, and keeps the text of answers for a while, so that a browser
 * whose connection dropped goes on reading where it was. All browsers see one status. What the words of an answer are is the worker's.
 */
import path from 'node:path'
import { z } from 'zod'
import { faultSchema, UserError, type Fault } from '@/lib/errors'
import { chatLoadSchema, type ChatAsk, type ChatCommand, type ChatDelta, type ChatLoad, type ChatStatus } from '@/lib/events'
import { startLineChild, type LineChild } from '@/server/workers/line-child'
import { report } from '@/server/report'

/** Answers kept for readers that come back, ended ones included. */
const answersKept = 32

const statusSchema: z.ZodType<ChatStatus> = z.discriminatedUnion('status', [
  z.object({ status: z.literal('unloaded') }),
  z.object({ status: z.literal('loading'), load: chatLoadSchema }),
  z.object({ status: z.literal('ready'), load: chatLoadSchema, runtime: z.string() }),
  z.object({ status: z.literal('failed'), load: chatLoadSchema, fault: faultSchema }),
])

const deltaSchema: z.ZodType<ChatDelta> = z.discriminatedUnion('kind', [
  z.object({ id: z.string(), kind: z.literal('text'), text: z.string() }),
  z.object({ id: z.string(), kind: z.literal('end'), reason: z.enum(['stop', 'length', 'cancelled']), tokens: z.number(), tokens_per_s: z.number() }),
  z.object({ id: z.string(), kind: z.literal('error'), fault: faultSchema }),
])

const reportSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('status'), status: statusSchema }),
  z.object({ kind: z.literal('delta'), delta: deltaSchema }),
])

export interface ChatEvents {
  chat(status: ChatStatus): void
  delta(delta: ChatDelta): void
}

export interface Chat {
  status(): ChatStatus
  /** Takes the place of what is loaded; the outcome comes as a status. */
  load(load: ChatLoad): void
  unload(): void
  /** @throws UserError `chat_not_loaded` */
  ask(ask: ChatAsk): void
  cancel(id: string): void
  /** An answer's text from `have` on, and its end if it has ended; an unknown answer has ended in an error. */
  follow(id: string, have: number): { text: string; end: ChatDelta | null }
  close(): void
}

interface Answer {
  text: string
  end: ChatDelta | null
}

export function openChat(home: string, events: ChatEvents): Chat {
  let child: LineChild | null = null
  let status: ChatStatus = { status: 'unloaded' }
  const answers = new Map<string, Answer>()

  const setStatus = (next: ChatStatus) => {
    status = next
    events.chat(next)
  }

  const passOn = (delta: ChatDelta) => {
    const answer = answers.get(delta.id)
    if (answer === undefined || answer.end !== null) return
    if (delta.kind === 'text') answer.text += delta.text
    else answer.end = delta
    events.delta(delta)
  }

  const failAnswers = (fault: Fault) => {
    for (const [id, { end }] of answers) if (end === null) passOn({ id, kind: 'error', fault })
  }

  const drop = (fault: Fault) => {
    const old = child
    child = null
    old?.kill()
    failAnswers(fault)
  }

  const onLine = (line: unknown) => {
    const parsed = reportSchema.safeParse(line)
    if (!parsed.success) report(new Error(`the chat worker said something unknown: ${JSON.stringify(line).slice(0, 200)}`))
    else if (parsed.data.kind === 'status') setStatus(parsed.data.status)
    else passOn(parsed.data.delta)
  }

  const start = (load: ChatLoad): LineChild => {
    const started: LineChild = startLineChild(['chat', '--worker'], path.join(home, '.tuneboard/chat.log'), {
      line: (line) => child === started && onLine(line),
      ended: (reason) => {
        if (child !== started) return // it was sent away
        const fault: Fault = { code: 'worker_died', values: { reason } }
        child = null
        failAnswers(fault)
        if (status.status !== 'failed') setStatus({ status: 'failed', load, fault })
      },
    })
    return started
  }

  const send = (command: ChatCommand) => child?.send(command)

  return {
    status: () => status,
    load(load) {
      drop({ code: 'chat_not_loaded', values: {} })
      child = start(load)
      setStatus({ status: 'loading', load })
      send({ kind: 'load', load })
    },
    unload() {
      drop({ code: 'chat_not_loaded', values: {} })
      setStatus({ status: 'unloaded' })
    },
    ask(ask) {
      if (child === null || status.status !== 'ready') throw new UserError('chat_not_loaded')
      answers.set(ask.id, { text: '', end: null })
      for (const id of [...answers.keys()].slice(0, -answersKept)) answers.delete(id)
      send({ kind: 'ask', ask })
    },
    cancel: (id) => send({ kind: 'cancel', id }),
    follow(id, have) {
      const answer = answers.get(id)
      if (answer === undefined) return { text: '', end: { id, kind: 'error', fault: { code: 'chat_not_loaded', values: {} } } }
      return { text: answer.text.slice(have), end: answer.end }
    },
    close: () => drop({ code: 'chat_not_loaded', values: {} }),
  }
}
