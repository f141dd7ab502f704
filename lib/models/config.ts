/**
 * What the one transformer needs to know about a checkpoint: architecture nouns, no names. `modelConfig` reads them from config.json by
 * the family's row. Weights, files and tensors are elsewhere.
 */
import { schemaProblem } from '@/lib/causes'
import { type Problem, problem, UserError } from '@/lib/errors'
import { type Family, type FamilyName, families, familyOf } from '@/lib/models/families'
import { type HfConfig, hfConfigSchema } from '@/lib/models/hf'
import { type RopeConfig, ropeConfig } from '@/lib/models/rope'

/** Storage types of checkpoints that are read. */
export const weightDtypes = ['float32', 'float16', 'bfloat16'] as const
export type WeightDtype = (typeof weightDtypes)[number]

export const activations = { silu: 'silu', gelu_pytorch_tanh: 'gelu_tanh' } as const

export interface ModelConfig {
  /** The row of `families` that lays out modules and names. */
  family: FamilyName
  /** Class name in config.json, for messages. */
  architecture: string
  vocab_size: number
  hidden_size: number
  intermediate_size: number
  num_hidden_layers: number
  num_attention_heads: number
  num_key_value_heads: number
  head_dim: number
  activation: (typeof activations)[keyof typeof activations]
  rms_norm_eps: number
  /** Added to norm weights. */
  norm_offset: number
  /** Embeddings are multiplied by this. */
  embedding_scale: number
  /** Queries are multiplied by this. */
  attention_scale: number
  attention_softcap: number | null
  logit_softcap: number | null
  /** Per layer: how many positions back a token sees, itself included; null = all. */
  windows: (number | null)[]
  /** Biases of the linears by kind. */
  bias: { qkv: boolean; output: boolean; mlp: boolean }
  /** Whether the head is the embedding. */
  tied: boolean
  rope: RopeConfig
  max_position_embeddings: number
  /** As stored. */
  dtype: WeightDtype
  bos_token_id: number | null
  eos_token_ids: number[]
  pad_token_id: number | null
}

/**
 * @param raw the parsed JSON of config.json
 * @param path its folder, for messages
 * @throws UserError when the architecture is not supported or a value cannot be used
 */
export function modelConfig(raw: unknown, path: string): ModelConfig {
  const invalid = (reason: Problem): UserError => new UserError('model_config_invalid', { path, problem: reason }, 'model_name_or_path')
  const parsed = hfConfigSchema.safeParse(withKnownArchitecture(raw, path))
  if (!parsed.success) throw invalid(schemaProblem(parsed.error, raw))
  const hf = parsed.data
  const name = familyOf(hf.architectures[0])
  if (name === null) throw unsupported(hf.architectures[0], path)
  if (hf.quantization_config) throw invalid(problem('model_quantized'))
  return fromFamily(hf, name, families[name], invalid)
}

export const supportedArchitectures = (): string => Object.values(families).map(f => f.architecture).join(', ')

/** An unknown architecture is named before anything else is wrong with its config. */
function withKnownArchitecture(raw: unknown, path: string): unknown {
  const named = raw !== null && typeof raw === 'object' && 'architectures' in raw && Array.isArray(raw.architectures) ? raw.architectures[0] : null
  if (typeof named === 'string' && familyOf(named) === null) throw unsupported(named, path)
  return raw
}

const unsupported = (architecture: string, path: string): UserError =>
  new UserError('model_architecture_unsupported', { architecture, path, supported: supportedArchitectures() }, 'model_name_or_path')

function fromFamily(hf: HfConfig, name: FamilyName, family: Family, invalid: (reason: Problem) => UserError): ModelConfig {
  const heads = hf.num_attention_heads
  const kvHeads = (hf.num_key_value_heads === undefined ? family.defaults.num_key_value_heads : hf.num_key_value_heads) ?? heads
  const headDim = hf.head_dim ?? family.defaults.head_dim ?? Math.floor(hf.hidden_size / heads)
  if (heads % kvHeads !== 0) throw invalid(problem('model_heads', { heads, groups: kvHeads }))
  if (headDim % 2 !== 0) throw invalid(problem('model_head_odd', { found: headDim }))
  const act = hf.hidden_activation ?? hf.hidden_act ?? family.defaults.hidden_act
  if (!(act in activations)) throw invalid(problem('model_option', { key: 'hidden_act', found: act, options: Object.keys(activations).join(', ') }))
  const dtype = hf.dtype ?? hf.torch_dtype ?? 'float32'
  const known = weightDtypes.find(d => d === dtype)
  if (known === undefined) throw invalid(problem('model_option', { key: 'dtype', found: dtype, options: weightDtypes.join(', ') }))
  const maxPositions = hf.max_position_embeddings ?? family.defaults.max_position_embeddings
  const rope = ropeConfig(hf, headDim, maxPositions, invalid)
  return {
    family: name,
    architecture: hf.architectures[0],
    vocab_size: hf.vocab_size,
    hidden_size: hf.hidden_size,
    intermediate_size: hf.intermediate_size,
    num_hidden_layers: hf.num_hidden_layers,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    head_dim: headDim,
    activation: activations[act as keyof typeof activations],
    rms_norm_eps: hf.rms_norm_eps ?? family.defaults.rms_norm_eps,
    norm_offset: family.norm_offset,
    embedding_scale: family.scales_embedding ? Math.sqrt(hf.hidden_size) : 1,
    attention_scale: (family.query_scalar(hf) ?? headDim) ** -0.5,
    attention_softcap: family.softcaps(hf).attention,
    logit_softcap: family.softcaps(hf).logits,
    windows: windowsOf(hf, family, invalid),
    bias: family.bias(hf),
    tied: hf.tie_word_embeddings ?? family.defaults.tie_word_embeddings,
    rope,
    max_position_embeddings: maxPositions,
    dtype: known,
    bos_token_id: hf.bos_token_id ?? null,
    eos_token_ids: [hf.eos_token_id ?? []].flat(),
    pad_token_id: hf.pad_token_id ?? null,
  }
}

/** `layer_types`, where there, is the last word on which layers slide; the rest follows the family's older rule. */
function windowsOf(hf: HfConfig, family: Family, invalid: (reason: Problem) => UserError): (number | null)[] {
  const layers = hf.num_hidden_layers
  const window = family.sliding_window(hf)
  if (window === null) return Array<null>(layers).fill(null)
  const types = hf.layer_types
  if (types && types.length !== layers) throw invalid(problem('model_layer_types', { found: types.length, layers }))
  const unknown = types?.find(t => t !== 'sliding_attention' && t !== 'full_attention')
  if (unknown !== undefined) throw invalid(problem('model_layer_unknown', { found: unknown }))
  return Array.from({ length: layers }, (_, i) => ((types ? types[i] === 'sliding_attention' : family.slides(hf, i)) ? window : null))
}
