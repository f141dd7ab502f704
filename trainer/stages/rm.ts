/** Reward modelling: the adapter and a head that scores an answer, trained on preference pairs. */
import { chooseRows, encodeData } from '@/trainer/data/data'
import { newHead, reward } from '@/trainer/objectives/reward'
import type { Stage } from '@/trainer/stages/stage'
import { collateLists, evaluated } from '@/trainer/stages/lists'
import { readHead } from '@/trainer/adapter/value-head'

export const rm: Stage = {
  read: chooseRows,
  encode: encodeData,
  collate: collateLists({ rows: 2 }),
  objective: ({ seed }, { config, adapter }) => reward((adapter === null ? null : readHead(adapter)) ?? newHead(config, seed)),
  metrics: (batches) => evaluated(batches),
}
