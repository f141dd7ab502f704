/** Share of the label tokens that the model would have named first, as LLaMA-Factory's compute_accuracy counts it: the mean over rows, not over tokens. */
import { IGNORED } from '@/lib/samples/supervised'

/**
 * Of one row.
 * @param best the most likely token after each position
 * @param labels the row's own labels; the one at t + 1 is what position t should name
 */
export function rowAccuracy(best: readonly number[], labels: readonly number[]): number {
  const asked = labels.flatMap((label, at) => (at > 0 && label !== IGNORED ? [at] : []))
  return asked.filter((at) => best[at - 1] === labels[at]).length / asked.length
}

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
