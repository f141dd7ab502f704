/**
 * A model's tensors as llama.cpp wants them: their names there, and the few changes of their numbers, per family. Facts are those of llama.cpp's
 * converter (`conversion/*.py`) and of its loaders (`src/models/*.cpp`), checked against its logits.
 */
import type { ModelConfig } from '@/lib/models/config'
import { type Family, type FamilyName, families } from '@/lib/models/families'

export interface Dialect {
  /** llama.cpp's name of the architecture; the prefix of its keys. */
  architecture: string
  /** It turns neighbouring numbers where Hugging Face turns the two halves of a head, so rows of queries and keys change places. */
  turns_neighbours: boolean
}

export const dialects = {
  llama: { architecture: 'llama', turns_neighbours: true },
  qwen2: { architecture: 'qwen2', turns_neighbours: false },
  qwen3: { architecture: 'qwen3', turns_neighbours: false },
  mistral: { architecture: 'llama', turns_neighbours: true },
  gemma2: { architecture: 'gemma2', turns_neighbours: false },
  phi3: { architecture: 'phi3', turns_neighbours: false },
} as const satisfies Record<FamilyName, Dialect>

/** llama.cpp's names of the parts of a layer, by those of the family's modules. */
function partNames({ modules, norms }: Family): Map<string, string> {
  const pairs: [string | undefined, string][] = [
    ...modules.qkv.map((name, i): [string, string] => [name, modules.qkv.length === 1 ? 'attn_qkv' : ['attn_q', 'attn_k', 'attn_v'][i]]),
    [modules.output, 'attn_output'],
    ...modules.gate_up.map((name, i): [string, string] => [name, modules.gate_up.length === 1 ? 'ffn_up' : ['ffn_gate', 'ffn_up'][i]]),
    [modules.down, 'ffn_down'],
    [norms.attention, 'attn_norm'],
    [norms.attention_output, 'post_attention_norm'],
    [norms.mlp, 'ffn_norm'],
    [norms.mlp_output, 'post_ffw_norm'],
    [norms.query, 'attn_q_norm'],
    [norms.key, 'attn_k_norm'],
  ]
  return new Map(pairs.flatMap(([from, to]) => (from === undefined ? [] : [[from, to]])))
}

const outside = new Map([['model.embed_tokens', 'token_embd'], ['model.norm', 'output_norm'], ['lm_head', 'output']])

/** The name of a tensor in a GGUF file. */
export function ggufName(name: string, family: FamilyName): string {
  const [, module, kind] = /^(.*)\.(weight|bias)$/.exec(name) ?? [name, name, '']
  const [, layer, part] = /^model\.layers\.(\d+)\.(.*)$/.exec(module) ?? [module, null, '']
  const found = layer === null ? outside.get(module) : partNames(families[family]).get(part)
  if (found === undefined) throw new Error(`gguf: ${name} has no name there`)
  return layer === null ? `${found}.${kind}` : `blk.${layer}.${found}.${kind}`
}

type OnRows = (rows: Float32Array, width: number) => Float32Array

/** What happens to a tensor's rows on their way, and back. */
export interface Change {
  /** Rows come in groups of this many that stay together. */
  step: number
  apply: OnRows
  revert: OnRows
}

const NONE: Change = { step: 1, apply: (rows) => rows, revert: (rows) => rows }
const plus = (x: number): OnRows => (rows) => rows.map((w) => w + x)
const times = (x: number): OnRows => (rows) => rows.map((w) => w * x)

export function changeOf(name: string, config: ModelConfig): Change {
  const { modules } = families[config.family]
  const isOf = (module: string): boolean => name.endsWith(`.${module}.weight`) || name.endsWith(`.${module}.bias`)
  if (/norm\.weight$/.test(name) && config.norm_offset !== 0) return { step: 1, apply: plus(config.norm_offset), revert: plus(-config.norm_offset) }
  const isQuery = modules.qkv.length === 3 && isOf(modules.qkv[0])
  if (dialects[config.family].turns_neighbours && (isQuery || isOf(modules.qkv[1]))) return turned(config.head_dim)
  const scale = isQuery ? queryScale(config) : 1
  return scale === 1 ? NONE : { step: 1, apply: times(scale), revert: times(1 / scale) }
}

/** Of each head's rows 0 … n - 1: 0, n/2, 1, n/2 + 1, … */
function turned(head: number): Change {
  const placed = (fromOf: (within: number) => number): OnRows => (rows, width) => {
    const out = new Float32Array(rows.length)
    for (let r = 0; r < rows.length / width; r++) {
      const within = r % head
      const from = r - within + fromOf(within)
      out.set(rows.subarray(from * width, (from + 1) * width), r * width)
    }
    return out
  }
  const half = head / 2
  return { step: head, apply: placed((i) => (i % 2) * half + (i >> 1)), revert: placed((i) => (i < half ? 2 * i : 2 * (i - half) + 1)) }
}

/** llama.cpp divides queries by the root of the head's width, and in Gemma 2 27B (46 layers) of hidden_size over heads; what the model asks for beyond that goes into the weight. */
function queryScale({ family, attention_scale, head_dim, hidden_size, num_attention_heads, num_hidden_layers }: ModelConfig): number {
  const theirs = family === 'gemma2' && num_hidden_layers === 46 ? Math.floor(hidden_size / num_attention_heads) : head_dim
  const ours = Math.round(attention_scale ** -2 * 1e6) / 1e6
  return ours === theirs ? 1 : Math.sqrt(theirs / ours)
}
