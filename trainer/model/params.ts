/**
 * The parameter tree of a checkpoint, and the flat list of its tensors: which name and shape each has in the file, and how it lies in memory.
 * Whoever holds the tensors (eager loader, variables of a graph) builds the tree from the list.
 */
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core'
import type { ModelConfig } from '@/lib/models/config'
import { type Family, families } from '@/lib/models/families'
import type { LinearWeights } from '@/trainer/ops/linear'

/** One tensor of a checkpoint. */
export interface ParamSpec {
  /** Name in Hugging Face's files; also the key by which a tensor is asked for. */
  name: string
  /** Shape in the file: a linear is [out, in]. */
  shape: number[]
  /** Whether it lies in memory as [in, out]. */
  transpose: boolean
  /** Matrices and the biases added to their products are kept in the storage type; norms are float32. */
  storage: boolean
}

/** A linear, with the module name that an adapter attaches to. */
export interface LinearParams extends LinearWeights {
  module: string
}

export interface LayerParams {
  attention_norm: Tensor1D
  attention_output_norm: Tensor1D | null
  mlp_norm: Tensor1D
  mlp_output_norm: Tensor1D | null
  query_norm: Tensor1D | null
  key_norm: Tensor1D | null
  /** Three linears, or one with their outputs side by side. */
  qkv: LinearParams[]
  output: LinearParams
  /** Two linears, or one. */
  gate_up: LinearParams[]
  down: LinearParams
}

export const embeddingName = 'model.embed_tokens.weight'
export const headName = 'lm_head.weight'
export const isVocabulary = (name: string): boolean => name === embeddingName || name === headName

export interface Params {
  /** [vocab, hidden] in the storage type. */
  embedding: Tensor2D
  layers: LayerParams[]
  norm: Tensor1D
  /** [vocab, hidden] in the storage type; the embedding itself when tied. Not transposed: the loss needs its rows. */
  head: Tensor2D
}

/** A linear of the model: where LoRA may go. */
export interface LinearSpec {
  /** "model.layers.0.self_attn.q_proj" */
  module: string
  in: number
  out: number
  bias: boolean
}

const vector = (name: string, size: number): ParamSpec => ({ name, shape: [size], transpose: false, storage: false })

/** Every linear of one layer, in the order of its forward pass. */
function layerLinears(config: ModelConfig, layer: number): { qkv: LinearSpec[]; output: LinearSpec; gate_up: LinearSpec[]; down: LinearSpec } {
  const { modules } = families[config.family]
  const { hidden_size, intermediate_size } = config
  const spec = (module: string, input: number, output: number, bias: boolean): LinearSpec => ({
    module: `model.layers.${layer}.${module}`,
    in: input,
    out: output,
    bias,
  })
  const fan = (names: string[], widths: number[], bias: boolean): LinearSpec[] => {
    const outputs = names.length === 1 ? [widths.reduce((a, b) => a + b)] : widths
    return names.map((name, i) => spec(name, hidden_size, outputs[i], bias))
  }
  return {
    qkv: fan(modules.qkv, qkvWidths(config), config.bias.qkv),
    output: spec(modules.output, config.num_attention_heads * config.head_dim, hidden_size, config.bias.output),
    gate_up: fan(modules.gate_up, [intermediate_size, intermediate_size], config.bias.mlp),
    down: spec(modules.down, intermediate_size, hidden_size, config.bias.mlp),
  }
}

/** Columns of queries, keys and values. */
export function qkvWidths(config: ModelConfig): [number, number, number] {
  const kv = config.num_key_value_heads * config.head_dim
  return [config.num_attention_heads * config.head_dim, kv, kv]
}

/** Every linear inside the layers; the head is none of them. */
export function linearSpecs(config: ModelConfig): LinearSpec[] {
  return Array.from({ length: config.num_hidden_layers }, (_, i) => layerLinears(config, i)).flatMap(l => [...l.qkv, l.output, ...l.gate_up, l.down])
}

/**
 * The tree, with each tensor from `get`. A tensor arrives in memory layout: [in, out] where the spec says `transpose`, in the storage type
 * where it says `storage`.
 * @param own what stands in the place of some of them; a tied head stays the embedding from `get` where only that has such a one
 */
export function buildParams(config: ModelConfig, get: GetTensor, own: (spec: ParamSpec) => Tensor | undefined = () => undefined): Params {
  const at: GetTensor = (spec) => own(spec) ?? get(spec)
  const [first, last] = [embeddingName, headName].map((name) => matrix(name, [config.vocab_size, config.hidden_size], false))
  const ownFirst = own(first)
  const embedding = (ownFirst ?? get(first)) as Tensor2D
  const layers = Array.from({ length: config.num_hidden_layers }, (_, i) => layerParams(config, i, at))
  const norm = at(vector('model.norm.weight', config.hidden_size)) as Tensor1D
  const itself = () => (!config.tied ? get(last) : ownFirst ? get(first) : embedding)
  const head = (own(last) ?? itself()) as Tensor2D
  return { embedding, layers, norm, head }
}

export type GetTensor = (spec: ParamSpec) => Tensor

const matrix = (name: string, shape: [number, number], transpose: boolean): ParamSpec => ({ name, shape, transpose, storage: true })

/** One layer of the tree. */
export function layerParams(config: ModelConfig, layer: number, get: GetTensor): LayerParams {
  const { norms: names }: Family = families[config.family]
  const at = (name: string, size: number): Tensor1D => get(vector(`model.layers.${layer}.${name}.weight`, size)) as Tensor1D
  const maybe = (name: string | undefined, size: number): Tensor1D | null => (name === undefined ? null : at(name, size))
  const linear = ({ module, in: input, out, bias }: LinearSpec): LinearParams => ({
    module,
    weight: get(matrix(`${module}.weight`, [out, input], true)) as Tensor2D,
    bias: bias ? (get({ ...vector(`${module}.bias`, out), storage: true }) as Tensor1D) : null,
  })
  const linears = layerLinears(config, layer)
  return {
    attention_norm: at(names.attention, config.hidden_size),
    attention_output_norm: maybe(names.attention_output, config.hidden_size),
    mlp_norm: at(names.mlp, config.hidden_size),
    mlp_output_norm: maybe(names.mlp_output, config.hidden_size),
    query_norm: maybe(names.query, config.head_dim),
    key_norm: maybe(names.key, config.head_dim),
    qkv: linears.qkv.map(linear),
    output: linear(linears.output),
    gate_up: linears.gate_up.map(linear),
    down: linear(linears.down),
  }
}

/** All tensors that a checkpoint of this shape holds, in the order of the forward pass; a tied head is none of its own. */
export function paramSpecs(config: ModelConfig): ParamSpec[] {
  const specs: ParamSpec[] = []
  // Walking the tree without tensors keeps names and tree in one place.
  buildParams(config, spec => {
    specs.push(spec)
    return null as unknown as Tensor
  })
  return specs
}

/** Numbers in tensors of these shapes. */
export const numbersIn = (tensors: readonly { shape: readonly number[] }[]): number => tensors.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)

/** Numbers in the checkpoint. */
export const parameterCount = (config: ModelConfig): number => numbersIn(paramSpecs(config))
