/**
 * The answers of an evaluation as its run folder keeps them: a line of `prediction_rows.jsonl` per answer, and one of `base_rows.jsonl` per answer that the base model
 * gave beside it. `generated_predictions.jsonl` is LLaMA-Factory's file of the same; it lacks what a table needs. Also what the page asks of them.
 */
import { z } from 'zod'

const scores = z.strictObject({ 'rouge-1': z.number(), 'rouge-2': z.number(), 'rouge-l': z.number(), 'bleu-4': z.number() })
const verdict = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('call'), json: z.boolean(), name: z.boolean(), arguments: z.boolean() }),
  z.strictObject({ kind: z.literal('question'), asked: z.boolean() }),
])

/** What a model said, and how it compares with the dataset's answer. */
export const answerSchema = z.strictObject({
  predict: z.string(),
  tokens: z.number().int(),
  end: z.enum(['stop', 'length']),
  /** Null where the dataset has no answer. */
  scores: scores.nullable(),
  /** Of an answer that should be a tool call or ask back. */
  call: verdict.nullable(),
})
export type ModelAnswer = z.infer<typeof answerSchema>

export const predictionSchema = answerSchema.extend({
  dataset: z.string(),
  /** Number of the row in its dataset, from 1, and of the answer in its conversation. */
  row: z.number().int(),
  turn: z.number().int(),
  /** The conversation's last answer: what LLaMA-Factory predicts. Earlier ones are asked for where they call tools or ask back. */
  last: z.boolean(),
  /** The message that is answered. */
  question: z.string(),
  prompt: z.string(),
  label: z.string(),
})
export type Prediction = z.infer<typeof predictionSchema>

/** An answer as the table shows it; of those that LLaMA-Factory wrote down, less is known. */
export interface ShownPrediction extends Omit<Prediction, 'dataset' | 'tokens' | 'end'> {
  dataset: string | null
  tokens: number | null
  end: ModelAnswer['end'] | null
}

/** How the table can be ordered: as in the dataset, or the least alike first. */
export const predictionOrders = ['dataset', 'bleu-4', 'rouge-l', 'calls'] as const
export type PredictionOrder = (typeof predictionOrders)[number]

/** What `lib/api` asks of a run's answers. */
export const predictionRequests = {
  list: z.strictObject({ id: z.string().min(1).max(1024), query: z.string().max(1000), order: z.enum(predictionOrders) }),
  rows: z.strictObject({ id: z.string().min(1).max(1024), rows: z.array(z.number().int().min(0)).max(100) }),
  /** Scores of answers that lie without any. */
  scores: z.strictObject({ answers: z.array(z.strictObject({ predict: z.string(), label: z.string() })).max(100) }),
}

/** Places of the answers that were found, in the order asked for; `total` counts all that are there by now. */
export interface PredictionList {
  total: number
  rows: number[]
}

export interface PredictionRow extends ShownPrediction {
  place: number
  /** Null while (or where) the base model was not asked. */
  base: ModelAnswer | null
}

/** What an evaluation asks for beside its configuration, which holds LLaMA-Factory's keys only: `evaluation.json` of its run folder. */
export const evaluationSchema = z.strictObject({
  /** Asks every question again without the adapter. */
  compare_base: z.boolean(),
})
