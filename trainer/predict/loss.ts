/** Loss, perplexity and accuracy of a model as it is: the evaluation of a training, without one. */
import { readAdapter } from '@/trainer/adapter/adapter'
import type { Ground } from '@/trainer/run/check'
import { chooseBuckets, evalBatches } from '@/trainer/data/encode'
import type { Sample } from '@/trainer/data/samples'
import { addMeans, type Means, meanValues } from '@/trainer/engine/objective'
import type { Batch, Engine, EngineSpec } from '@/trainer/engine/types'
import { examplesIn } from '@/trainer/run/loop'
import { nextTokenBest } from '@/trainer/objectives/next-token-best'
import type { EvaluatedBatch } from '@/trainer/stages/stage-data'

export interface LossSettings {
  rows: number
  pad_id: number
  weights: string
  dtype: 'float32' | 'bfloat16'
}

export function lossBatches(samples: readonly Sample[], { rows, pad_id }: LossSettings): Batch[] {
  const longest = Array.from({ length: Math.ceil(samples.length / rows) }, (_, i) => samples.slice(i * rows, (i + 1) * rows).reduce((most, { ids }) => Math.max(most, ids.length), 0))
  return [...evalBatches(samples, { rows, buckets: chooseBuckets(longest), pad_id })]
}

/** An engine that only evaluates. Without an adapter it gets one that changes nothing. */
export function lossEngine(batches: readonly Batch[], { config, merged, adapter }: Ground, { rows, weights, dtype }: LossSettings): EngineSpec {
  const own = adapter === null ? null : readAdapter(adapter, config).settings
  return {
    config,
    weights,
    lora: own === null ? { rank: 1, alpha: 1, dropout: 0, use_rslora: false, target: ['all'] } : { ...own, dropout: 0, target: own.target_modules },
    merged,
    adapter,
    dtype,
    rows: 0,
    eval_rows: rows,
    objective: nextTokenBest,
    lengths: [...new Set(batches.map(({ length }) => length))].sort((a, b) => a - b),
    adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0 },
    max_grad_norm: 0,
    seed: 0,
  }
}

/** Null when it was stopped. */
export async function measureLoss(engine: Engine, batches: readonly Batch[], stopping: () => boolean, done: () => void): Promise<EvaluatedBatch[] | null> {
  const found: EvaluatedBatch[] = []
  for (const batch of batches) {
    if (stopping()) return null
    found.push({ ...(await engine.evaluate(batch)), examples: examplesIn(batch) })
    done()
    await new Promise<void>((resolve) => setImmediate(resolve)) // lets signals in
  }
  return found
}

export function lossMetrics(found: readonly EvaluatedBatch[], metrics: (batches: readonly EvaluatedBatch[]) => Record<string, number>): Record<string, number> {
  const own = metrics(found)
  return { ...own, perplexity: Math.exp(own.loss), ...meanValues(found.reduce<Means>((all, { means }) => addMeans(all, means ?? {}), {})) }
}
