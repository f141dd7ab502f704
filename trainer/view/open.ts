/**
 * A dataset opened for its page: rows by their numbers, each with its record as it stands in the file and as training aligns it; and the judgement of a
 * row by what the dataset is for. Kept open until its files change.
 */
import path from 'node:path'
import type { DatasetKind } from '@/lib/dataset-view'
import { RowError } from '@/lib/datasets/align'
import { type Example, toExample } from '@/lib/datasets/example'
import type { DatasetSource } from '@/lib/datasets/info'
import { purposeOf, useless } from '@/lib/datasets/purpose'
import type { Shapes } from '@/lib/datasets/unify'
import type { Fault } from '@/lib/errors'
import type { PyObject } from '@/lib/pyjson'
import { modelFolder } from '@/hub/model'
import { datasetFiles, findDataset, readInfo, rowFault } from '@/trainer/data/dataset-files'
import { remember } from '@/trainer/inspect/remember'
import { type AlignedRow, openDataset as openRowsOf } from '@/trainer/rows/dataset'
import { tokenizerPaths } from '@/trainer/view/tokens'

export interface Place {
  dataset_dir: string
  dataset: string
}

export interface OpenRow {
  row: number
  /** Null for a row that cannot be read. */
  record: PyObject | null
  aligned: AlignedRow
}

export interface OpenDataset {
  source: DatasetSource
  kind: DatasetKind
  count: number
  shapes: Shapes
  /** Size of the files. */
  bytes: number
  /** Rows `from` to `to`, both included; what lies outside the dataset is left out. */
  read(from: number, to: number): Promise<OpenRow[]>
  /** A record that stands in no file, as it would be aligned among the dataset's rows. */
  alone(row: number, record: PyObject): OpenRow
  close(): Promise<void>
}

/** Opened anew; `known` as in `rows/dataset.ts`. */
export async function openAnew({ dataset_dir, dataset }: Place, known: Shapes | null = null): Promise<OpenDataset> {
  const source = findDataset(await readInfo(dataset_dir), dataset, dataset_dir, 'dataset')
  const { store, count, shapes, align } = await openRowsOf(source, dataset_dir, known)
  const read = async (from: number, to: number) => {
    const rows = await store.read(Math.max(from, 1), Math.max(to, 0) + 1)
    const aligned = align(rows)
    return rows.map(({ row, record }, i) => ({ row, record: record ?? null, aligned: aligned[i] }))
  }
  const alone = (row: number, record: PyObject) => ({ row, record, aligned: align([{ row, file: '', record }])[0] })
  return { source, kind: purposeOf(source), count, shapes, bytes: store.bytes, read, alone, close: () => store.close() }
}

/** The files that an open dataset came from, with those of the tokenizer that settings name. */
export async function datasetPaths({ dataset_dir, dataset }: Place, settings: Readonly<Record<string, unknown>> | null = null): Promise<string[]> {
  const source = findDataset(await readInfo(dataset_dir), dataset, dataset_dir, 'dataset')
  const model = settings?.model_name_or_path
  return [path.join(dataset_dir, 'dataset_info.json'), ...(await datasetFiles(source, dataset_dir)), ...(typeof model === 'string' ? tokenizerPaths(modelFolder(model)) : [])]
}

const remembered = remember((place: Place) => openAnew(place), (place) => datasetPaths(place), 2, (opened) => void opened.close())

/** UserError: an unknown dataset, or what stops a whole file. */
export const openDataset = ({ dataset_dir, dataset }: Place): Promise<OpenDataset> => remembered({ dataset_dir, dataset })

/** A row as far as it can be read, and what is wrong with it. */
export interface Judged {
  example: Example | null
  problem: Fault | null
}

export function judge({ row, aligned: found }: OpenRow, { source, kind }: OpenDataset): Judged {
  const faultOf = (error: RowError) => rowFault(source.name, row, error)
  if (found.fault) return { example: null, problem: found.fault }
  try {
    const reason = useless[kind](found.aligned, source)
    return { example: toExample(found.aligned, source), problem: reason && faultOf(reason) }
  } catch (error) {
    if (!(error instanceof RowError)) throw error
    return { example: null, problem: faultOf(error) }
  }
}

/** Of a rated answer: the label says good when the answer comes first. */
export const isGood = ({ response }: Example, kind: DatasetKind): boolean | null => (kind === 'rated' && response.length === 2 ? response[0].content !== '' : null)
