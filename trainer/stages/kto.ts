/** KTO: single answers rated good or bad. How far the model has gone is estimated per batch, so batches keep the reference's company. */
import { chooseRows, encodeData } from '@/trainer/data/data'
import { type Means, meanValues } from '@/trainer/engine/objective'
import { rated } from '@/trainer/objectives/rated'
import type { Stage } from '@/trainer/stages/types'
import { collateLists, evaluated } from '@/trainer/stages/lists'

/** With the margin between good and bad ones, as TRL logs it, where both have occurred. */
function told(means: Means): Record<string, number> {
  const values = meanValues(means)
  const [chosen, rejected] = [values['rewards/chosen'], values['rewards/rejected']]
  return chosen === undefined || rejected === undefined ? values : { ...values, 'rewards/margins': chosen - rejected }
}

export const kto: Stage = {
  read: chooseRows,
  encode: encodeData,
  collate: collateLists({ rows: 2, in_order: true }),
  objective: rated,
  metrics: (batches) => evaluated(batches, told),
  told,
}
