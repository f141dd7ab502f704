/**
 * Datasets of a folder as the page works on them: listed, added, renamed, their columns mapped, taken out. Rows are read by the inspect worker, and
 * only where a dataset's files lie inside the allowed roots: dataset_info.json may come from anybody. Uploading is `uploads`.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import type { ApiRequest, ApiResponse, DatasetEntry, DatasetList } from '@/lib/api'
import { nearest } from '@/lib/config/nearest'
import { refKeys } from '@/lib/datasets/info'
import { entryKeys, type Mapping } from '@/lib/datasets/mapping'
import { isDatasetName } from '@/lib/datasets/names'
import { UserError, type Fault } from '@/lib/errors'
import { type PyObject, toPlain } from '@/lib/pyjson'
import { editInfo, readEntries } from '@/server/datasets/dataset-info'
import { checkout } from '@/server/env'
import { writeFault } from '@/server/files'
import type { Inspect } from '@/server/workers/inspect'
import type { Paths } from '@/server/paths'

/** Where uploaded files lie. */
export const uploadsOf = (home: string): string => path.join(home, 'uploads')

export interface Datasets {
  /** Data folders that are known without being named; new datasets go into the first. */
  folders(): string[]
  list(dataset_dir: string): Promise<DatasetList>
  /** @throws UserError path_outside: the folder, or a file of the dataset, lies outside the roots */
  check(dataset_dir: string, dataset: string): void
  /** Absolute path of a file or folder of files. @throws UserError path_outside */
  file(target: string): string
  /** The files that the datasets of all known folders read. */
  files(): Set<string>
  add(request: ApiRequest<'dataset_add'>): Promise<void>
  map(request: ApiRequest<'dataset_map'>): Promise<void>
  rename(request: ApiRequest<'dataset_rename'>): Promise<void>
  remove(request: ApiRequest<'dataset_remove'>): Promise<void>
  /** Goes on writing rows to a file among the uploads; at its end they are a dataset of the same folder, read as the one that they come from. */
  save(request: ApiRequest<'view_save'>): Promise<ApiResponse<'view_save'>>
}

export function openDatasets({ home, paths, inspect }: { home: string; paths: Paths; inspect: Inspect }): Datasets {
  const uploads = uploadsOf(home)
  const own = path.relative(checkout, home) === '' ? 'data' : path.join(home, 'data')
  const folderOf = (dataset_dir: string) => paths.inside(dataset_dir, 'dataset_dir')
  const isOwn = (dataset_dir: string) => path.resolve(checkout, dataset_dir) === path.resolve(checkout, own)

  const fileOf = (target: string) => {
    const place = paths.inside(target, 'path')
    const outside = outsideOf(place, paths)
    if (outside !== null) throw new UserError('path_outside', { path: outside }, 'path')
    return place
  }

  const decorated = (entry: DatasetEntry): DatasetEntry => {
    if (entry.path === null) return entry
    const outside = outsideOf(entry.path, paths)
    if (outside !== null) return { ...entry, path: null, size: null, changed_at: null, problem: { code: 'path_outside', values: { path: outside }, field: 'dataset' } }
    return { ...entry, is_upload: isBelow(uploads, entry.path) }
  }

  const folders = () => [...new Set([own, 'data', ...paths.roots.flatMap((root) => [root, path.join(root, 'data')]).filter(holdsInfo).map(shortPath)])]

  return {
    folders,
    files: () => new Set(folders().flatMap((dataset_dir) => filesOf(path.resolve(checkout, dataset_dir)))),
    async list(dataset_dir) {
      const folder = folderOf(dataset_dir)
      if (isOwn(dataset_dir) && !holdsInfo(folder)) return { datasets: [], problem: null } // made with its first dataset
      const { datasets, problem } = await inspect.ask('datasets', { dataset_dir })
      return { datasets: datasets.map(decorated), problem }
    },
    check(dataset_dir, dataset) {
      const folder = folderOf(dataset_dir)
      const place = placeOf(readEntries(folder), dataset, folder)
      const outside = place === null ? null : outsideOf(place, paths)
      if (outside !== null) throw new UserError('path_outside', { path: outside }, 'dataset')
    },
    file: fileOf,
    async add(request) {
      const { dataset_dir, dataset, mapping } = request
      const name = datasetName(dataset)
      const folder = folderOf(dataset_dir)
      const place = 'path' in request ? fileOf(request.path) : null
      await inspect.ask('examine', 'path' in request ? { path: place ?? '', mapping } : { hub: request.hub, mapping })
      if (isOwn(dataset_dir)) makeFolder(folder)
      await editInfo(folder, ({ entries, set }) => {
        checkFree(entries, name, dataset_dir)
        const where = 'hub' in request ? refKeys(request.hub) : { file_name: fileName(folder, place ?? '', home) }
        set([name], JSON.parse(JSON.stringify({ ...where, ...entryKeys(mapping) })))
      })
    },
    async map({ dataset_dir, dataset, mapping }) {
      await editInfo(folderOf(dataset_dir), ({ entries, set }) => {
        const entry = found(entries, dataset)
        setMapping(mapping, (at, value) => set([dataset, ...at], value), entry)
      })
    },
    async rename({ dataset_dir, dataset, name }) {
      const next = datasetName(name)
      await editInfo(folderOf(dataset_dir), ({ entries, rename }) => {
        found(entries, dataset)
        if (next !== dataset) checkFree(entries, next, dataset_dir)
        rename(dataset, next)
      })
    },
    async remove({ dataset_dir, dataset, delete_file }) {
      const folder = folderOf(dataset_dir)
      let upload: string | null = null
      await editInfo(folder, ({ entries, set }) => {
        found(entries, dataset)
        const place = placeOf(entries, dataset, folder)
        const shared = [...entries.keys()].some((name) => name !== dataset && placeOf(entries, name, folder) === place)
        if (delete_file && place !== null && !shared && isBelow(uploads, place)) upload = place
        set([dataset], undefined)
      })
      if (upload !== null) rmSync(upload, { force: true })
    },
    async save(request) {
      const { dataset_dir, dataset, id } = request
      const name = datasetName(request.name)
      const folder = folderOf(dataset_dir)
      this.check(dataset_dir, dataset)
      checkFree(readEntries(folder), name, dataset_dir)
      makeFolder(uploads)
      const plain = path.join(uploads, `${name}.jsonl`)
      const file = existsSync(plain) ? path.join(uploads, `${name}.${id}.jsonl`) : plain
      const progress = await inspect.ask('view_save', { ...request, file })
      if (!progress.done) return progress
      await editInfo(folder, ({ entries, set }) => {
        checkFree(entries, name, dataset_dir)
        set([name], { file_name: fileName(folder, file, home), ...readingKeys(found(entries, dataset)) })
      })
      return progress
    },
  }
}

