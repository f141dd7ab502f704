/**
 * Supervised fine-tuning: next-token loss on the answers. Templates, cut-off and labels are made by `trainer/data/encode.ts`.
 */
import { chooseRows, encodeData } from '@/trainer/data/data'
import { nextToken } from '@/trainer/objectives/next-token'
import { nextTokenBest } from '@/trainer/objectives/next-token-best'
import type { Stage } from '@/trainer/stages/types'
import { collateLists, evaluated } from '@/trainer/stages/lists'

export const sft: Stage = {
  read: chooseRows,
  encode: encodeData,
  collate: collateLists({ rows: 1 }),
  objective: ({ compute_accuracy }) => (compute_accuracy ? nextTokenBest : nextToken),
  metrics: (batches) => evaluated(batches),
}
