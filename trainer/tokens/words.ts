/** A sample as 32-bit words, and back. Most labels repeat their ids, so that ranges stand for them. */
import { IGNORED } from '@/lib/samples/supervised'
import type { Sample } from '@/trainer/encode'

/** Ids and labels as words: their number, the number of ranges whose labels are their ids, of other labels, then all of these. */
export function packWords({ ids, labels }: Sample): Int32Array {
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
  const [count, ranges, others] = words
  const ids = words.slice(3, 3 + count)
  const labels = new Int32Array(count).fill(IGNORED)
  for (let at = 3 + count; at < 3 + count + ranges; at += 2) for (let i = words[at]; i < words[at + 1]; i++) labels[i] = ids[i]
  for (let at = 3 + count + ranges; at < 3 + count + ranges + others; at += 2) labels[words[at]] = words[at + 1]
  return { ids, labels }
}
