/** The whole server as one value: makes its parts, tells them of each other, and takes them down. Options and the terminal are `index`'s. */
import { createServer, type Server } from 'node:http'
import { systemProblem } from '@/lib/causes'
import { UserError } from '@/lib/errors'
import { openChat } from '@/server/workers/chat'
import { openDatasets } from '@/server/datasets/datasets'
import { makeEndpoints } from '@/server/http/endpoints'
import { openExports } from '@/server/workers/exports'
import { openGuard } from '@/server/http/guard'
import { httpHandler, type Page } from '@/server/http/http'
import { claimHome } from '@/server/home'
import { openHub } from '@/server/workers/hub'
import { openInspect } from '@/server/workers/inspect'
import { openJobs } from '@/server/runs/jobs'
import type { ServerOptions } from '@/server/options'
import { openPaths } from '@/server/paths'
import { openQueue } from '@/server/runs/queue'
import { openRuns } from '@/server/runs/runs'
import { answerRoom, listRoom, openSockets, runRoom, serveBrowsers } from '@/server/http/socket'
import { openSavedArgs } from '@/server/runs/saved-args'
import { openUploads } from '@/server/datasets/uploads'

export interface Board {
  /** The port that was taken; another one than asked for only for port 0. */
  port: number
  close(): Promise<void>
}

/** The worker that answers about models and data takes a processor for a second: a page that is opened at once goes first, and starts it when it asks. */
const WARM_UP_AFTER_MS = 2500

/** @throws UserError `port_in_use`, `listen_failed` */
function listen(server: Server, { port, host }: ServerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new UserError('port_in_use', { port }) : new UserError('listen_failed', { host, port, problem: systemProblem(error) }))
    })
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

/** Listens first, so that a port in use is told before anything else is done. */
export async function openBoard(options: ServerOptions, makePage: (server: Server) => Page): Promise<Board> {
  const { home } = options
  let port = options.port
  const server = createServer()
  port = await listen(server, options)
  claimHome(home, `http://${options.host}:${port}/`)
  const guard = openGuard(options, () => port)
  const paths = openPaths(options)
  // For the trainers and workers that this process starts: dataset_info.json may name any file.
  process.env.TUNEBOARD_ROOTS = JSON.stringify(paths.roots)
  const browsers = openSockets(server, guard)
  const jobs = openJobs(openQueue(home))
  const runs = openRuns(home, jobs.place, {
    runs: (news) => browsers.to(listRoom).emit('runs', news),
    tail: (id, tail) => browsers.to(runRoom(id)).emit('tail', id, tail),
  })
  jobs.begin(runs)
  const chat = openChat(home, {
    chat: (status) => browsers.emit('chat', status),
    delta: (delta) => browsers.to(answerRoom(delta.id)).emit('delta', delta),
  })
  const inspect = openInspect(home)
  const datasets = openDatasets({ home, paths, inspect })
  const uploads = openUploads(home, inspect)
  const hub = openHub((downloads) => browsers.emit('downloads', downloads))
  const exports = openExports(home, (jobs) => browsers.emit('exports', jobs))
  server.on('request', httpHandler(guard, makeEndpoints({ home, paths, runs, jobs, inspect, datasets, hub, uploads, exports, saved: openSavedArgs(home) }), { runs, exports, paths }, uploads, makePage(server), options.dev))
  serveBrowsers(browsers, { runs, chat, hub, paths, exports })
  const warmUp = setTimeout(() => inspect.warmUp(), WARM_UP_AFTER_MS).unref()
  return {
    port,
    async close() {
      clearTimeout(warmUp)
      jobs.close()
      runs.close()
      chat.close()
      inspect.close()
      hub.close()
      exports.close()
      server.closeAllConnections()
      await browsers.close()
    },
  }
}
