/**
 * The first rows of a file or dataset for a person who says what its columns mean: as they are written, and as the conversations that a mapping makes of
 * them. Faults of single rows stand with the row; what keeps a file from being read at all is thrown.
 */
import path from 'node:path'
import type { ApiRequest, Examination, PreviewRow } from '@/lib/api'
import { type DatasetSource, sourceProblem } from '@/lib/datasets/info'
import type { Mapping } from '@/lib/datasets/mapping'
import { recognise } from '@/lib/datasets/recognise'
import { UserError } from '@/lib/errors'
import { dumpJson } from '@/lib/pyjson'
import { findDataset, readInfo } from '@/trainer/data/dataset-files'
import { shownRow } from '@/trainer/inspect/inspect-data'
import { previewRow } from '@/trainer/inspect/preview'
import { type AlignedRow, alignTogether } from '@/trainer/rows/dataset'
import { openRows } from '@/trainer/rows/store'
import type { StoredRow } from '@/trainer/rows/stored'

/** Rows that columns and roles are recognised from, and those that are shown. */
const LOOKED_AT = 200
const SHOWN = 20

/** A row of a book's length is shown by its beginning. */
const RAW_LIMIT = 20_000

/** A file is read by any mapping; this one only has to name its place. */
const plain: Mapping = recognise([]).mapping

export async function examine(request: ApiRequest<'examine'>): Promise<Examination> {
  const [source, folder] = await sourceOf(request)
  const stored = await firstRows(source, folder)
  const { mapping: recognised, ...found } = recognise(stored.flatMap(({ record }) => record ?? []))
  const mapping = request.mapping ?? ('dataset' in request ? mappingOf(source) : recognised)
  const shown = stored.slice(0, SHOWN)
  const rows = readAs(shown, { ...source, ...mapping })
  return { ...found, recognised, mapping, rows: shown.map(({ record }, i) => ({ raw: record ? dumpJson(record).slice(0, RAW_LIMIT) : '', shown: rows[i] })) }
}

async function firstRows(source: DatasetSource, folder: string): Promise<StoredRow[]> {
  const store = await openRows(source, folder)
  try {
    const rows = await store.read(1, LOOKED_AT + 1)
    if (rows.length === 0) throw new UserError('dataset_empty', { dataset: source.name }, 'dataset')
    return rows
  } finally {
    await store.close()
  }
}

async function sourceOf(request: ApiRequest<'examine'>): Promise<[DatasetSource, string]> {
  if ('path' in request) return fileSource(request.path)
  if ('hub' in request) return [{ name: request.hub.id, file: null, remote: request.hub.id, hub: request.hub, num_samples: null, ...plain }, '']
  return [findDataset(await readInfo(request.dataset_dir), request.dataset, request.dataset_dir, 'dataset'), request.dataset_dir]
}

function fileSource(place: string): [DatasetSource, string] {
  const source: DatasetSource = { name: path.basename(place), file: place, remote: null, hub: null, num_samples: null, ...plain }
  const problem = sourceProblem(source)
  if (problem) throw new UserError(problem.code, problem.values, problem.field)
  return [source, path.dirname(place)]
}

const mappingOf = ({ formatting, ranking, columns, tags }: DatasetSource): Mapping => ({ formatting, ranking, columns, tags })

/** A column that no row has is the mapping's fault: it stands with each row. */
function readAs(stored: readonly StoredRow[], source: DatasetSource): PreviewRow[] {
  let aligned: AlignedRow[]
  try {
    aligned = alignTogether(stored, source)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return stored.map(({ row }) => ({ row, dataset: source.name, system: '', tools: '', messages: [], problem: error.fault }))
  }
  const args = { dataset: [source.name], dataset_dir: '', cutoff_len: 1, seed: 0 }
  return aligned.map((row) => shownRow(previewRow(row, source, args, null)))
}
