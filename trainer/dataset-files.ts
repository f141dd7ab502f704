/**
 * Datasets on disk: dataset_info.json of a folder, and the rows of a dataset's files, aligned. What rows mean is `lib/datasets`.
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { nearest } from '@/lib/config/nearest'
import { type Aligned, RowError } from '@/lib/datasets/align'
import { align, formats } from '@/lib/datasets/formats'
import { type DatasetSource, entrySchema, fileTypes, resolveEntry, sourceProblem } from '@/lib/datasets/info'
import { NotARow, readRows } from '@/lib/datasets/rows'
import { unifyRows } from '@/lib/datasets/unify'
import { schemaProblem } from '@/lib/causes'
import { type Fault, type Problem, problem, UserError } from '@/lib/errors'
import { hubs } from '@/lib/hub/hub'
import { JsonSyntaxError, parseJson, type PyObject, toPlain } from '@/lib/pyjson'
import { heldFiles } from '@/hub/held'
import { preferredHub } from '@/hub/settings'

/** The entries of a folder's dataset_info.json; an entry that cannot be used says why. UserError: the folder or file is missing or damaged. */
export async function readInfo(dataset_dir: string): Promise<Map<string, DatasetSource | Fault>> {
  if (!(await stat(dataset_dir).catch(missing))?.isDirectory()) throw new UserError('dataset_dir_missing', { path: dataset_dir }, 'dataset_dir')
  const file = path.join(dataset_dir, 'dataset_info.json')
  const text = await readFile(file, 'utf8').catch(missing)
  if (text === null) throw new UserError('dataset_info_missing', { path: dataset_dir }, 'dataset_dir')
  const invalid = (reason: Problem): Fault => ({ code: 'dataset_info_invalid', values: { path: dataset_dir, problem: reason }, field: 'dataset_dir' })
  const info = parseInfo(file, text)
  const preferred = preferredHub()
  if (!(info instanceof Map)) throw asError(invalid(problem('info_not_object')))
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
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null
  throw error
}

/** A dataset by its name; UserError dataset_unknown, or what speaks against using it here. */
export function findDataset(info: ReadonlyMap<string, DatasetSource | Fault>, name: string, dataset_dir: string, field: string): DatasetSource {
  const found = info.get(name)
  if (!found) {
    if (info.size === 0) throw new UserError('dataset_info_invalid', { path: dataset_dir, problem: problem('info_empty') }, 'dataset_dir')
    throw new UserError('dataset_unknown', { dataset: name, nearest: nearest(name, [...info.keys()]) }, field)
  }
  const fault = 'code' in found ? found : sourceProblem(found)
  if (fault) throw new UserError(fault.code, fault.values, 'code' in found ? fault.field : field)
  return found as DatasetSource
}

/** What of a hub's dataset has been fetched. */
function hubFiles({ name, hub }: DatasetSource): string[] {
  const files = hub && heldFiles(hub)
  if (files) return files
  throw new UserError('dataset_not_here', { dataset: name, id: hub?.id ?? '', hub: hub ? hubs[hub.hub].title : '' }, 'dataset')
}

async function localFiles(source: DatasetSource, at: string): Promise<string[]> {
  const info = await stat(at).catch(missing)
  if (!info) throw new UserError('dataset_file_missing', { dataset: source.name, path: at }, 'dataset')
  return info.isDirectory() ? (await readdir(at)).sort().map((name) => path.join(at, name)) : [at]
}

/** The files of a dataset: one, all of a folder, or those of a hub's. UserError dataset_file_missing, dataset_not_here, dataset_unsupported (type). */
export async function datasetFiles(source: DatasetSource, dataset_dir: string): Promise<string[]> {
  const at = path.resolve(dataset_dir, source.file ?? '') // an absolute file_name stands for itself, as in Python
  const files = source.hub ? hubFiles(source) : await localFiles(source, at)
  const types = files.map((file) => path.extname(file).slice(1))
  const wrong = types.find((type) => !fileTypes[type]) ?? types.find((type) => type !== types[0])
  if (wrong === undefined && files.length > 0) return files
  const reason = wrong === undefined ? problem('folder_empty', { path: at }) : problem('folder_type', { type: wrong })
  throw new UserError('dataset_unsupported', { dataset: source.name, problem: reason }, 'dataset')
}

/** The fault of a row, with its number and field. */
export function rowFault(dataset: string, row: number, error: RowError): Fault {
  if (error.problem === null) return { code: 'dataset_column_missing', values: { dataset, row, column: error.column }, field: 'dataset' }
  return { code: 'dataset_row_invalid', values: { dataset, row, column: error.column, problem: error.problem }, field: 'dataset' }
}

const asError = (fault: Fault) => new UserError(fault.code, fault.values, fault.field)

/** All rows of a dataset as they stand in its files. UserError: a file that is not JSON (line, column), a row that is not an object, no rows. */
export async function readRecords(source: DatasetSource, dataset_dir: string): Promise<PyObject[]> {
  const records: PyObject[] = []
  for (const file of await datasetFiles(source, dataset_dir)) {
    const text = await readFile(file, 'utf8')
    try {
      records.push(...readRows(text, path.extname(file).slice(1)))
    } catch (error) {
      if (error instanceof NotARow) throw asError(rowFault(source.name, error.row, new RowError('row', problem('row_not_object'))))
      if (!(error instanceof JsonSyntaxError)) throw error
      const { line, column, reason } = error
      throw new UserError('dataset_not_json', { dataset: source.name, path: file, line, column, problem: reason }, 'dataset')
    }
  }
  if (records.length === 0) throw new UserError('dataset_empty', { dataset: source.name }, 'dataset')
  return records
}

/** A row in aligned form, or what is wrong with its shape. */
export type AlignedRow = { row: number; aligned: Aligned } | { row: number; error: RowError }

/**
 * Aligns records (in one shape, as Arrow would give it). A column that no row has is a fault of the file and thrown; what is wrong with a single row is
 * returned with it. `numbers`: the rows' numbers in their file, where they are not 1, 2, 3, …
 */
export function alignRecords(records: readonly PyObject[], source: DatasetSource, numbers?: readonly number[]): AlignedRow[] {
  const numberOf = (i: number) => numbers?.[i] ?? i + 1
  const columns = Object.values(source.columns).filter((name) => name !== null)
  const { one_shape } = formats[source.formatting]
  const unified = one_shape ? unifyRows(records, columns, (row, error) => asError(rowFault(source.name, numberOf(row - 1), error))) : records
  return unified.map((record, i) => {
    try {
      return { row: numberOf(i), aligned: align(record, source) }
    } catch (error) {
      if (error instanceof RowError) return { row: numberOf(i), error }
      throw error
    }
  })
}
