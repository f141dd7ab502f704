/** The key-value pairs that tell llama.cpp a model's shape. The tokenizer's are vocabulary.ts's. */
import { problem, UserError } from '@/lib/errors'
import type { ModelConfig } from '@/lib/models/config'
import { f32, type GgufTensor, type Metadata, text, u32 } from '@/trainer/gguf/format'
import { dialects } from '@/trainer/gguf/layout'
import { type TensorType, tensorTypes } from '@/trainer/gguf/types'
import { ropeFrequencies } from '@/trainer/model/rope'

/** Version of ggml's blocks. */
const QUANTIZATION = 2

export function modelMetadata(config: ModelConfig, name: string, type: TensorType): Metadata {
  const { architecture } = dialects[config.family]
  const own: Metadata = {
    vocab_size: u32(config.vocab_size),
    context_length: u32(config.max_position_embeddings),
    embedding_length: u32(config.hidden_size),
    block_count: u32(config.num_hidden_layers),
    feed_forward_length: u32(config.intermediate_size),
    'attention.head_count': u32(config.num_attention_heads),
    'attention.head_count_kv': u32(config.num_key_value_heads),
    'attention.layer_norm_rms_epsilon': f32(config.rms_norm_eps),
    'attention.key_length': u32(config.head_dim),
    'attention.value_length': u32(config.head_dim),
    ...windowKeys(config),
    ...softcapKeys(config),
    ...ropeKeys(config),
  }
  return {
    'general.architecture': text(architecture),
    'general.type': text('model'),
    'general.name': text(name),
    'general.quantization_version': u32(QUANTIZATION),
    'general.file_type': u32(tensorTypes[type].file_type),
    ...Object.fromEntries(Object.entries(own).map(([key, value]) => [`${architecture}.${key}`, value])),
  }
}

/** Only Gemma 2 slides in llama.cpp; Phi-3's loader wants the keys and does without the window, and the others have none. */
function windowKeys({ family, windows, max_position_embeddings }: ModelConfig): Metadata {
  const window: Metadata = { 'attention.sliding_window': u32(windows.find((size) => size !== null) ?? 0) }
  if (family === 'phi3') return { ...window, 'rope.scaling.original_context_length': u32(max_position_embeddings) }
  return family === 'gemma2' ? window : {}
}

function softcapKeys({ family, attention_softcap, logit_softcap, windows }: ModelConfig): Metadata {
  if (family !== 'gemma2') return {}
  if (attention_softcap === null) throw unsaid('attn_logit_softcapping = null')
  if (logit_softcap === null) throw unsaid('final_logit_softcapping = null')
  // Every other layer slides, from the first on; no key says otherwise.
  if (windows.some((window, i) => (window === null) !== (i % 2 === 1))) throw unsaid('layer_types')
  return { attn_logit_softcapping: f32(attention_softcap), final_logit_softcapping: f32(logit_softcap) }
}

function ropeKeys({ rope, head_dim, family }: ModelConfig): Metadata {
  if (rope.rotary_dim !== head_dim && dialects[family].turns_neighbours) throw unsaid(`partial_rotary_factor = ${rope.rotary_dim / head_dim}`)
  const plain: Metadata = { 'rope.dimension_count': u32(rope.rotary_dim), 'rope.freq_base': f32(rope.theta) }
  switch (rope.type) {
    case 'linear':
      return { ...plain, 'rope.scaling.type': text('linear'), 'rope.scaling.factor': f32(rope.factor) }
    case 'yarn':
      if (!rope.truncate) throw unsaid('rope_scaling.truncate = false')
      return {
        ...plain,
        'rope.scaling.type': text('yarn'),
        'rope.scaling.factor': f32(rope.factor),
        'rope.scaling.original_context_length': u32(rope.original_max),
        'rope.scaling.yarn_beta_fast': f32(rope.beta_fast),
        'rope.scaling.yarn_beta_slow': f32(rope.beta_slow),
        // llama.cpp multiplies by YaRN's own factor besides.
        'rope.scaling.attn_factor': f32(rope.attention_factor / (1 + 0.1 * Math.log(rope.factor))),
      }
    case 'default':
    case 'dynamic': // up to the length that the model was trained for it changes nothing, and llama.cpp knows no further
    case 'llama3': // as a tensor
      return plain
  }
}

/** Llama 3.1's rule: what each pair's frequency is divided by. */
export function ropeTensors({ rope }: ModelConfig): GgufTensor[] {
  if (rope.type !== 'llama3') return []
  const scaled = ropeFrequencies(rope, 0).inv_freq
  const plain = ropeFrequencies({ ...rope, type: 'default' }, 0).inv_freq
  const factors = Float32Array.from(scaled, (f, i) => plain[i] / f)
  return [{ name: 'rope_freqs.weight', shape: [factors.length], type: 'f32', pieces: () => [tensorTypes.f32.encode(factors)] }]
}

const unsaid = (setting: string): UserError => new UserError('gguf_unsaid', { problem: problem('gguf_setting', { found: setting }) }, 'model_name_or_path')
