/**
 * Which rows of which datasets a training is fed, by the data arguments alone. Rows are numbers here, over all chosen datasets one after the other, so that
 * a choice among millions costs nothing (pick.ts makes it); what they say is read later (choice.ts).
 */
import { purposeOf, unfitKind } from '@/lib/datasets/purpose'
import { UserError } from '@/lib/errors'
import type { DataArgs } from '@/trainer/data/args'
import { findDataset, readInfo } from '@/trainer/data/dataset-files'
import { type Dataset, openDataset } from '@/trainer/rows/dataset'
import { listed, streamed } from '@/trainer/data/pick'
import type { Choice, ChosenDataset, Opened } from '@/trainer/data/choice'

/** UserError: an unknown dataset, a missing or damaged file, no rows, or none left to train on. */
export async function pickRows(args: DataArgs): Promise<Choice> {
  if (!args.dataset?.length) throw new UserError('missing_key', { key: 'dataset' }, 'dataset')
  const opened = await openAll(args.dataset, args)
  try {
    const { datasets, close } = opened
    return { ...(args.streaming ? streamed(opened, args) : listed(opened, args)), datasets, bytes: datasets.reduce((sum, { store }) => sum + store.bytes, 0), close }
  } catch (error) {
    await opened.close()
    throw error
  }
}

async function openAll(names: readonly string[], args: DataArgs): Promise<Opened> {
  const datasets: ChosenDataset[] = []
  const close = async () => {
    for (const { store } of datasets) await store.close()
  }
  const open = async (name: string, field: 'dataset' | 'eval_dataset') => {
    const last = datasets.at(-1)
    datasets.push({ ...(await openNamed(name, args, field)), first: last ? last.first + last.count : 0 })
  }
  try {
    for (const name of names) await open(name, 'dataset')
    for (const name of args.eval_dataset ?? []) await open(name, 'eval_dataset')
    return { datasets, train: datasets.slice(0, names.length), evals: datasets.slice(names.length), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function openNamed(name: string, args: DataArgs, field: 'dataset' | 'eval_dataset'): Promise<Dataset> {
  const source = findDataset(await readInfo(args.dataset_dir), name, args.dataset_dir, field)
  const unfit = unfitKind(purposeOf(source), args.stage ?? 'sft')
  if (unfit) throw new UserError('dataset_unsupported', { dataset: name, problem: unfit }, field)
  return openDataset(source, args.dataset_dir)
}

