/**
 * Rows that lie on a hub, fetched before the training that needs them. Reading never fetches: what a person saw in the preview is what is trained on, until
 * they fetch it anew. How a hub is spoken to is `hub/`.
 */
import type { TrainingArgs } from '@/lib/config/fields'
import type { FetchProgress } from '@/lib/hub/download'
import { hubs } from '@/lib/hub/hub'
import type { DatasetRef } from '@/lib/hub/ref'
import { fetchDataset } from '@/hub/dataset'
import { heldFiles } from '@/hub/held'
import { findDataset, readInfo } from '@/trainer/data/dataset-files'
import { fetchLines, namedToken } from '@/trainer/data/fetch-lines'
import type { Report } from '@/trainer/run/report'

export interface Missing {
  dataset: string
  ref: DatasetRef
}

/** The datasets of a training whose rows must be fetched first. UserError as in `findDataset`. */
export async function missingRows({ dataset, eval_dataset, dataset_dir }: TrainingArgs): Promise<Missing[]> {
  const chosen = [...(dataset ?? []).map((name) => [name, 'dataset']), ...(eval_dataset ?? []).map((name) => [name, 'eval_dataset'])]
  if (chosen.length === 0) return []
  const info = await readInfo(dataset_dir)
  return chosen.flatMap(([name, field]) => {
    const { hub } = findDataset(info, name, dataset_dir, field)
    return hub === null || heldFiles(hub) ? [] : [{ dataset: name, ref: hub }]
  })
}

function tellProgress(report: Report): (now: FetchProgress) => void {
  const say = fetchLines((line) => report.text(line))
  return (now) => {
    if (now.total > 0) report.state.change({ phase_share: Math.min(now.bytes / now.total, 1) })
    say(now)
  }
}

/** Fetches them one after the other. UserError of `fetchDataset`; an AbortError when `signal` says so. */
export async function fetchRows(missing: readonly Missing[], args: TrainingArgs, report: Report, signal: AbortSignal): Promise<void> {
  report.state.change({ phase: 'downloading' })
  for (const { dataset, ref } of missing) {
    report.text(`Fetching dataset ${dataset}: ${ref.id}${ref.subset === null ? '' : `, ${ref.subset}`}, ${ref.split}, from ${hubs[ref.hub].title}`)
    await fetchDataset(ref, { signal, token: namedToken(args, ref.hub) }, tellProgress(report))
  }
  report.state.change({ phase: 'loading' })
}
