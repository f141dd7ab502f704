/** What makes a training stage: how rows become batches, what is minimised, and what a log and an evaluation report. */
import type { TrainingArgs } from '@/lib/config/fields'
import type { Template } from '@/lib/templates/template'
import type { TrainingData, Chosen } from '@/trainer/data/training-data'
import type { Watch } from '@/trainer/tokens/encoding'
import type { Ground } from '@/trainer/run/check'
import type { Means, Objective } from '@/trainer/engine/objective'
import type { EvaluatedBatch, StageData } from '@/trainer/stages/stage-data'

export interface Stage {
  /** The rows, judged; all that is wrong with files and rows is thrown here, before the run has written anything. */
  read: (args: TrainingArgs) => Promise<Chosen>
  /** The rows as samples. */
  encode: (rows: Chosen, args: TrainingArgs, template: Template, watch: Watch) => Promise<TrainingData>
  collate: (data: TrainingData, args: TrainingArgs, pad_id: number) => StageData
  /** What is minimised, of this model or from this adapter on. */
  objective: (args: TrainingArgs, ground: Pick<Ground, 'config' | 'adapter' | 'merged'>) => Objective
  /** Metrics of an evaluation, without prefix. */
  metrics: (batches: readonly EvaluatedBatch[]) => Record<string, number>
  /** What a log line says beside the loss; by default the objective's means. */
  told?: (means: Means) => Record<string, number>
}
