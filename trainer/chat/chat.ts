/**
 * The board's chat worker (`dist/trainer.mjs chat --worker`): commands and reports as lines of JSON (`lib/events`). Adapter and base answer at
 * once, each its questions in the order they came, streamed as they grow; one that waits or is being answered can be cancelled.
 */
import { createInterface } from 'node:readline'
import { UserError } from '@/lib/errors'
import { chatCommandSchema, type ChatAsk, type ChatCommand, type ChatLoad, type ChatReport, type ChatSide } from '@/lib/events'
import { openChatModel, type ChatModel } from '@/trainer/chat/chat-model'
import { faultOf } from '@/trainer/fault'

type Send = (report: ChatReport) => void

/** Lets standard input in: the engine may hold the thread for a token, and cancelling must be heard. */
const breathe = () => new Promise<void>((resolve) => setImmediate(resolve))

export interface ChatSession {
  take(command: ChatCommand): void
  /** Resolves when nothing is left to do. */
  idle(): Promise<void>
}

/** The worker without its pipes; `open` loads a model. */
export function chatSession(send: Send, open: (load: ChatLoad) => Promise<ChatModel> = openChatModel): ChatSession {
  let model: ChatModel | null = null
  /** Questions not answered to the end, by id, in their order. */
  const waiting = new Map<string, AbortController>()
  /** The end of each side's queue: the sides answer at once, a side one question after the other. */
  const lines: Record<ChatSide, Promise<void>> = { adapter: Promise.resolve(), base: Promise.resolve() }
  const all = async () => void (await Promise.all(Object.values(lines)))

  const load = async (wanted: ChatLoad) => {
    send({ kind: 'status', status: { status: 'loading', load: wanted } })
    model?.dispose()
    model = null
    try {
      model = await open(wanted)
      send({ kind: 'status', status: { status: 'ready', load: wanted, runtime: model.runtime } })
    } catch (error) {
      send({ kind: 'status', status: { status: 'failed', load: wanted, fault: faultOf(error) } })
    }
  }

  const answer = async (ask: ChatAsk) => {
    const { id } = ask
    const signal = waiting.get(id)?.signal
    if (signal === undefined) return
    try {
      if (model === null) throw new UserError('chat_not_loaded')
      if (signal.aborted) send({ kind: 'delta', delta: { id, kind: 'end', reason: 'cancelled', tokens: 0, tokens_per_s: 0 } })
      else await stream(model, ask, signal)
    } catch (error) {
      send({ kind: 'delta', delta: { id, kind: 'error', fault: faultOf(error) } })
    } finally {
      waiting.delete(id)
    }
  }

  const stream = async (from: ChatModel, ask: ChatAsk, signal: AbortSignal) => {
    const { id } = ask
    for await (const part of from.answer(ask, signal)) {
      if ('text' in part) send({ kind: 'delta', delta: { id, kind: 'text', text: part.text } })
      else send({ kind: 'delta', delta: { id, kind: 'end', reason: part.end, tokens: part.tokens, tokens_per_s: part.tokens_per_s } })
      await breathe()
    }
  }

  return {
    take(command) {
      if (command.kind === 'load') lines.adapter = lines.base = all().then(() => load(command.load))
      else if (command.kind === 'cancel') waiting.get(command.id)?.abort()
      else {
        const { ask } = command
        waiting.set(ask.id, new AbortController())
        lines[ask.side] = lines[ask.side].then(() => answer(ask))
      }
    },
    idle: all,
  }
}

/** Runs until standard input ends. */
export async function chatWorker(): Promise<number> {
  const session = chatSession((report) => void process.stdout.write(`${JSON.stringify(report)}\n`))
  for await (const line of createInterface({ input: process.stdin })) {
    const parsed = chatCommandSchema.safeParse(JSON.parse(line))
    if (parsed.success) session.take(parsed.data)
    else process.stderr.write(`chat: a command that is not understood: ${parsed.error.issues[0].message}: ${line.slice(0, 200)}\n`)
  }
  return 0
}
