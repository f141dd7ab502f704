/** Samples to packed rows: which rows share one is `lib/samples/packing.ts`'s rule, batches are encode.ts's. A row is put together when it is asked for. */
import { exampleCutoff } from '@/lib/config/derived'
import type { TrainingArgs } from '@/lib/config/fields'
import { joinPack, packBags, packPortions } from '@/lib/samples/packing'
import { addsBos, labelText } from '@/lib/samples/pretrain'
import type { Template } from '@/lib/templates/template'
import { listed, type Sample, sampleLength, type Samples, type Tokens } from '@/trainer/data/samples'

/** The settings that decide about packing; those that are not there have their defaults. */
export type PackingArgs = Partial<Pick<TrainingArgs, 'stage' | 'packing' | 'neat_packing' | 'preprocessing_batch_size' | 'preprocessing_num_workers'>>
type Packing = PackingArgs & Pick<TrainingArgs, 'cutoff_len'>

/** Packed rows by the stage's rule: texts in one stream, examples in bags. */
export const packed = (tokens: Tokens, places: Int32Array, args: Packing, template: Template): Samples =>
  args.stage === 'pt' ? streamTokens(tokens, places, args, template) : packTokens(tokens, places, args, template.tokenizer.pad?.id ?? 0)

/**
 * Texts one after the other, cut into rows of the cut-off's length (`PretrainDatasetProcessor`); what is left over at the end of a portion is dropped. A row is one
 * segment. It begins with bos where the tokenizer begins texts so, in the place of its first token.
 */
function streamTokens(tokens: Tokens, places: Int32Array, args: Packing, template: Template): Samples {
  const length = exampleCutoff(args)
  const bos = addsBos(template.tokenizer) ? template.tokenizer.bos : null
  const portions = packPortions(places.length, args).flatMap(([from, to]) => {
    const own = places.subarray(from, to)
    const starts = new Float64Array(own.length + 1)
    own.forEach((place, i) => (starts[i + 1] = starts[i] + tokens.lengths[place]))
    return Array.from({ length: Math.floor(starts[own.length] / length) }, (_, row) => ({ own, starts, at: row * length }))
  })
  const rowAt = (index: number): Sample => {
    const { own, starts, at } = portions[index]
    const ids: number[] = []
    for (let i = lastBefore(starts, at); ids.length < length; i++) {
      if (tokens.lengths[own[i]] === 0) continue
      ids.push(...tokens.sample(own[i]).ids.subarray(Math.max(at - starts[i], 0), at + length - starts[i]))
    }
    if (bos) ids[0] = bos.id
    return { ids: Int32Array.from(ids), labels: Int32Array.from(labelText(ids, template)) }
  }
  return listed(portions.length, rowAt, () => length)
}

/** The last of ascending starts that is at most `at`. */
function lastBefore(starts: Float64Array, at: number): number {
  let [low, high] = [0, starts.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (starts[middle] <= at) low = middle
    else high = middle - 1
  }
  return low
}

/**
 * Rows of one length from the samples of the dataset's rows, in their order; a row that gives no sample counts. With neat packing the examples of a
 * row are segments of their own, else one segment in which the later ones see the earlier ones, as in the reference.
 */
function packTokens(tokens: Tokens, places: Int32Array, args: Packing, pad_id: number): Samples {
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
    lengths: Int32Array.from(rows, (sample) => (sample ? sampleLength(sample) : 0)),
    sample(place) {
      const sample = rows[place]
      if (!sample) throw new Error(`row ${place} gives no sample`)
      return sample
    },
  }
}
