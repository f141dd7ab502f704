/**
 * A run folder's files as types: what a trainer writes, the server follows and the browser shows.
 * Field names are LLaMA-Factory's, so that its runs read here and ours read there.
 */
import { z } from 'zod'
import { faultSchema } from '@/lib/errors'

/** One line of `trainer_log.jsonl`. Absent values are left out; an evaluation is a line of its own. */
export const logRecordSchema = z.looseObject({
  current_steps: z.number(),
  total_steps: z.number(),
  loss: z.number().optional(),
  eval_loss: z.number().optional(),
  predict_loss: z.number().optional(),
  reward: z.number().optional(),
  accuracy: z.number().optional(),
  lr: z.number().optional(),
  grad_norm: z.number().optional(),
  epoch: z.number().optional(),
  percentage: z.number().optional(),
  /** "H:MM:SS", as LLaMA-Factory writes it. */
  elapsed_time: z.string().optional(),
  remaining_time: z.string().optional(),
  /** Tokens per second since the start of the run. */
  throughput: z.number().optional(),
  total_tokens: z.number().optional(),
})
export type LogRecord = z.infer<typeof logRecordSchema>

/**
 * What a run is doing. `queued` waits for the device, `stopped` can be resumed, `lost` means that its process is gone without a word
 * (killed, or the machine went down).
 */
export const runStatuses = ['queued', 'starting', 'running', 'stopping', 'stopped', 'done', 'failed', 'lost'] as const
export type RunStatus = (typeof runStatuses)[number]

/** `state.json` of a run folder, written whole by the trainer at each change; the server adds nothing to it. */
export const runStateSchema = z.strictObject({
  status: z.enum(runStatuses),
  /** What it does now, in a word that the page translates: loading, downloading, tokenizing, compiling, training, evaluating, predicting, comparing (asking the base model), saving. */
  phase: z.enum(['loading', 'downloading', 'tokenizing', 'compiling', 'training', 'evaluating', 'predicting', 'comparing', 'saving', 'finished']),
  /** How much of the phase is done, 0 to 1, where that is known. */
  phase_share: z.number().min(0).max(1).nullable().default(null),
  pid: z.number().int(),
  /** Process start time in clock ticks (field 22 of /proc/pid/stat), so that a reused pid is not taken for the trainer; null where there is no /proc. */
  pid_start: z.string().nullable(),
  started_at: z.number(),
  updated_at: z.number(),
  step: z.number().int(),
  total_steps: z.number().int(),
  /** Newest checkpoint folder's name, when there is one. */
  checkpoint: z.string().nullable(),
  runtime: z.string().nullable(),
  error: faultSchema.nullable(),
})
export type RunState = z.infer<typeof runStateSchema>

/** Names of the files in a run folder; one place, for the trainer that writes and the server that reads. */
export const runFiles = {
  args: 'training_args.yaml',
  log: 'trainer_log.jsonl',
  text: 'running_log.txt',
  state: 'state.json',
  trainerState: 'trainer_state.json',
  allResults: 'all_results.json',
  trainResults: 'train_results.json',
  evalResults: 'eval_results.json',
  predictResults: 'predict_results.json',
  predictions: 'generated_predictions.jsonl',
  predictionRows: 'prediction_rows.jsonl',
  baseRows: 'base_rows.jsonl',
  evaluation: 'evaluation.json',
  lossPlot: 'training_loss.svg',
  adapterConfig: 'adapter_config.json',
  adapterWeights: 'adapter_model.safetensors',
  valueHead: 'value_head.safetensors',
  pissaInit: 'pissa_init',
  pissaBackup: 'pissa_backup',
  pissaConverted: 'pissa_converted',
  notes: 'notes.json',
  samplePrompts: 'sample_prompts.json',
  samples: 'samples.jsonl',
  system: 'system_log.jsonl',
} as const

/** Answers to datasets lie in one of them. */
export const answerFiles = [runFiles.predictionRows, runFiles.predictions] as const

/** What a training leaves: an adapter, or a model that was trained whole. */
export type WeightsKind = 'adapter' | 'model'

/** Beside a checkpoint's weights: where its run stood. */
export const progressFile = 'progress.json'

/** Environment variable by which the server asks a trainer for its last fault as a line of JSON, `{"fault": …}`, to be told in each reader's language. */
export const faultsAs = 'TUNEBOARD_FAULTS'

/** Which window of which browser started a run: enough to tell one's own from another's. */
export const starterSchema = z.strictObject({
  window: z.string().min(1).max(64),
  /** As a person knows it: "Firefox, Linux". */
  browser: z.string().max(80),
})
export type Starter = z.infer<typeof starterSchema>

/** What people say of a run. */
const said = {
  /** What the board calls it; empty: as its folder. */
  name: z.string().trim().max(128),
  notes: z.string().max(4000),
  tags: z.array(z.string().trim().min(1).max(40)).max(20),
  archived: z.boolean(),
}

/** `notes.json` of a run folder. Written whole by the server; no trainer reads it. */
export const runNotesSchema = z.strictObject({
  name: said.name.default(''),
  notes: said.notes.default(''),
  tags: said.tags.default([]),
  archived: said.archived.default(false),
  started_by: starterSchema.nullable().default(null),
})
/** Some of it. */
export const notesChangeSchema = z.strictObject(said).partial()
export type RunNotes = z.infer<typeof runNotesSchema>

/** Whether a run has, or will have, scores and answers: it only evaluates, or answers a dataset after its training. */
export const isEvaluation = ({ kind, predicts }: Pick<RunSummary, 'kind' | 'predicts'>): boolean => kind === 'eval' || predicts

/** A run as the board lists it; `id` is its folder relative to `saves/`, with forward slashes. */
export interface RunSummary {
  id: string
  /** Whether it trains, or only evaluates and predicts. */
  kind: 'train' | 'eval'
  /** Whether it answers datasets, alone or after its training: asked to, or answers lie in its folder. */
  predicts: boolean
  model: string
  finetuning_type: string
  stage: string
  /** What people call it, else its folder's name. */
  name: string
  datasets: string[]
  status: RunStatus
  phase: RunState['phase'] | null
  phase_share: number | null
  /** Place in the queue, 1 = next; null when not queued. */
  queue_position: number | null
  step: number
  total_steps: number
  started_at: number | null
  updated_at: number | null
  last: LogRecord | null
  best_loss: number | null
  best_eval_loss: number | null
  /** Trained by LLaMA-Factory: no `state.json`. */
  foreign: boolean
  notes: string
  tags: string[]
  archived: boolean
  /** Null: from the command line. */
  started_by: Starter | null
  checkpoints: string[]
  /** Of its result; null while there is none. */
  weights: WeightsKind | null
  error: RunState['error']
  runtime: string | null
}
