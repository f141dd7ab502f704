/** Datasets of a folder, and their rows as conversations, in the page's terms. Reading them is `data.ts`'s and `preview.ts`'s. */
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { formattings } from '@/lib/datasets/info'
import type { ApiRequest, DatasetList, PreviewPage, PreviewRow as ShownRow } from '@/lib/api'
import { UserError } from '@/lib/errors'
import { type DatasetListing, listDatasets } from '@/trainer/data/listing'
import { findDataset, readInfo } from '@/trainer/data/dataset-files'
import { type PreviewRow, previewRows } from '@/trainer/inspect/preview'
import { openRows } from '@/trainer/rows/store'

/** A folder whose dataset_info.json cannot be read is an answer too, with the reason. */
export async function inspectDatasets(dataset_dir: string): Promise<DatasetList> {
  try {
    return { datasets: await Promise.all((await listDatasets(dataset_dir)).map((listing) => entryOf(listing, dataset_dir))), problem: null }
  } catch (error) {
    if (error instanceof UserError) return { datasets: [], problem: error.fault }
    throw error
  }
}

async function entryOf({ name, file_name, remote, formatting, ranking, kto, kind, problem }: DatasetListing, dataset_dir: string) {
  const place = file_name === null ? null : path.resolve(dataset_dir, file_name)
  const files = place === null ? [] : await filesAt(place)
  return {
    name, remote, ranking, kto, kind, problem,
    formatting: formattings.find((known) => known === formatting) ?? 'alpaca',
    path: place,
    size: files.length === 0 ? null : files.reduce((sum, { size }) => sum + size, 0),
    changed_at: files.length === 0 ? null : Math.max(...files.map(({ mtimeMs }) => mtimeMs)),
    is_upload: false, // the worker does not know the home
  }
}

/** What the system says of a file, or of those in a folder; none where there is nothing to look at, which the entry's problem says. */
async function filesAt(place: string) {
  const look = (file: string) => stat(file).catch(() => null)
  const found = await look(place)
  if (!found?.isDirectory()) return found ? [found] : []
  const inside = await Promise.all((await readdir(place)).map((name) => look(path.join(place, name))))
  return inside.filter((file) => file?.isFile() === true).filter((file) => file !== null)
}

export async function countRows({ dataset_dir, dataset }: ApiRequest<'dataset_rows'>): Promise<number> {
  const source = findDataset(await readInfo(dataset_dir), dataset, dataset_dir, 'dataset')
  const store = await openRows(source, dataset_dir)
  try {
    return await store.count()
  } finally {
    await store.close()
  }
}

export async function inspectPreview({ dataset_dir, dataset, offset, limit }: ApiRequest<'preview'>): Promise<PreviewPage> {
  const args = { dataset: [dataset], dataset_dir, cutoff_len: 1, seed: 0 }
  const { total, rows } = await previewRows(args, null, { offset, limit })
  return { total, rows: rows.map(shownRow) }
}

/** Both answers of a pair follow the question. */
export const shownRow = ({ row, dataset, system, tools, messages, answers, fault }: PreviewRow): ShownRow => ({
  row, dataset, system, tools, messages: [...messages, ...answers].map(({ role, content, before = '' }) => ({ role, content: before + content })), problem: fault,
})
