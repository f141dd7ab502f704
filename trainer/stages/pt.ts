/** Pre-training: next-token loss on all of a text. Packed, which is its default, the texts are one stream cut into rows (`trainer/data/pack.ts`). */
import { chooseRows, encodeData } from '@/trainer/data/data'
import { nextToken } from '@/trainer/objectives/next-token'
import type { Stage } from '@/trainer/stages/types'
import { collateLists, evaluated } from '@/trainer/stages/lists'

export const pt: Stage = {
  read: chooseRows,
  encode: encodeData,
  collate: collateLists({ rows: 1 }),
  objective: () => nextToken,
  metrics: (batches) => evaluated(batches),
}
