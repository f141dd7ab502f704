/** Reward modelling: the model, or an adapter, and a head that scores an answer, trained on preference pairs; the head goes on from that of the last adapter, or of the model. */
import { chooseRows, encodeData } from '@/trainer/data/data'
import { newHead, reward } from '@/trainer/objectives/reward'
import { adaptersIn } from '@/trainer/run/check'
import type { Stage } from '@/trainer/stages/types'
import { collateLists, evaluated } from '@/trainer/stages/lists'
import { readHead } from '@/trainer/adapter/value-head'

export const rm: Stage = {
  read: chooseRows,
  encode: encodeData,
  collate: collateLists({ rows: 2 }),
  objective: ({ seed, model_name_or_path }, { config, ...start }) => reward(readHead(adaptersIn(start).at(-1) ?? model_name_or_path ?? '') ?? newHead(config, seed)),
  metrics: (batches) => evaluated(batches),
}
