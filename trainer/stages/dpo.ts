/** Preference pairs: DPO and the losses that LLaMA-Factory counts among it (`pref_loss`). Reference: the same base with the adapter off. */
import { chooseRows, encodeData } from '@/trainer/data/data'
import { preference } from '@/trainer/objectives/preference'
import type { Stage } from '@/trainer/stages/types'
import { collateLists, evaluated } from '@/trainer/stages/lists'

export const dpo: Stage = {
  read: chooseRows,
  encode: encodeData,
  collate: collateLists({ rows: 2 }),
  objective: preference,
  metrics: (batches) => evaluated(batches),
}
