/** Encoded examples as a training asks for them, wherever they lie: in memory, on disk, or several to a row (pack.ts). An array of samples is such a list, too. */

export interface Samples extends Iterable<Sample> {
  readonly length: number
  at(index: number): Sample | undefined
  /** Length of a sample, where it is known without reading it. */
  lengthAt?(index: number): number
}

/** The length that a batch must have for a sample. */
export const sampleLength = ({ ids, other }: Sample): number => Math.max(ids.length, other?.ids.length ?? 0)

export function lengthAt(samples: Samples, index: number): number {
  const known = samples.lengthAt?.(index)
  if (known !== undefined) return known
  const sample = samples.at(index)
  return sample ? sampleLength(sample) : 0
}

/** The encoded rows of a choice, by their places in it. */
export interface Tokens {
  /** Length of each row's sample; 0 where a row gives none. */
  lengths: Int32Array
  sample(place: number): Sample
}

/** The samples of rows in a given order. */
export function samplesOf(tokens: Tokens, places: Int32Array): Samples {
  const kept = places.filter((place) => tokens.lengths[place] > 0)
  return listed(kept.length, (index) => tokens.sample(kept[index]), (index) => tokens.lengths[kept[index]])
}

export function listed(length: number, sampleAt: (index: number) => Sample, lengthAt: (index: number) => number): Samples {
  return {
    length,
    at: (index) => (index >= 0 && index < length ? sampleAt(index) : undefined),
    lengthAt,
    *[Symbol.iterator]() {
      for (let index = 0; index < length; index++) yield sampleAt(index)
    },
  }
}

/** One encoded example, or several in one row; labels are -100 where the token is not learned. */
export interface Sample {
  ids: Int32Array
  labels: Int32Array
  /** A second text, in the second half of a batch: the rejected answer of a pair; of a rated answer, the prompt with another one's. */
  other?: { ids: Int32Array; labels: Int32Array }
  /** Of a rated answer: whether it is a good one. */
  wanted?: boolean
  /** Of a packed row: positions that restart with each example, and what sees one another; its padding has segment 0. */
  packed?: { positions: Int32Array; segments: Int32Array }
}
