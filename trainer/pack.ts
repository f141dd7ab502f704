/** Samples to packed rows: which rows share one is `lib/samples/packing.ts`'s rule, batches are encode.ts's. A row is put together when it is asked for. */
import { exampleCutoff } from '@/lib/config/derived'
import type { TrainingArgs } from '@/lib/config/fields'
import { joinPack, packBags, packPortions } from '@/lib/samples/packing'
import type { Sample } from '@/trainer/encode'
import { listed, type Samples, type Tokens } from '@/trainer/samples'

/** The settings that decide about packing; those that are not there have their defaults. */
export type PackingArgs = Partial<Pick<TrainingArgs, 'stage' | 'packing' | 'neat_packing' | 'preprocessing_batch_size' | 'preprocessing_num_workers'>>
type Packing = PackingArgs & Pick<TrainingArgs, 'cutoff_len'>

/**
 * Rows of one length from the samples of the dataset's rows, in their order; a row that gives no sample counts. With neat packing the examples of a
 * row are segments of their own, else one segment in which the later ones see the earlier ones, as in the reference.
 */
export function packTokens(tokens: Tokens, places: Int32Array, args: Packing, pad_id: number): Samples {
  const cutoff = exampleCutoff(args)
  const bags = packPortions(places.length, args).flatMap(([from, to]) => {
    const usable = places.subarray(from, to).filter((place) => tokens.lengths[place] > 0)
    return packBags(Array.from(usable, (place) => tokens.lengths[place]), cutoff).map((bag) => Int32Array.from(bag, (i) => usable[i]))
  })
  const rowAt = (index: number): Sample => {
    const { ids, labels, positions, mask, filled } = joinPack(Array.from(bags[index], (place) => tokens.sample(place)), cutoff, pad_id, args.neat_packing ?? false)
    return {
      ids: Int32Array.from(ids),
      labels: Int32Array.from(labels),
      packed: { positions: Int32Array.from(positions), segments: Int32Array.from(mask).fill(0, filled) },
    }
  }
  return listed(bags.length, rowAt, () => cutoff + 1)
}

/** The same of samples in memory; null stands for a row that gives none. */
export function packRows(rows: readonly (Sample | null)[], args: Packing, pad_id: number): Sample[] {
  return [...packTokens(inMemory(rows), Int32Array.from(rows.keys()), args, pad_id)]
}

export function inMemory(rows: readonly (Sample | null)[]): Tokens {
  return {
    lengths: Int32Array.from(rows, (sample) => sample?.ids.length ?? 0),
    sample(place) {
      const sample = rows[place]
      if (!sample) throw new Error(`row ${place} gives no sample`)
      return sample
    },
  }
}
