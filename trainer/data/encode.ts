/**
 * From samples to batches: length buckets, which samples an update sees, padding. Everything is a pure function of the samples, the options and the
 * update's number, so a resumed run needs no state. An update sees the samples that transformers' Trainer gives it (order.ts, steps.ts), but its
 * micro-batches are formed by length; its loss is weighted by tokens, so that changes nothing but speed. Packed rows are samples of one length.
 */
import { IGNORED } from '@/lib/samples/supervised'
import type { Batch } from '@/trainer/engine/types'
import { epochOrder } from '@/trainer/data/order'
import { lengthAt, type Sample, type Samples } from '@/trainer/data/samples'
import { planSteps, updateAt } from '@/trainer/run/steps'

export interface PlanOptions {
  per_device_train_batch_size: number
  gradient_accumulation_steps: number
  /** Decide, with the samples, how long the run is; the buckets are chosen for the batches of its epochs. */
  num_train_epochs: number
  max_steps: number
  disable_shuffling: boolean
  seed: number
  pad_id: number
  /** An update's samples share micro-batches in their order, not by length. */
  in_order?: boolean
}

/** Which samples each update sees. */
export interface BatchPlan {
  /** Sequence lengths that batches come in, ascending, at most 4. */
  readonly buckets: number[]
  readonly updatesPerEpoch: number
  /** Micro-batches of update `step`, counted from 0 over all epochs. The last update of an epoch may have fewer; a short batch is filled with empty rows. */
  update(step: number): Batch[]
}

const MAX_BUCKETS = 4
/** Bucket lengths are multiples of this. */
const MULTIPLE = 8
/** What compiling one more graph costs, as tokens that could be trained on meanwhile: about ten seconds of a step's rate, whatever the model's size. */
export const GRAPH_TOKENS = 8192
/** Epochs whose batches decide the buckets; later ones are like them, and the longest sample always fits. */
const EPOCHS_LOOKED_AT = 8
/** Nor are more updates looked at than tell enough. */
const UPDATES_LOOKED_AT = 100_000

/** Error (plain) without samples. */
export function planBatches(samples: Samples, options: PlanOptions): BatchPlan {
  const { per_device_train_batch_size: rows, pad_id } = options
  const steps = planSteps(samples.length, options)
  const orders = new Map<number, Int32Array>()
  const orderOf = (epoch: number) => {
    let order = orders.get(epoch)
    if (!order) {
      orders.clear() // one epoch at a time is enough
      orders.set(epoch, (order = epochOrder(samples.length, options, epoch)))
    }
    return order
  }
  /** The samples of an update in micro-batches, by their places, sorted by length: which of them share one makes no difference to the update, but to the padding. */
  const microOf = (step: number): number[][] => {
    const { epoch, micro } = updateAt(step, samples.length, steps, options)
    const chosen = Array.from(orderOf(epoch).subarray(micro[0][0], micro[micro.length - 1][1]))
    const lengths = new Map(chosen.map((place) => [place, lengthAt(samples, place)]))
    if (!options.in_order) chosen.sort((a, b) => (lengths.get(a) ?? 0) - (lengths.get(b) ?? 0))
    return micro.map(([from, to]) => chosen.slice(from - micro[0][0], to - micro[0][0]))
  }
  const looked = Math.min(steps.max_steps, steps.updates_per_epoch * EPOCHS_LOOKED_AT, UPDATES_LOOKED_AT)
  const longest: number[] = []
  for (let step = 0; step < looked; step++) for (const places of microOf(step)) longest.push(places.reduce((most, place) => Math.max(most, lengthAt(samples, place)), 0))
  // The longest sample must fit, whether or not an update looked at holds it.
  const buckets = chooseBuckets([longestOf(samples), ...longest], GRAPH_TOKENS / ((rows * steps.max_steps) / looked))
  return {
    buckets,
    updatesPerEpoch: steps.updates_per_epoch,
    update: (step) =>
      microOf(step).map((places) => {
        const chosen = places.flatMap((place) => samples.at(place) ?? [])
        return collate(chosen, fit(chosen, buckets), rows, pad_id)
      }),
  }
}

function longestOf(samples: Samples): number {
  let longest = 0
  for (let i = 0; i < samples.length; i++) longest = Math.max(longest, lengthAt(samples, i))
  return longest
}

/** The smallest bucket that holds all; a sample beyond the last one (an evaluation set's) gets a length of its own. */
export function fit(samples: readonly Sample[], buckets: readonly number[]): number {
  const longest = longestOf(samples)
  return buckets.find((bucket) => bucket >= longest) ?? roundUp(longest)
}

export const roundUp = (length: number) => Math.max(Math.ceil(length / MULTIPLE) * MULTIPLE, MULTIPLE)

