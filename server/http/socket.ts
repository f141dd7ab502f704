/**
 * The socket's half of the board: connects browsers to runs and chat. Each message is parsed here and answered; what it does is done
 * elsewhere. A browser that reconnects says where it was and goes on from there.
 */
import type { Server as HttpServer } from 'node:http'
import { Server, type Socket } from 'socket.io'
import { z } from 'zod'
import { schemaProblem } from '@/lib/causes'
import { UserError } from '@/lib/errors'
import { chatAskSchema, chatLoadSchema, type ClientEvents, type Reply, type ServerEvents } from '@/lib/events'
import { listPositionSchema } from '@/lib/run-news'
import { inPieces, runPositionSchema, type RunTail } from '@/lib/run-tail'
import type { Chat } from '@/server/workers/chat'
import type { Exports } from '@/server/workers/exports'
import { faultOf } from '@/server/fault'
import type { Guard } from '@/server/http/guard'
import type { Hub } from '@/server/workers/hub'
import type { Paths } from '@/server/paths'
import type { Runs } from '@/server/runs/runs'

export type Browsers = Server<ClientEvents, ServerEvents>
type Browser = Socket<ClientEvents, ServerEvents>

/** Of the browsers that show the list of runs. */
export const listRoom = 'runs'
export const runRoom = (id: string) => `run:${id}`
export const answerRoom = (id: string) => `answer:${id}`

const idSchema = z.string().min(1).max(1024)
const doneSchema = z.custom<(reply: unknown) => void>((done) => typeof done === 'function')

/** Parses a message's values; a message of the wrong shape is answered like any fault. */
function parsed<T>(name: string, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new UserError('request_invalid', { name, problem: schemaProblem(result.error, value) })
}

function answer<T>(done: unknown, work: () => T): void {
  const reply = (value: Reply<T>) => doneSchema.safeParse(done).data?.(value)
  try {
    reply({ ok: true, value: work() })
  } catch (error) {
    reply({ ok: false, fault: faultOf(error) })
  }
}

export function openSockets(server: HttpServer, guard: Guard): Browsers {
  return new Server(server, {
    serveClient: false,
    destroyUpgrade: false, // Next's own sockets, while developing
    allowRequest: (request, allow) => {
      const refusal = guard.refusal(request)
      allow(refusal?.fault.code ?? null, refusal === null)
    },
  })
}

function serveRuns(browser: Browser, runs: Runs): void {
  const watched = new Set<string>()
  const unwatch = (id: string) => {
    if (!watched.delete(id)) return
    void browser.leave(runRoom(id))
    runs.unwatch(id)
  }
  browser.on('watch', (id, have, done) => {
    let rest: RunTail[] = []
    answer(done, () => {
      const run = parsed('watch', idSchema, id)
      const position = parsed('watch', runPositionSchema.nullable(), have)
      unwatch(run)
      const [first, ...others] = inPieces(runs.watch(run, position))
      rest = others
      watched.add(run)
      void browser.join(runRoom(run))
      return first
    })
    // Before anything that is new: all of this happens in one turn.
    for (const piece of rest) browser.emit('tail', id, piece)
  })
  browser.on('unwatch', unwatch)
  browser.on('watch_runs', (have, done) => {
    answer(done, () => {
      const position = parsed('watch_runs', listPositionSchema.nullable(), have)
      void browser.join(listRoom)
      return runs.news(position)
    })
  })
  browser.on('unwatch_runs', () => void browser.leave(listRoom))
  browser.on('disconnect', () => [...watched].forEach(unwatch))
}

function serveChat(browser: Browser, chat: Chat, paths: Paths): void {
  browser.on('chat_load', (load, done) => {
    answer(done, () => {
      const wanted = parsed('chat_load', chatLoadSchema, load)
      paths.inside(wanted.model_name_or_path, 'model_name_or_path')
      for (const adapter of wanted.adapter_name_or_path) paths.inside(adapter, 'adapter_name_or_path')
      chat.load(wanted)
      return null
    })
  })
  browser.on('chat_unload', (done) => {
    answer(done, () => {
      chat.unload()
      return null
    })
  })
  browser.on('chat_ask', (ask, done) => {
    answer(done, () => {
      const wanted = parsed('chat_ask', chatAskSchema, ask)
      void browser.join(answerRoom(wanted.id))
      chat.ask(wanted)
      return null
    })
  })
  browser.on('chat_cancel', (id) => chat.cancel(String(id)))
  browser.on('chat_follow', (id, have, done) => {
    answer(done, () => {
      const wanted = parsed('chat_follow', idSchema, id)
      void browser.join(answerRoom(wanted))
      return chat.follow(wanted, parsed('chat_follow', z.number().int().min(0), have))
    })
  })
}

/** Tells a new browser what is, and serves it until it goes. */
export function serveBrowsers(browsers: Browsers, { runs, chat, hub, paths, exports }: { runs: Runs; chat: Chat; hub: Hub; paths: Paths; exports: Exports }): void {
  browsers.on('connection', (browser) => {
    browser.emit('downloads', hub.downloads())
    browser.emit('exports', exports.list())
    browser.emit('chat', chat.status())
    serveRuns(browser, runs)
    serveChat(browser, chat, paths)
  })
}
