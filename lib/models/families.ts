/**
 * The supported model families as rows: how each names its modules, and where its config.json says something in its own way. Adding a family
 * that fits the one transformer is adding a row. Facts are from the configuration and modelling files of transformers 5.23, per model type.
 */
import type { HfConfig } from '@/lib/models/hf'

export interface Family {
  /** Class name in config.json's `architectures`. */
  architecture: string
  /** What config.json may leave out. */
  defaults: {
    /** Where the key is absent; null in config.json means one per head. */
    num_key_value_heads?: number
    head_dim?: number
    hidden_act: string
    rms_norm_eps: number
    max_position_embeddings: number
    tie_word_embeddings: boolean
  }
  /** Linears within a layer, in the order in which their outputs are used; one name where the checkpoint has them fused. */
  modules: { qkv: string[]; output: string; gate_up: string[]; down: string }
  /** Norms within a layer: before and (where there is one) after attention and MLP, and per head on queries and keys. */
  norms: { attention: string; attention_output?: string; mlp: string; mlp_output?: string; query?: string; key?: string }
  bias: (hf: HfConfig) => { qkv: boolean; output: boolean; mlp: boolean }
  norm_offset: number
  scales_embedding: boolean
  softcaps: (hf: HfConfig) => { attention: number | null; logits: number | null }
  /** Queries are divided by its square root; null = head_dim. */
  query_scalar: (hf: HfConfig) => number | null
  /** The window, or null when no layer slides. */
  sliding_window: (hf: HfConfig) => number | null
  /** Which layers slide where config.json has no `layer_types`. */
  slides: (hf: HfConfig, layer: number) => boolean
  /** Where this row's facts come from. */
  source: string
}

const split = {
  qkv: ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'],
  output: 'self_attn.o_proj',
  gate_up: ['mlp.gate_proj', 'mlp.up_proj'],
  down: 'mlp.down_proj',
}

/** What most families share; a row overrides what it does otherwise. */
const common = {
  defaults: { hidden_act: 'silu', rms_norm_eps: 1e-6, max_position_embeddings: 2048, tie_word_embeddings: false },
  modules: split,
  norms: { attention: 'input_layernorm', mlp: 'post_attention_layernorm' },
  bias: () => ({ qkv: false, output: false, mlp: false }),
  norm_offset: 0,
  scales_embedding: false,
  softcaps: () => ({ attention: null, logits: null }),
  query_scalar: () => null,
  sliding_window: () => null,
  slides: () => true,
} satisfies Partial<Family>

const attentionBias = (hf: HfConfig) => ({ qkv: hf.attention_bias ?? false, output: hf.attention_bias ?? false, mlp: hf.mlp_bias ?? false })

/** Qwen switches its window with a flag of its own, and older configs slide the upper layers only. */
const qwenWindow = {
  sliding_window: (hf: HfConfig) => (hf.use_sliding_window ? (hf.sliding_window ?? 4096) : null),
  slides: (hf: HfConfig, layer: number) => layer >= (hf.max_window_layers ?? 28),
}

const source = (model: string): string => `https://github.com/huggingface/transformers/tree/main/src/transformers/models/${model}`

export const families = {
  /** Also Yi, SmolLM, TinyLlama and the DeepSeek distills of Llama. */
  llama: { ...common, architecture: 'LlamaForCausalLM', bias: attentionBias, source: source('llama') },
  qwen2: {
    ...common,
    ...qwenWindow,
    architecture: 'Qwen2ForCausalLM',
    defaults: { ...common.defaults, max_position_embeddings: 32768 },
    bias: () => ({ qkv: true, output: false, mlp: false }),
    source: source('qwen2'),
  },
  qwen3: {
    ...common,
    ...qwenWindow,
    architecture: 'Qwen3ForCausalLM',
    defaults: { ...common.defaults, head_dim: 128, max_position_embeddings: 32768 },
    norms: { ...common.norms, query: 'self_attn.q_norm', key: 'self_attn.k_norm' },
    bias: attentionBias,
    source: source('qwen3'),
  },
  mistral: {
    ...common,
    architecture: 'MistralForCausalLM',
    defaults: { ...common.defaults, num_key_value_heads: 8, max_position_embeddings: 131072 },
    sliding_window: hf => orDefault(hf.sliding_window, 4096),
    source: source('mistral'),
  },
  gemma2: {
    ...common,
    architecture: 'Gemma2ForCausalLM',
    defaults: { num_key_value_heads: 4, head_dim: 256, hidden_act: 'gelu_pytorch_tanh', rms_norm_eps: 1e-6, max_position_embeddings: 8192, tie_word_embeddings: true },
    norms: {
      attention: 'input_layernorm',
      attention_output: 'post_attention_layernorm',
      mlp: 'pre_feedforward_layernorm',
      mlp_output: 'post_feedforward_layernorm',
    },
    bias: attentionBias,
    norm_offset: 1,
    scales_embedding: true,
    softcaps: hf => ({ attention: orDefault(hf.attn_logit_softcapping, 50), logits: orDefault(hf.final_logit_softcapping, 30) }),
    query_scalar: hf => hf.query_pre_attn_scalar ?? 256,
    sliding_window: hf => orDefault(hf.sliding_window, 4096),
    slides: (_, layer) => layer % 2 === 0,
    source: source('gemma2'),
  },
  phi3: {
    ...common,
    architecture: 'Phi3ForCausalLM',
    defaults: { ...common.defaults, rms_norm_eps: 1e-5, max_position_embeddings: 4096 },
    modules: { qkv: ['self_attn.qkv_proj'], output: 'self_attn.o_proj', gate_up: ['mlp.gate_up_proj'], down: 'mlp.down_proj' },
    sliding_window: hf => hf.sliding_window ?? null,
    source: source('phi3'),
  },
} satisfies Record<string, Family>

export type FamilyName = keyof typeof families

/** An explicit null switches a soft-cap or window off; an absent key means the family's default. */
function orDefault(value: number | null | undefined, fallback: number): number | null {
  return value === undefined ? fallback : value
}

export function familyOf(architecture: string): FamilyName | null {
  const names = Object.keys(families) as FamilyName[]
  return names.find(name => families[name].architecture === architecture) ?? null
}
