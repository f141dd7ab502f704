/**
 * The one decoder: pure functions from parameters and token ids to hidden states and logits. It knows architecture nouns, never a family's
 * name. Attention comes in as a function, so that whole rows and a cache that grows go through the same layers. Losses are elsewhere.
 */
import { type Tensor, type Tensor1D, type Tensor2D, add, gather, matMul, mul, reshape, split, tanh } from '@tensorflow/tfjs-core'
import type { ModelConfig } from '@/lib/models/config'
import { type LayerParams, type LinearParams, type Params, qkvWidths } from '@/trainer/model/params'
import { type RopeInput, ropeTables } from '@/trainer/model/rope'
import { attention } from '@/trainer/ops/attention'
import { type AttentionMask, causalMask } from '@/trainer/ops/attention-mask'
import { type DoraWeights, doraLinear } from '@/trainer/ops/dora'
import { gatherRows } from '@/trainer/ops/gather-rows'
import { glu } from '@/trainer/ops/glu'
import { type LoraWeights, linear, loraLinear } from '@/trainer/ops/linear'
import { asFloat, asStorage } from '@/trainer/ops/precision'
import { rmsNorm } from '@/trainer/ops/rms-norm'
import { type RopeTables, rope } from '@/trainer/ops/rope'

/** Low-rank updates by module name. */
export interface Lora {
  weights: Record<string, LoraWeights | DoraWeights>
  scale: number
  /** Mask for a module's input (0 or 1 / (1 - p)), while training with dropout. */
  dropout?: (module: string, shape: [number, number]) => Tensor2D
}

/** What is added to the base weights, and which of those are trained; by default nothing and none. */
export interface ForwardOptions {
  lora?: Lora
  trains?: (weight: Tensor) => boolean
  /** What is added to the embeddings while training. */
  noise?: (shape: [number, number]) => Tensor2D
}

/** All tensors are [rows * length], int32. */
export interface ForwardInput {
  rows: number
  length: number
  ids: Tensor1D
  /** null = 0, 1, 2, … in every row. */
  positions: Tensor1D | null
  /** Which tokens belong together where a row holds several texts; null = each row is one text (padding on the right needs no segments). */
  segments: Tensor1D | null
}

/**
 * How a layer's queries meet keys and values.
 * @param q [rows * length, heads * head_dim], rotated and scaled, in the storage type
 * @param k [rows * length, kv_heads * head_dim], rotated
 * @param v like k, not rotated
 * @returns like q
 */
export type Attend = (layer: number, q: Tensor2D, k: Tensor2D, v: Tensor2D) => Tensor2D

/** Hidden states after the final norm, [rows * length, hidden] in the storage type, of whole rows. */
export function forward(params: Params, config: ModelConfig, input: ForwardInput, options: ForwardOptions = {}): Tensor2D {
  return decode(params, config, input, wholeRows(config, input), options)
}

/** Attention within each row. */
export function wholeRows(config: ModelConfig, { rows, length, segments }: ForwardInput): Attend {
  const masks = new Map<number | null, AttentionMask>()
  for (const window of new Set(config.windows)) masks.set(window, causalMask(rows, length, window, segments))
  const shape = attentionShape(config, rows)
  return (layer, q, k, v) => {
    const mask = masks.get(config.windows[layer])
    if (!mask) throw new Error(`transformer: no mask for layer ${layer}`)
    return attention(q, k, v, mask, shape)
  }
}

export interface DecodeInput extends RopeInput {
  ids: Tensor1D
  /** Where the caller has the angles already. */
  tables?: { query: RopeTables; key: RopeTables }
}

/** The same for any way of attending: with `positions` and a cache behind `attend`, only the newest tokens pass through. */
export function decode(params: Params, config: ModelConfig, input: DecodeInput, attend: Attend, options: ForwardOptions = {}): Tensor2D {
  const context = contextOf(config, input, attend, options)
  let h = embed(params.embedding, input.ids, context)
  params.layers.forEach((layer, i) => {
    h = throughLayer(h, layer, i, context)
  })
  return norm(h, params.norm, context)
}

/** The steps of `decode` one by one, for whoever holds one layer at a time. */
export function contextOf(config: ModelConfig, input: DecodeInput, attend: Attend, { trains = () => false, lora, noise }: ForwardOptions = {}): Context {
  return { config, rows: input.rows, tables: input.tables ?? ropeTables(config, input), attend, trains, lora, noise }
}

