/** Datasets of a folder, and their rows as conversations, in the page's terms. Reading them is `data.ts`'s and `preview.ts`'s. */
import path from 'node:path'
import { formattings } from '@/lib/datasets/info'
import type { ApiRequest, DatasetList, PreviewPage } from '@/lib/api'
import { UserError } from '@/lib/errors'
import { listDatasets } from '@/trainer/data'
import { previewRows } from '@/trainer/preview'

/** A folder whose dataset_info.json cannot be read is an answer too, with the reason. */
export async function inspectDatasets(dataset_dir: string): Promise<DatasetList> {
  try {
    const datasets = (await listDatasets(dataset_dir)).map(({ name, file_name, formatting, ranking, kto, problem }) => ({
      name, ranking, kto, problem,
      formatting: formattings.find((known) => known === formatting) ?? 'alpaca',
      path: file_name === null ? null : path.resolve(dataset_dir, file_name),
      rows: null,
    }))
    return { datasets, problem: null }
  } catch (error) {
    if (error instanceof UserError) return { datasets: [], problem: error.fault }
    throw error
  }
}

export async function inspectPreview({ dataset_dir, dataset, offset, limit }: ApiRequest<'preview'>): Promise<PreviewPage> {
  const args = { dataset: [dataset], dataset_dir, cutoff_len: 1, seed: 0 }
  const { total, rows } = await previewRows(args, null, { offset, limit })
  return {
    total,
    rows: rows.map(({ row, dataset, system, tools, messages, answers, fault }) => ({
      row, dataset, system, tools, messages: [...messages, ...answers].map(({ role, content, before = '' }) => ({ role, content: before + content })), problem: fault,
    })),
  }
}
