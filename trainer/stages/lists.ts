/** What all stages share: examples in lists or streams, made into batches by length, and the mean of their losses. */
import { packs } from '@/lib/config/derived'
import type { TrainingArgs } from '@/lib/config/fields'
import type { TrainingData } from '@/trainer/data/training-data'
import { evalBatches, planBatches } from '@/trainer/data/encode'
import { addMeans, type Means, meanValues } from '@/trainer/engine/objective'
import type { Samples } from '@/trainer/data/samples'
import type { EvaluatedBatch, StageData } from '@/trainer/stages/stage-data'
import { streamBatches } from '@/trainer/data/stream-batches'

interface Kind {
  /** Rows of a batch that an example takes. */
  rows: 1 | 2
  /** Whether an update's examples stay in their order instead of being put together by length: where the loss depends on who shares a batch. */
  in_order?: boolean
}

export const collateLists =
  ({ rows, in_order = false }: Kind) =>
  (data: TrainingData, args: TrainingArgs, pad_id: number): StageData => {
    const options = { ...args, seed: args.data_seed ?? args.seed, pad_id, in_order }
    const plan = data.stream ? streamBatches(data.stream, args, pad_id) : { examples: data.train.length, ...planBatches(data.train, options) }
    const batchesOf = (samples: Samples) => evalBatches(samples, { rows: args.per_device_eval_batch_size, buckets: plan.buckets, pad_id })
    const evalLengths = data.evals.flatMap(({ samples }) => Array.from(batchesOf(samples), ({ length }) => length))
    return {
      examples: plan.examples,
      lengths: [...new Set([...plan.buckets, ...evalLengths])].sort((a, b) => a - b),
      packed: packs(args) && args.stage === 'sft', // a row of pre-training is one text
      rows_per_example: rows,
      update: (step) => plan.update(step),
      stream: 'stream' in plan ? plan.stream : undefined,
      evals: data.evals.map(({ name, samples }) => ({
        name,
        examples: samples.length,
        batches: () => batchesOf(samples),
      })),
    }
  }

/** Mean over examples of their batch's mean loss, which is what transformers' Trainer calls eval_loss, and what the objective tells. */
export function evaluated(batches: readonly EvaluatedBatch[], told: (means: Means) => Record<string, number> = meanValues): Record<string, number> {
  const examples = batches.reduce((sum, batch) => sum + batch.examples, 0)
  const loss = batches.reduce((sum, { loss_sum, units, examples: rows }) => sum + (rows * loss_sum) / units, 0) / examples
  return { loss, ...told(batches.reduce<Means>((all, { means = {} }) => addMeans(all, means), {})) }
}