export function embed(embedding: Tensor2D, ids: Tensor1D, { config, trains, noise }: Context): Tensor2D {
  const plain: Tensor2D = asFloat(trains(embedding) ? gatherRows(embedding, ids) : gather(embedding, ids))
  const embedded: Tensor2D = noise ? add(plain, noise(plain.shape)) : plain
  return config.embedding_scale === 1 ? embedded : mul(embedded, config.embedding_scale)
}

export function throughLayer(h: Tensor2D, layer: LayerParams, index: number, context: Context): Tensor2D {
  const attended = add(h, attentionBlock(h, layer, index, context)) as Tensor2D
  return add(attended, mlpBlock(attended, layer, context))
}

/** Logits of the given hidden states, [n, vocab] in float32, soft-capped where the config says so. */
export function logits(params: Pick<Params, 'head'>, config: ModelConfig, hidden: Tensor2D): Tensor2D {
  const raw = asFloat(matMul(hidden, asStorage(params.head), false, true)) as Tensor2D
  return config.logit_softcap === null ? raw : mul(tanh(mul(raw, 1 / config.logit_softcap)), config.logit_softcap)
}

/** The options of the attention ops for this architecture. */
export function attentionShape(config: ModelConfig, rows: number) {
  return { rows, heads: config.num_attention_heads, kvHeads: config.num_key_value_heads, headDim: config.head_dim, softcap: config.attention_softcap }
}

/** What every layer of one call shares. */
export interface Context {
  config: ModelConfig
  rows: number
  tables: { query: RopeTables; key: RopeTables }
  attend: Attend
  trains: (weight: Tensor) => boolean
  lora: Lora | undefined
  noise?: ForwardOptions['noise']
}

function attentionBlock(h: Tensor2D, layer: LayerParams, index: number, context: Context): Tensor2D {
  const { config, rows, tables, attend } = context
  const [q, k, v] = project(norm(h, layer.attention_norm, context), layer.qkv, qkvWidths(config), context)
  const place = { rows, headDim: config.head_dim }
  const query = rope(headNorm(q, layer.query_norm, context), tables.query, place)
  const key = rope(headNorm(k, layer.key_norm, context), tables.key, place)
  return outputNorm(apply(attend(index, query, key, v), layer.output, context), layer.attention_output_norm, context)
}

function mlpBlock(h: Tensor2D, layer: LayerParams, context: Context): Tensor2D {
  const width = context.config.intermediate_size
  const [gate, up] = project(norm(h, layer.mlp_norm, context), layer.gate_up, [width, width], context)
  const inner = glu(gate, up, context.config.activation)
  return outputNorm(apply(inner, layer.down, context), layer.mlp_output_norm, context)
}

/** @param x [n, d] float32 @returns [n, d] in the storage type */
export function norm(x: Tensor2D, weight: Tensor1D, { config, trains }: Context): Tensor2D {
  return rmsNorm(x, weight, { eps: config.rms_norm_eps, offset: config.norm_offset, train: trains(weight) })
}

/** Back to float32 for the residual stream, through a norm of its own where the family has one. */
function outputNorm(x: Tensor2D, weight: Tensor1D | null, context: Context): Tensor2D {
  return weight === null ? asFloat(x) : asFloat(norm(asFloat(x), weight, context))
}

/** Norm over each head by itself (Qwen 3). */
function headNorm(x: Tensor2D, weight: Tensor1D | null, context: Context): Tensor2D {
  if (weight === null) return x
  return reshape(norm(asFloat(reshape(x, [-1, context.config.head_dim])), weight, context), x.shape)
}

/** Outputs of side-by-side linears, whether the checkpoint keeps them apart or fused. */
function project(x: Tensor2D, linears: LinearParams[], widths: number[], context: Context): Tensor2D[] {
  const outputs = linears.map(one => apply(x, one, context))
  return outputs.length === widths.length ? outputs : split(outputs[0], widths, 1)
}

function apply(x: Tensor2D, weights: LinearParams, { lora }: Context): Tensor2D {
  const update = lora?.weights[weights.module]
  if (!lora || !update) return linear(x, weights)
  const mask = lora.dropout?.(weights.module, x.shape) ?? null
  const isDora = 'magnitude' in update || 'gain' in update
  return isDora ? doraLinear(asStorage(x), weights, update, { scale: lora.scale, mask }) : loraLinear(asStorage(x), weights, update, { scale: lora.scale, mask })
}
