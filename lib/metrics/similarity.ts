/** How near a prediction is to its label, in the numbers and names that LLaMA-Factory logs: percentages with four decimals. */
import { bleu4 } from '@/lib/metrics/bleu'
import { rouge } from '@/lib/metrics/rouge'

export const similarityNames = ['rouge-1', 'rouge-2', 'rouge-l', 'bleu-4'] as const
export type Similarity = Record<(typeof similarityNames)[number], number>

const percentage = (share: number): number => Number((share * 100).toFixed(4))

/** @param wordsOf how a text becomes the words of ROUGE */
export function similarity(prediction: string, label: string, wordsOf: (text: string) => string[]): Similarity {
  const words = rouge(wordsOf(prediction), wordsOf(label))
  return {
    'rouge-1': percentage(words['rouge-1']),
    'rouge-2': percentage(words['rouge-2']),
    'rouge-l': percentage(words['rouge-l']),
    'bleu-4': percentage(bleu4(prediction, label)),
  }
}

export function meanSimilarity(rows: readonly Similarity[]): Similarity {
  const mean = (name: keyof Similarity) => rows.reduce((sum, row) => sum + row[name], 0) / rows.length
  return { 'rouge-1': mean('rouge-1'), 'rouge-2': mean('rouge-2'), 'rouge-l': mean('rouge-l'), 'bleu-4': mean('bleu-4') }
}
