/**
 * What the loop asks of an engine: one optimiser update per call, an evaluation, and its state in and out. Nothing here knows TensorFlow,
 * files or stages; `engine.ts` and `generator.ts` implement it, and tests implement it with a few lines of arithmetic.
 */
import type { ChatSide, Sampling } from '@/lib/events'
import type { ModelConfig } from '@/lib/models/config'
import type { Answered, AnswerOptions, Asked } from '@/trainer/engine/many'
import type { Means, Objective } from '@/trainer/engine/objective'

/**
 * Rows of token ids, padded right to one length. All arrays are [rows * length], row by row. The attention mask is derived: padding has
 * segment 0, real tokens 1 and up, and a token sees only earlier tokens of its own segment.
 */
export interface Batch {
  rows: number
  length: number
  ids: Int32Array
  /** Target of each position's own id, -100 = ignored; the engine shifts by one. */
  labels: Int32Array
  /** Position ids, or null for 0, 1, 2, … in every row. */
  positions: Int32Array | null
  /** Segment ids, or null where every token is real. */
  segments: Int32Array | null
  /** Of rated answers, which are the first half of the rows: 1 for a good one, else 0. */
  wanted?: Int32Array
}

/** A tensor on the JavaScript side, by the name that its file gives it. */
export interface NamedTensor {
  name: string
  shape: number[]
  data: Float32Array
}

/** What the caller decides per update; everything else is fixed when the engine is made. */
export interface Hyper {
  lr: number
  /** Updates done before this one: with the seed, all the randomness of the update. */
  step: number
}

export interface TrainResult {
  /** Sum of the units' losses over all micro-batches, divided by their number. */
  loss: number
  /** Over all trainable tensors, before clipping. */
  grad_norm: number
  /** Units of this update: target tokens, pairs, or answers, as its objective counts. */
  units: number
  /** What the objective tells beside the loss. */
  means?: Means
}

export interface EvalResult {
  loss_sum: number
  units: number
  means?: Means
}

export interface Engine {
  readonly runtime: string
  /** One optimiser update from all of `micro`. */
  train(micro: Batch[], hyper: Hyper): Promise<TrainResult>
  /** No dropout, no update. */
  evaluate(batch: Batch): Promise<EvalResult>
  /** The trained tensors by their names and in their layouts in PEFT's or the model's own files, and the objective's own. */
  readTrainable(): Promise<NamedTensor[]>
  /** The optimiser's state, opaque: `writeState` restores it exactly. */
  readOptimizer(): Promise<NamedTensor[]>
  writeState(trainable: NamedTensor[], optimizer: NamedTensor[]): Promise<void>
  dispose(): void
}

/** Numbers of a checkpoint's shapes from a seed, where there is no checkpoint: to train from nothing, and for benchmarks. */
export interface RandomWeights {
  random: number
  /**
   * Drawn uniformly instead of normally (faster, for those who only measure), as numbers of this type. Published checkpoints hold bfloat16 ones, whatever type a
   * run keeps them in.
   */
  uniform?: 'bfloat16' | 'float32'
}

/** LoRA's settings, by the meaning of LLaMA-Factory's lora_* keys. */
export interface LoraSpec {
  rank: number
  alpha: number
  dropout: number
  use_rslora: boolean
  /** Whether the lengths of the weights' rows are trained apart (arXiv 2402.09353). */
  use_dora?: boolean
  /** Names of the linears, or ['all']. */
  target: string[]
  /** Names of modules of the model that are trained whole beside them, by PEFT's rule; absent: none. */
  saved?: string[]
  /** LoRA+ (arXiv 2402.12354): how many times faster B learns than A; 1 where nothing is said. */
  b_pace?: number
}

export interface EngineSpec {
  config: ModelConfig
  /** A checkpoint folder, or random weights (benchmarks). */
  weights: string | RandomWeights
  /** null = the model's own tensors are trained. */
  lora: LoraSpec | null
  /** Names of those that are, where not all of them. */
  trained?: ReadonlySet<string>
  /** Folders of adapters that are merged into the weights first, in this order. */
  merged?: readonly string[]
  /** Folder of the adapter to start from; null = a new one, made from `seed`. */
  adapter: string | null
  /** Folder of an adapter whose s · B · A is taken out of the weights: what PiSSA began as. Absent: what `adapter` says of itself. */
  without?: string
  dtype: 'float32' | 'bfloat16'
  /** Rows of every training batch; 0 = no training, and nothing is recorded for it. */
  rows: number
  /** Rows of every evaluation batch; 0 = no evaluations, and nothing is recorded for them. */
  eval_rows: number
  /** Whether rows hold several texts; then attention takes positions and segments. Default: no. */
  packed?: boolean
  /** The lengths that batches may have, ascending; each is compiled at its first use. */
  lengths: number[]
  adam: { beta1: number; beta2: number; epsilon: number; weight_decay: number }
  /** 0 = no clipping. */
  max_grad_norm: number
  /** NEFTune's noise on the embeddings while training; absent for none. */
  neftune_alpha?: number
  seed: number
  /** What is minimised. Default: the next token's cross-entropy. */
  objective?: Objective
}

export interface GeneratorSpec {
  config: ModelConfig
  weights: string | RandomWeights
  /** Adapters that together answer for the side `adapter`: their folders, or a random one on all linears (benchmarks); none = base only. */
  adapters: readonly string[] | { random: number; rank: number }
  dtype: 'float32' | 'bfloat16'
  /** Longest prompt plus answer, in tokens. */
  max_length: number
  /** Answers that `generateAll` works on at once; 1 where nothing is said. */
  slots?: number
}

export type GenerateOptions = Sampling & { stop_ids: number[]; side: ChatSide; signal: AbortSignal }

export interface Generator {
  readonly runtime: string
  /** New token ids, one at a time; the stop id itself is not among them. */
  generate(promptIds: number[], options: GenerateOptions): AsyncGenerator<number>
  /** Whole answers to many prompts, as they end, each as it would be alone. */
  generateAll(prompts: Iterable<Asked>, options: AnswerOptions): AsyncGenerator<Answered>
  dispose(): void
}
