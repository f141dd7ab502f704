/** A file of a run over HTTP, for the browser to keep: `GET /run-file?run=…&path=…`, behind the guard. */
import { createReadStream } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import { UserError } from '@/lib/errors'
import { runFilePath } from '@/lib/run-file'
import { fileIn } from '@/server/runs/run-folder'
import type { Runs } from '@/server/runs/runs'

/** The query's part of an address, parsed. */
const queryOf = (request: IncomingMessage) => new URL(request.url ?? '', 'http://board').searchParams

export const isRunFile = (request: IncomingMessage): boolean => request.url?.split('?')[0] === runFilePath

/** @throws UserError `run_missing`, `file_missing` */
export function sendRunFile(runs: Runs, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET') throw new UserError('endpoint_unknown', { name: `${request.method} ${runFilePath}` })
  const query = queryOf(request)
  const { file, size } = fileIn(runs.view(query.get('run') ?? '').folder, query.get('path') ?? '')
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': size,
    'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(path.basename(file))}`,
    'Cache-Control': 'no-store',
  })
  // Of a file that is still written, what it had when it was asked for; none of an empty one.
  if (size === 0) return void response.end()
  createReadStream(file, { end: size - 1 }).on('error', () => response.destroy()).pipe(response)
}
