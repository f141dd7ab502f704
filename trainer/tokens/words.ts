/** A sample as 32-bit words, and back. Most labels repeat their ids, so that ranges stand for them. */
import { IGNORED } from '@/lib/samples/supervised'
import type { Sample } from '@/trainer/data/samples'

/** A sample as words, its second text after the first. */
export function packWords({ other, ...sample }: Sample): Int32Array {
  const first = packText(sample)
  if (!other) return first
  const second = packText(other)
  const both = new Int32Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}

/** Ids and labels as words: their number, the number of ranges whose labels are their ids, of other labels, then all of these. */
function packText({ ids, labels }: Pick<Sample, 'ids' | 'labels'>): Int32Array {
  const ranges: number[] = []
  const others: number[] = []
  for (let at = 0; at < ids.length; at++) {
    if (labels[at] === IGNORED) continue
    if (labels[at] !== ids[at]) others.push(at, labels[at])
    else if (ranges.length > 0 && ranges[ranges.length - 1] === at) ranges[ranges.length - 1]++
    else ranges.push(at, at + 1)
  }
  const words = new Int32Array(3 + ids.length + ranges.length + others.length)
  words.set([ids.length, ranges.length, others.length])
  words.set(ids, 3)
  words.set(ranges, 3 + ids.length)
  words.set(others, 3 + ids.length + ranges.length)
  return words
}

export function unpackWords(words: Int32Array): Sample {
  const first = unpackText(words)
  return first.used < words.length ? { ...first.text, other: unpackText(words.subarray(first.used)).text } : first.text
}

function unpackText(words: Int32Array): { text: Sample; used: number } {
  const [count, ranges, others] = words
  const ids = words.slice(3, 3 + count)
  const labels = new Int32Array(count).fill(IGNORED)
  for (let at = 3 + count; at < 3 + count + ranges; at += 2) for (let i = words[at]; i < words[at + 1]; i++) labels[i] = ids[i]
  for (let at = 3 + count + ranges; at < 3 + count + ranges + others; at += 2) labels[words[at]] = words[at + 1]
  return { text: { ids, labels }, used: 3 + count + ranges + others }
}
