/** The datasets that a folder offers. */
import { type DatasetSource, type Formatting, sourceProblem } from '@/lib/datasets/info'
import { type DatasetKind, kindOf } from '@/lib/datasets/mapping'
import { type Fault, UserError } from '@/lib/errors'
import { datasetFiles, readInfo } from '@/trainer/data/dataset-files'

export interface DatasetListing {
  name: string
  file_name: string | null
  /** Where else its rows lie. */
  remote: string | null
  formatting: Formatting
  ranking: boolean
  kto: boolean
  kind: DatasetKind
  /** Why it cannot be used here; null when it can. */
  problem: Fault | null
}

/** What dataset_info.json of a folder offers, in its order; UserError when the file is missing or damaged. Rows are not read. */
export async function listDatasets(dataset_dir: string): Promise<DatasetListing[]> {
  const info = await readInfo(dataset_dir)
  return Promise.all(
    [...info].map(async ([name, source]) => {
      if ('code' in source) return { name, file_name: null, remote: null, formatting: 'alpaca', ranking: false, kto: false, kind: 'alpaca', problem: source }
      const { file, remote, formatting, ranking, columns } = source
      const problem = sourceProblem(source) ?? (await filesProblem(source, dataset_dir))
      return { name, file_name: file, remote, formatting, ranking, kto: columns.kto_tag !== null, kind: kindOf(source), problem }
    }),
  )
}

export async function filesProblem(source: DatasetSource, dataset_dir: string): Promise<Fault | null> {
  try {
    await datasetFiles(source, dataset_dir)
    return null
  } catch (error) {
    if (error instanceof UserError) return error.fault
    throw error
  }
}
