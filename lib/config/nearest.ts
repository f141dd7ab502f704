/** The known name that is nearest to a misspelt one, for "did you mean" sentences. */
import { distance } from 'fastest-levenshtein'

/**
 * The candidate with the smallest edit distance to `name`; on a tie, the one that contains it or is contained in it, then the first.
 * @throws Error when there are no candidates.
 */
export function nearest(name: string, candidates: readonly string[]): string {
  if (candidates.length === 0) throw new Error('nearest: no candidates')
  const rank = (candidate: string) => distance(name.toLowerCase(), candidate.toLowerCase()) - (candidate.includes(name) || name.includes(candidate) ? 0.5 : 0)
  return candidates.reduce((best, candidate) => (rank(candidate) < rank(best) ? candidate : best))
}
