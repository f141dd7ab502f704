/**
 * A dataset's rows in a new file of JSON lines, written a moment at a time: rows changed or left out as a person says, and, where asked, only those that
 * fit a search. The dataset itself stays as it is. Until the end the file has another name.
 */
import { type FileHandle, open as openFile, rename, rm } from 'node:fs/promises'
import type { ApiRequest } from '@/lib/api'
import type { WriteProgress } from '@/lib/dataset-view'
import { RowError } from '@/lib/datasets/align'
import { problem, UserError } from '@/lib/errors'
import { dumpJson, JsonSyntaxError, parseJson, type PyObject } from '@/lib/pyjson'
import { rowFault } from '@/trainer/data/dataset-files'
import { wishTest } from '@/trainer/view/find'
import { openDataset, type OpenRow, type Place } from '@/trainer/view/open'

/** How long one answer may take. */
const WRITE_MS = 250
const CHUNK = 200
/** A writing that nobody asked on for is given up when another begins. */
const LEFT_MS = 60_000

interface Writing {
  place: Place
  total: number
  file: FileHandle
  partial: string
  keeps: (row: OpenRow) => boolean
  changes: ReadonlyMap<number, PyObject | null>
  seen: number
  rows: number
  asked: number
}

const writings = new Map<string, Writing>()

/** The record that an edited text stands for. UserError row_text_invalid (line, column), dataset_row_invalid. */
export function editedRecord(dataset: string, row: number, text: string): PyObject {
  try {
    const value = parseJson(text)
    if (value instanceof Map) return value
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    throw new UserError('row_text_invalid', { row, line: error.line, column: error.column, problem: error.reason })
  }
  const fault = rowFault(dataset, row, new RowError('row', problem('row_not_object')))
  throw new UserError(fault.code, fault.values, fault.field)
}

/** UserError: a changed row that is not an object, what the file system refuses, and those of the whole dataset. */
export async function saveRows({ id, file, cancel, ...request }: ApiRequest<'view_save'>): Promise<WriteProgress> {
  if (file === null) throw new Error('the server names no file')
  const writing = writings.get(id) ?? (await begin(id, `${file}.partial`, request))
  writing.asked = Date.now()
  if (cancel) {
    await giveUp(id)
    return { total: writing.total, seen: writing.seen, rows: writing.rows, done: false }
  }
  try {
    await goOn(writing)
    const done = writing.seen >= writing.total
    if (done) {
      writings.delete(id)
      await writing.file.sync()
      await writing.file.close()
      await rename(writing.partial, file)
    }
    return { total: writing.total, seen: writing.seen, rows: writing.rows, done }
  } catch (error) {
    await giveUp(id)
    throw writeFault(error, file)
  }
}

async function begin(id: string, partial: string, { changes, wish, settings, dataset_dir, dataset }: Omit<ApiRequest<'view_save'>, 'id' | 'file' | 'cancel'>): Promise<Writing> {
  for (const [other, { asked }] of writings) if (Date.now() - asked > LEFT_MS) await giveUp(other)
  const place = { dataset_dir, dataset }
  const open = await openDataset(place)
  const edited = new Map(changes.map(({ row, text }) => [row, text === null ? null : editedRecord(dataset, row, text)]))
  const keeps = wish === null ? () => true : await wishTest(open, wish, settings)
  try {
    const writing: Writing = { place, total: open.count, file: await openFile(partial, 'wx'), partial, keeps, changes: edited, seen: 0, rows: 0, asked: Date.now() }
    writings.set(id, writing)
    return writing
  } catch (error) {
    throw writeFault(error, partial)
  }
}

async function goOn(writing: Writing): Promise<void> {
  const { read } = await openDataset(writing.place) // the one from before may have been closed for another
  const until = performance.now() + WRITE_MS
  while (writing.seen < writing.total && performance.now() < until) {
    const rows = await read(writing.seen + 1, writing.seen + CHUNK)
    // What fits a search is decided by the row as it was, so that a changed row does not drop out of its own save.
    const records = rows.filter(writing.keeps).flatMap(({ row, record }) => (writing.changes.has(row) ? (writing.changes.get(row) ?? []) : (record ?? [])))
    writing.seen = Math.min(writing.seen + CHUNK, writing.total)
    writing.rows += records.length
    if (records.length > 0) await writing.file.write(`${records.map((record) => dumpJson(record)).join('\n')}\n`)
  }
}

async function giveUp(id: string): Promise<void> {
  const writing = writings.get(id)
  if (!writing) return
  writings.delete(id)
  await writing.file.close()
  await rm(writing.partial, { force: true })
}

const faults: Record<string, 'disk_full' | 'folder_unwritable'> = { ENOSPC: 'disk_full', EDQUOT: 'disk_full', EACCES: 'folder_unwritable', EROFS: 'folder_unwritable', ENOENT: 'folder_unwritable', EEXIST: 'folder_unwritable' }

function writeFault(error: unknown, file: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return Object.hasOwn(faults, code) ? new UserError(faults[code], { path: file, problem: code }) : error
}
