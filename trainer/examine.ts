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
import { dumpJson, type PyObject } from '@/lib/pyjson'
import { type AlignedRow, alignRecords, findDataset, readInfo, readRecords } from '@/trainer/dataset-files'
import { shownRow } from '@/trainer/inspect-data'
import { previewRow } from '@/trainer/preview'

/** Rows that columns and roles are recognised from, and those that are shown. */
const LOOKED_AT = 200
const SHOWN = 20

/** A row of a book's length is shown by its beginning. */
const RAW_LIMIT = 20_000

/** A file is read by any mapping; this one only has to name its place. */
const plain: Mapping = recognise([]).mapping

export async function examine(request: ApiRequest<'examine'>): Promise<Examination> {
  const [source, folder] = await sourceOf(request)
  const records = (await readRecords(source, folder)).slice(0, LOOKED_AT)
  const { mapping: recognised, ...found } = recognise(records)
  const mapping = request.mapping ?? ('dataset' in request ? mappingOf(source) : recognised)
  const shown = records.slice(0, SHOWN)
  const rows = readAs(shown, { ...source, ...mapping })
  return { ...found, recognised, mapping, rows: shown.map((record, i) => ({ raw: dumpJson(record).slice(0, RAW_LIMIT), shown: rows[i] })) }
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

/** Rows that have no common shape are no rows of one dataset: the fault stands with each. */
function readAs(records: readonly PyObject[], source: DatasetSource): PreviewRow[] {
  let aligned: AlignedRow[]
  try {
    aligned = alignRecords(records, source)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return records.map((_, i) => ({ row: i + 1, dataset: source.name, system: '', tools: '', messages: [], problem: error.fault }))
  }
  const args = { dataset: [source.name], dataset_dir: '', cutoff_len: 1, seed: 0 }
  return aligned.map((row) => shownRow(previewRow(row, source, args, null)))
}
