/** Reward modelling: the adapter and a head that scores an answer, trained on preference pairs. */
import { chooseRows, encodeData } from '@/trainer/data/data'
import { newHead, reward } from '@/trainer/objectives/reward'
import { adaptersIn } from '@/trainer/run/check'
import type { Stage } from '@/trainer/stages/types'
import { collateLists, evaluated } from '@/trainer/stages/lists'
import { readHead } from '@/trainer/adapter/value-head'

/** That of the last adapter, whether it is merged or goes on. */
const headOf = (adapter: string | undefined) => (adapter === undefined ? null : readHead(adapter))

export const rm: Stage = {
  read: chooseRows,
  encode: encodeData,
  collate: collateLists({ rows: 2 }),
  objective: ({ seed }, { config, ...start }) => reward(headOf(adaptersIn(start).at(-1)) ?? newHead(config, seed)),
  metrics: (batches) => evaluated(batches),
}
