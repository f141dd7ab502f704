/** Files of runs and exports over HTTP, for the browser to keep, behind the guard: one as it is, several as a ZIP that is made while it is sent. */
import { createReadStream, type ReadStream } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import { ZipFile } from 'yazl'
import { type Download, downloads } from '@/lib/downloads'
import { UserError } from '@/lib/errors'
import { tokenizerFiles } from '@/lib/models/files'
import { runFiles } from '@/lib/run'
import type { Paths } from '@/server/paths'
import { adaptersOf } from '@/server/runs/adapters'
import { fileIn, filesOf } from '@/server/runs/run-folder'
import type { Runs } from '@/server/runs/runs'
import type { Exports } from '@/server/workers/exports'

declare module 'yazl' {
  interface ZipFile {
    /** Its types lack the size, which is told before the first byte: -1 where it cannot be known. */
    end(options: Partial<EndOptions>, told: (size: number) => void): void
  }
}

export interface DownloadParts {
  runs: Runs
  exports: Exports
  paths: Paths
}

interface Found {
  /** As the person keeps it. */
  name: string
  folder: string
  /** Below the folder. */
  files: string[]
  archive: boolean
}

const url = (request: IncomingMessage): URL => new URL(request.url ?? '', 'http://board')

export const downloadOf = (request: IncomingMessage): Download | null => downloads.find((name) => `/${name}` === url(request).pathname) ?? null

const one = (folder: string, file: string): Found => ({ name: path.basename(file), folder, files: [file], archive: false })

/** An adapter and what it needs beside its base; not what only its training went on with. */
const peftFiles = [runFiles.adapterConfig, runFiles.adapterWeights]
const adapterParts: readonly string[] = [...peftFiles, ...peftFiles.map((name) => `${runFiles.pissaInit}/${name}`), runFiles.valueHead, ...tokenizerFiles]

/** The parts of a query are empty where it does not have them, and then nothing is found. */
const finders: Readonly<Record<Download, (part: (name: string) => string, parts: DownloadParts) => Found>> = {
  'run-file': (part, { runs }) => one(runs.view(part('run')).folder, part('path')),
  'run-adapter'(part, { runs }) {
    const { folder: run } = runs.view(part('run'))
    const found = adaptersOf(part('run'), run).find(({ checkpoint }) => (checkpoint ?? '') === part('checkpoint'))
    if (found === undefined) throw new UserError('file_missing', { path: part('checkpoint') || runFiles.adapterWeights })
    const files = filesOf(found.path).map((file) => file.path).filter((name) => adapterParts.includes(name))
    return { name: [path.basename(run), found.checkpoint].filter(Boolean).join('-'), folder: found.path, files, archive: true }
  },
  'export-file': (part, { exports, paths }) => one(paths.inside(exports.folderOf(part('id'))), part('path')),
  'export-folder'(part, { exports, paths }) {
    const folder = paths.inside(exports.folderOf(part('id')))
    return { name: path.basename(folder), folder, files: filesOf(folder).map((file) => file.path), archive: true }
  },
}

function head(response: ServerResponse, name: string, type: string, size: number): void {
  response.writeHead(200, {
    'Content-Type': type,
    'Content-Length': size,
    'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    'Cache-Control': 'no-store',
  })
}

/** What a file had when it was asked for, also while it grows. */
const reading = (file: string, size: number): ReadStream => createReadStream(file, { end: size - 1 })

function sendFile(response: ServerResponse, name: string, { file, size }: { file: string; size: number }): void {
  head(response, name, 'application/octet-stream', size)
  if (size === 0) return void response.end()
  const stream = reading(file, size)
  stream.on('error', () => response.destroy()).pipe(response)
  response.on('close', () => stream.destroy())
}

/** Not compressed: weights hardly shrink, and so the length is known before the first byte. */
function sendArchive(response: ServerResponse, { name, folder, files }: Found): void {
  const zip = new ZipFile()
  let open: ReadStream | null = null
  for (const inside of files) {
    const { file, size } = fileIn(folder, inside)
    const options = { compress: false, size }
    if (size === 0) zip.addBuffer(Buffer.alloc(0), inside, { compress: false })
    else zip.addReadStreamLazy(inside, options, (take) => take(null, (open = reading(file, size))))
  }
  zip.on('error', () => response.destroy())
  response.on('close', () => open?.destroy())
  zip.end({}, (size) => {
    head(response, `${name}.zip`, 'application/zip', size)
    zip.outputStream.pipe(response)
  })
}

/** @throws UserError `run_missing`, `export_unknown`, `file_missing`, `path_outside` */
export function sendDownload(download: Download, parts: DownloadParts, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET') throw new UserError('endpoint_unknown', { name: `${request.method} /${download}` })
  const query = url(request).searchParams
  const found = finders[download]((name) => query.get(name) ?? '', parts)
  if (found.archive) sendArchive(response, found)
  else sendFile(response, found.name, fileIn(found.folder, found.files[0]))
}
