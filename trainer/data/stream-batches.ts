/**
 * From streamed samples to batches: as encode.ts makes them of a list, but the lengths that batches come in are chosen by the samples that come first. Longer ones get
 * lengths that double up to the cut-off, of which only those that occur are ever compiled.
 */
import { packs } from '@/lib/config/derived'
import type { TrainingArgs } from '@/lib/config/fields'
import { collate, chooseBuckets, fit, GRAPH_TOKENS, roundUp } from '@/trainer/data/encode'
import { sampleLength } from '@/trainer/data/samples'
import type { StageData } from '@/trainer/stages/stage-data'
import type { SampleStream } from '@/trainer/data/stream'

/** Samples that decide the lengths. */
const LOOKED_AT = 512

/** A stream, and the lengths of its first samples. */
export interface LookedStream {
  stream: SampleStream
  lengths: number[]
}

/** Looks at the first samples, and goes back to the beginning; what there is to tell of them is told when they are used. */
export async function lookAt(stream: SampleStream): Promise<LookedStream> {
  const lengths = (await stream.take(LOOKED_AT)).map(sampleLength)
  await stream.seek(null)
  stream.notes()
  return { stream, lengths }
}

type Settings = Pick<TrainingArgs, 'per_device_train_batch_size' | 'gradient_accumulation_steps' | 'max_steps' | 'cutoff_len' | 'packing' | 'neat_packing' | 'stage'>

export function streamBatches({ stream, lengths }: LookedStream, args: Settings, pad_id: number): Pick<StageData, 'examples' | 'update' | 'stream'> & { buckets: number[] } {
  const { per_device_train_batch_size: rows, gradient_accumulation_steps, max_steps } = args
  const perUpdate = rows * gradient_accumulation_steps
  const buckets = packs(args) ? [roundUp(args.cutoff_len)] : bucketsOf(lengths, rows, perUpdate, args)
  return {
    buckets,
    examples: max_steps * perUpdate, // as transformers counts those of a dataset without a length
    update: async () => microBatches(await stream.take(perUpdate), rows, sampleLength).map((samples) => collate(samples, fit(samples, buckets), rows, pad_id)),
    stream: { seek: (place) => stream.seek(place), place: () => stream.place(), notes: () => stream.notes(), close: stream.close },
  }
}

/** An update's samples in rows of like length: which of them share a batch makes no difference to the update, but to the padding. */
function microBatches<T>(samples: readonly T[], rows: number, lengthOf: (sample: T) => number): T[][] {
  const sorted = samples.toSorted((a, b) => lengthOf(a) - lengthOf(b))
  return Array.from({ length: Math.ceil(sorted.length / rows) }, (_, i) => sorted.slice(i * rows, (i + 1) * rows))
}

function bucketsOf(lengths: readonly number[], rows: number, perUpdate: number, { max_steps, cutoff_len }: Settings): number[] {
  const longest: number[] = []
  for (let at = 0; at < lengths.length; at += perUpdate) for (const micro of microBatches(lengths.slice(at, at + perUpdate), rows, (length) => length)) longest.push(micro[micro.length - 1])
  const looked = Math.ceil(lengths.length / perUpdate)
  const buckets = chooseBuckets([Math.max(...lengths), ...longest], GRAPH_TOKENS / ((rows * max_steps) / looked))
  for (let last = buckets[buckets.length - 1]; last < roundUp(cutoff_len); last = buckets[buckets.length - 1]) buckets.push(Math.min(roundUp(last * 2), roundUp(cutoff_len)))
  return buckets
}