function datasetName(name: string): string {
  if (!isDatasetName(name)) throw new UserError('dataset_name_invalid', { name: name.slice(0, 120) }, 'dataset')
  return name
}

function checkFree(entries: PyObject, name: string, dataset_dir: string): void {
  if (entries.has(name)) throw new UserError('dataset_name_taken', { name, path: dataset_dir }, 'dataset')
}

/** Of an entry, what says how its rows are read; not where they lie, nor how many are taken. */
function readingKeys(entry: PyObject): Record<string, unknown> {
  return Object.fromEntries(['formatting', 'ranking', 'columns', 'tags'].flatMap((key) => (entry.has(key) ? [[key, toPlain(entry.get(key) ?? null)]] : [])))
}

function found(entries: PyObject, dataset: string): PyObject {
  const entry = entries.get(dataset)
  if (entry instanceof Map) return entry
  if (entry === undefined && entries.size > 0) throw new UserError('dataset_unknown', { dataset, nearest: nearest(dataset, [...entries.keys()]) }, 'dataset')
  return new Map()
}

/** Sets what a mapping says and leaves every other key, in `columns` and `tags` too. */
function setMapping(mapping: Mapping, set: (at: string[], value: unknown) => void, entry: PyObject): void {
  const { columns, tags, ...plain } = entryKeys(mapping)
  for (const [key, value] of Object.entries(plain)) if (value !== undefined || entry.has(key)) set([key], value)
  for (const [key, value, all] of [['columns', columns, mapping.columns], ['tags', tags, mapping.tags]] as const) {
    const old = entry.get(key)
    if (!(old instanceof Map)) {
      if (value !== undefined) set([key], value)
      continue
    }
    for (const [name, column] of Object.entries(all)) if (column !== null || old.has(name)) set([key, name], column ?? undefined)
  }
}

/** Where a dataset's rows lie; null for one of another machine. */
function placeOf(entries: PyObject, dataset: string, folder: string): string | null {
  const entry = entries.get(dataset)
  const file_name = entry instanceof Map ? entry.get('file_name') : null
  return typeof file_name === 'string' ? path.resolve(folder, file_name) : null
}

/** The first file of a dataset (its own, or one of its folder) that leads outside the roots; null when none does. */
function outsideOf(place: string, paths: Paths): string | null {
  if (!paths.allows(place)) return place
  if (!statSync(place, { throwIfNoEntry: false })?.isDirectory()) return null
  return readdirSync(place).map((name) => path.join(place, name)).find((file) => !path.basename(file).startsWith('.') && !paths.allows(file)) ?? null
}

/** Of a damaged dataset_info.json none: whoever opens that folder is told. */
function filesOf(folder: string): string[] {
  try {
    const entries = readEntries(folder)
    return [...entries.keys()].flatMap((name) => placeOf(entries, name, folder) ?? [])
  } catch (error) {
    if (error instanceof UserError) return []
    throw error
  }
}

/** As the entry says it: relative where file and folder move together, absolute where they do not. */
function fileName(folder: string, place: string, home: string): string {
  const together = isBelow(folder, place) || (isBelow(home, folder) && isBelow(home, place))
  return together ? path.relative(folder, place).split(path.sep).join('/') : place
}

/** Below the checkout a folder is named as the command line would name it. */
const shortPath = (folder: string) => (isBelow(checkout, folder) ? path.relative(checkout, folder) : folder)

function isBelow(folder: string, place: string): boolean {
  const rest = path.relative(folder, place)
  return rest !== '' && !rest.startsWith('..') && !path.isAbsolute(rest)
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(path.resolve(checkout, folder), { recursive: true })
  } catch (error) {
    throw writeFault(error, folder)
  }
}

const holdsInfo = (folder: string) => existsSync(path.join(path.resolve(checkout, folder), 'dataset_info.json'))

/** The first dataset of a configuration whose files lie outside the roots; an unknown name or a damaged file is the worker's to tell. */
export function datasetFault(args: Readonly<Record<string, unknown>>, datasets: Datasets): Fault | null {
  const folder = typeof args.dataset_dir === 'string' ? args.dataset_dir : 'data'
  for (const key of ['dataset', 'eval_dataset'] as const) {
    const names = Array.isArray(args[key]) ? args[key].map(String) : typeof args[key] === 'string' ? args[key].split(',') : []
    for (const name of names) {
      try {
        datasets.check(folder, name.trim())
      } catch (error) {
        if (error instanceof UserError && error.fault.code === 'path_outside') return { ...error.fault, field: key }
      }
    }
  }
  return null
}
