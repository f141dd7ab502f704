/**
 * BLEU-4 of one prediction over its characters, smoothed by NIST's geometric sequence: nltk's `sentence_bleu` with method 3, which is what
 * LLaMA-Factory reports. Words do not matter here; those of ROUGE are `rouge.ts`'s.
 */

const ORDERS = [1, 2, 3, 4] as const

function ngrams(characters: readonly string[], order: number): Map<string, number> {
  const counts = new Map<string, number>()
  for (let at = 0; at + order <= characters.length; at++) {
    const gram = characters.slice(at, at + order).join('')
    counts.set(gram, (counts.get(gram) ?? 0) + 1)
  }
  return counts
}

/** n-grams of the prediction that the label has too, each at most as often as there, and how many the prediction has. */
function matches(prediction: readonly string[], label: readonly string[], order: number): { hits: number; total: number } {
  const known = ngrams(label, order)
  let hits = 0
  for (const [gram, count] of ngrams(prediction, order)) hits += Math.min(count, known.get(gram) ?? 0)
  return { hits, total: Math.max(1, prediction.length - order + 1) }
}

/** Between 0 and 1. Characters are code points, as Python counts them. */
export function bleu4(prediction: string, label: string): number {
  const [own, other] = [Array.from(prediction), Array.from(label)]
  const precisions = ORDERS.map((order) => matches(own, other, order))
  if (precisions[0].hits === 0) return 0
  let halvings = 0
  const logs = precisions.map(({ hits, total }) => Math.log(hits === 0 ? 1 / (2 ** ++halvings * total) : hits / total) / ORDERS.length)
  const brevity = own.length > other.length ? 1 : Math.exp(1 - other.length / own.length)
  return brevity * Math.exp(logs.reduce((sum, value) => sum + value, 0))
}
