/** Samples to packed rows: which rows share one is `lib/samples/packing.ts`'s rule, batches are encode.ts's. */
import { exampleCutoff } from '@/lib/config/derived'
import type { TrainingArgs } from '@/lib/config/fields'
import { packPortions, packSamples } from '@/lib/samples/packing'
import type { Sample } from '@/trainer/encode'

/** The settings that decide about packing; those that are not there have their defaults. */
export type PackingArgs = Partial<Pick<TrainingArgs, 'stage' | 'packing' | 'neat_packing' | 'preprocessing_batch_size' | 'preprocessing_num_workers'>>

/**
 * Rows of one length from the samples of the dataset's rows, in their order; null stands for a row that gives none. With neat packing the examples of a
 * row are segments of their own, else one segment in which the later ones see the earlier ones, as in the reference.
 */
export function packRows(rows: readonly (Sample | null)[], args: PackingArgs & Pick<TrainingArgs, 'cutoff_len'>, pad_id: number): Sample[] {
  const cutoff = exampleCutoff(args)
  return packPortions(rows.length, args).flatMap(([from, to]) => {
    const samples = rows.slice(from, to).filter((sample) => sample !== null)
    return packSamples(samples, cutoff, pad_id, args.neat_packing ?? false).map(({ ids, labels, positions, mask, filled }) => ({
      ids: Int32Array.from(ids),
      labels: Int32Array.from(labels),
      packed: { positions: Int32Array.from(positions), segments: Int32Array.from(mask).fill(0, filled) },
    }))
  })
}
