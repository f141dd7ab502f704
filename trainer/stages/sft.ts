/**
 * Supervised fine-tuning: next-token loss on the answers. Templates, cut-off and labels are made by `trainer/encode.ts`.
 */
import { packs } from '@/lib/config/derived'
import { chooseRows, encodeData } from '@/trainer/data'
import { evalBatches, planBatches } from '@/trainer/encode'
import { streamBatches } from '@/trainer/stream-batches'
import type { Samples } from '@/trainer/samples'
import type { EvaluatedBatch, Stage } from '@/trainer/stage'

/** Mean over examples of their batch's mean token loss: what transformers' Trainer calls eval_loss. */
function meanLoss(batches: readonly EvaluatedBatch[]): number {
  const examples = batches.reduce((sum, batch) => sum + batch.examples, 0)
  return batches.reduce((sum, { loss_sum, units, examples: rows }) => sum + (rows * loss_sum) / units, 0) / examples
}

export const sft: Stage = {
  read: chooseRows,
  encode: encodeData,
  collate(data, args, pad_id) {
    const plan = data.stream ? streamBatches(data.stream, args, pad_id) : { examples: data.train.length, ...planBatches(data.train, { ...args, seed: args.data_seed ?? args.seed, pad_id }) }
    const batchesOf = (samples: Samples) => evalBatches(samples, { rows: args.per_device_eval_batch_size, buckets: plan.buckets, pad_id })
    const evalLengths = data.evals.flatMap(({ samples }) => Array.from(batchesOf(samples), ({ length }) => length))
    return {
      examples: plan.examples,
      lengths: [...new Set([...plan.buckets, ...evalLengths])].sort((a, b) => a - b),
      packed: packs(args),
      update: (step) => plan.update(step),
      stream: 'stream' in plan ? plan.stream : undefined,
      evals: data.evals.map(({ name, samples }) => ({
        name,
        examples: samples.length,
        batches: () => batchesOf(samples),
      })),
    }
  },
  metrics: (batches) => ({ loss: meanLoss(batches) }),
}