/**
 * Batches of an evaluation set in its own order, in the training's buckets where they fit. Samples longer than the largest bucket come in one length
 * more, their longest, so that an evaluation costs at most one graph of its own.
 */
export function* evalBatches(samples: Samples, options: { rows: number; buckets: readonly number[]; pad_id: number }): Generator<Batch> {
  const { rows, pad_id } = options
  const longest = roundUp(longestOf(samples))
  const buckets = longest > (options.buckets.at(-1) ?? 0) ? [...options.buckets, longest] : options.buckets
  for (let at = 0; at < samples.length; at += rows) {
    const chosen = Array.from({ length: Math.min(rows, samples.length - at) }, (_, i) => samples.at(at + i) ?? []).flat()
    yield collate(chosen, fit(chosen, buckets), rows, pad_id)
  }
}

/**
 * Multiples of 8, at most `max`, that cover all lengths with the fewest padded tokens, by dynamic programming over the distinct rounded lengths. Each
 * beyond the first must save more than `graphCost`, in the unit of the lengths.
 */
export function chooseBuckets(lengths: readonly number[], graphCost = 0, max = MAX_BUCKETS): number[] {
  const counts = new Map<number, number>()
  for (const length of lengths) counts.set(roundUp(length), (counts.get(roundUp(length)) ?? 0) + 1)
  const edges = [...counts.keys()].sort((a, b) => a - b)
  // total[i] = batches in the first i distinct lengths; cost[k][i] = fewest tokens for those with k buckets, the last being edges[i - 1].
  const total = edges.reduce((sums, edge) => [...sums, sums[sums.length - 1] + (counts.get(edge) ?? 0)], [0])
  let cost = edges.map((edge, i) => edge * total[i + 1])
  const cuts: number[][] = [edges.map(() => 0)]
  let best = { buckets: 1, tokens: cost[cost.length - 1] }
  for (let buckets = 2; buckets <= Math.min(max, edges.length); buckets++) {
    const step = edges.map((edge, i) => bestCut(edge, i, cost, total))
    cuts.push(step.map(({ cut }) => cut))
    cost = step.map(({ tokens }) => tokens)
    const tokens = cost[cost.length - 1]
    if (tokens + graphCost * (buckets - best.buckets) < best.tokens) best = { buckets, tokens }
  }
  const chosen: number[] = []
  for (let k = best.buckets - 1, i = edges.length; k >= 0 && i > 0; k--) {
    chosen.unshift(edges[i - 1])
    i = cuts[k][i - 1]
  }
  return chosen
}

/** Where the bucket before the one at `edge` best ends: the first `cut` lengths go into earlier buckets. */
function bestCut(edge: number, i: number, cost: readonly number[], total: readonly number[]): { tokens: number; cut: number } {
  let best = { tokens: edge * total[i + 1], cut: 0 }
  for (let cut = 1; cut <= i; cut++) {
    const tokens = cost[cut - 1] + edge * (total[i + 1] - total[cut])
    if (tokens < best.tokens) best = { tokens, cut }
  }
  return best
}

/**
 * Pads samples to `rows` × `length`; missing rows are padding throughout. Samples of two texts make twice the rows, the second texts in the second half. A single real
 * length everywhere still has segments: padding is what has none.
 */
export function collate(samples: readonly Sample[], length: number, rows: number, pad_id: number): Batch {
  const paired = samples.some(({ other }) => other)
  const all = paired ? 2 * rows : rows
  const batch = { rows: all, length, ids: new Int32Array(all * length).fill(pad_id), labels: new Int32Array(all * length).fill(IGNORED), segments: new Int32Array(all * length) }
  const positions = samples.some(({ packed }) => packed) ? new Int32Array(all * length) : null
  samples.forEach((sample, row) => {
    put(batch, row, sample)
    if (sample.other) put(batch, rows + row, sample.other)
    if (!sample.packed) return
    batch.segments.set(sample.packed.segments, row * length)
    positions?.set(sample.packed.positions, row * length)
  })
  const wanted = Int32Array.from({ length: rows }, (_, row) => Number(samples[row]?.wanted ?? false))
  return { ...batch, positions, ...(samples.some((sample) => sample.wanted !== undefined) ? { wanted } : {}) }
}

function put({ length, ids, labels, segments }: { length: number; ids: Int32Array; labels: Int32Array; segments: Int32Array }, row: number, text: Pick<Sample, 'ids' | 'labels'>): void {
  if (text.ids.length > length) throw new Error(`a sample of ${text.ids.length} tokens does not fit into ${length}`)
  ids.set(text.ids, row * length)
  labels.set(text.labels, row * length)
  segments.fill(1, row * length, row * length + text.ids.length)
}
