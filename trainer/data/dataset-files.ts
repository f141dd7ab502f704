/**
 * Datasets on disk: dataset_info.json of a folder, and the files of a dataset. Their rows are rows/store.ts's, what rows mean is `lib/datasets`.
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { nearest } from '@/lib/config/nearest'
import type { RowError } from '@/lib/datasets/align'
import { type DatasetSource, entrySchema, fileTypeOf, readableTypes, resolveEntry, sourceProblem } from '@/lib/datasets/info'
import { hasCode, schemaProblem, systemProblem } from '@/lib/causes'
import { type Fault, type Problem, problem, UserError } from '@/lib/errors'
import { hubs } from '@/lib/hub/hub'
import { JsonSyntaxError, parseJson, toPlain } from '@/lib/pyjson'
import { heldFiles } from '@/hub/held'
import { preferredHub } from '@/hub/settings'
import { checkPlace } from '@/trainer/roots'

/** LLaMA-Factory's word for no folder at all: every name is a dataset of the hub. */
export const ONLINE = 'ONLINE'

/** The entries of a folder's dataset_info.json, none where names are a hub's; an entry that cannot be used says why. UserError: the folder or file is missing or damaged. */
export async function readInfo(dataset_dir: string): Promise<Map<string, DatasetSource | Fault>> {
  if (dataset_dir === ONLINE) return new Map()
  if (!(await stat(dataset_dir).catch(missing))?.isDirectory()) throw new UserError('dataset_dir_missing', { path: dataset_dir }, 'dataset_dir')
  const file = path.join(dataset_dir, 'dataset_info.json')
  const text = await readFile(file, 'utf8').catch(missing)
  if (text === null) throw new UserError('dataset_info_missing', { path: dataset_dir }, 'dataset_dir')
  const invalid = (reason: Problem): Fault => ({ code: 'dataset_info_invalid', values: { path: dataset_dir, problem: reason }, field: 'dataset_dir' })
  const info = parseInfo(file, text)
  const preferred = preferredHub()
  if (!(info instanceof Map)) throw new UserError('dataset_info_invalid', { path: dataset_dir, problem: problem('info_not_object') }, 'dataset_dir')
  return new Map<string, DatasetSource | Fault>(
    [...info].map(([name, value]) => {
      const plain = toPlain(value)
      const entry = entrySchema.safeParse(plain)
      if (entry.success) return [name, resolveEntry(name, entry.data, preferred)] as const
      return [name, invalid(schemaProblem(entry.error, plain, name))] as const
    }),
  )
}

function parseInfo(file: string, text: string) {
  try {
    return parseJson(text.replace(/^\ufeff/, ''))
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    throw new UserError('file_not_json', { path: file, line: error.line, column: error.column, problem: error.reason }, 'dataset_dir')
  }
}

/** Null for what is not there; other troubles of the file system pass. */
function missing(error: unknown): null {
  if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null
  throw error
}

/** A dataset by its name; UserError dataset_unknown, or what speaks against using it here. */
export function findDataset(info: ReadonlyMap<string, DatasetSource | Fault>, name: string, dataset_dir: string, field: string): DatasetSource {
  const found = dataset_dir === ONLINE ? online(name) : info.get(name)
  if (!found) {
    if (info.size === 0) throw new UserError('dataset_info_invalid', { path: dataset_dir, problem: problem('info_empty') }, 'dataset_dir')
    throw new UserError('dataset_unknown', { dataset: name, nearest: nearest(name, [...info.keys()]) }, field)
  }
  const fault = 'code' in found ? found : sourceProblem(found)
  if (fault) throw new UserError(fault.code, fault.values, 'code' in found ? fault.field : field)
  return found as DatasetSource
}

/** A dataset of the preferred hub with everything as it is where nothing is said. */
function online(name: string): DatasetSource {
  const preferred = preferredHub()
  return resolveEntry(name, entrySchema.parse(preferred === 'huggingface' ? { hf_hub_url: name } : { ms_hub_url: name }), preferred)
}

/** What of a hub's dataset has been fetched. */
function hubFiles({ name, hub }: DatasetSource): string[] {
  const files = hub && heldFiles(hub)
  if (files) return files
  throw new UserError('dataset_not_here', { dataset: name, id: hub?.id ?? '', hub: hub ? hubs[hub.hub].title : '' }, 'dataset')
}

async function localFiles(source: DatasetSource, at: string): Promise<string[]> {
  const refused = (error: unknown): never => {
    throw new UserError('dataset_unsupported', { dataset: source.name, problem: problem('at', { place: at, problem: systemProblem(error) }) }, 'dataset')
  }
  // A name with a NUL is none that a file could have.
  const info = at.includes('\0') ? null : await stat(at).catch(missing).catch(refused)
  if (!info) throw new UserError('dataset_file_missing', { dataset: source.name, path: at }, 'dataset')
  const names = info.isDirectory() ? (await readdir(at).catch(refused)).filter((name) => !name.startsWith('.')).sort() : null
  const files = names?.map((name) => path.join(at, name)) ?? [at]
  for (const file of files) await checkPlace(file)
  return files
}

/**
 * The files of a dataset: one, all of a folder but hidden ones, or those of a hub's. UserError dataset_file_missing, dataset_not_here, path_outside,
 * dataset_unsupported (type).
 */
export async function datasetFiles(source: DatasetSource, dataset_dir: string): Promise<string[]> {
  const at = path.resolve(dataset_dir, source.file ?? '') // an absolute file_name stands for itself, as in Python
  const files = source.hub ? hubFiles(source) : await localFiles(source, at)
  const types = files.map((file) => fileTypeOf(file))
  const wrong = types.find(({ type }) => type === null) ?? types.find(({ type }) => type !== types[0].type)
  if (wrong === undefined && files.length > 0) return files
  const reason = wrong === undefined ? problem('folder_empty', { path: at }) : problem('folder_type', { type: wrong.ending, types: readableTypes })
  throw new UserError('dataset_unsupported', { dataset: source.name, problem: reason }, 'dataset')
}

/** The fault of a row, with its number and field. */
export function rowFault(dataset: string, row: number, error: RowError): Fault {
  if (error.problem === null) return { code: 'dataset_column_missing', values: { dataset, row, column: error.column }, field: 'dataset' }
  return { code: 'dataset_row_invalid', values: { dataset, row, column: error.column, problem: error.problem }, field: 'dataset' }
}
