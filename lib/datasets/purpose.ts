/** What a dataset is made for, by what its entry says of its columns; its rows are not looked at. */
import type { DatasetSource } from '@/lib/datasets/info'
import { type Problem, problem } from '@/lib/errors'

/** Why supervised fine-tuning cannot use a dataset, with the stage that can; null when nothing speaks against it. */
export function unfitForSft({ ranking, columns, formatting }: DatasetSource): Problem | null {
  if (ranking) return problem('dataset_ranking')
  if (columns.kto_tag !== null) return problem('dataset_rated')
  return formatting === 'alpaca' && columns.response === null ? problem('dataset_plain') : null
}
