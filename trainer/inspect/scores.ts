/** Scores of answers that somebody else wrote down. jieba's dictionary is loaded with the first that are asked for: the worker's other questions need none. */
import type { ApiRequest, ApiResponse } from '@/lib/api'
import { similarity } from '@/lib/metrics/similarity'

export async function scoresOf({ answers }: ApiRequest<'prediction_scores'>): Promise<ApiResponse<'prediction_scores'>> {
  const { jiebaWords } = await import('@/trainer/predict/words')
  return answers.map(({ predict, label }) => similarity(predict, label, jiebaWords))
}
