/** The starter's recipe: every number and seed that decides how it comes out. */

export const seeds = { tokenizer: 1, weights: 42 } as const

export const tokenizerRecipe = {
  /** Conversations that the merges are counted on, beside the shipped datasets. */
  conversations: 40_000,
  /** Bytes and merges; with the three special tokens the vocabulary is 2,048. More would only be halves of rare words. */
  size: 2045,
  longest: 12,
  /** One Chinese character a token: a small corpus's phrases would else become tokens that nobody's own text has. */
  longestBeyondAscii: 3,
  leastCount: 3,
} as const

export interface Phase {
  /** Of its own stream of conversations. */
  seed: number
  steps: number
  learning_rate: number
  warmup_steps: number
  /** Shares of skills that differ from their own. */
  weights: Readonly<Record<string, number>>
}

/** The first phase teaches everything; the second goes over what comes slowest: doing something to what was just read. */
export const phases: readonly Phase[] = [
  { seed: 7, steps: 4000, learning_rate: 2e-3, warmup_steps: 100, weights: {} },
  {
    seed: 8,
    steps: 2500,
    learning_rate: 1e-3,
    warmup_steps: 50,
    weights: { sum: 18, repeat: 8, reverse: 7, sort: 6, count: 6, compare: 6, calendar: 5, translate: 9, 'word task': 8, opposite: 4, remember: 4, 'who in passing': 5, who: 7, name: 6, author: 6 },
  },
]

export const trainingRecipe = {
  /** The weights so far are written this often, so that an interrupted training leaves something to try. */
  save_every: 250,
  /** Packed rows of this many tokens, several conversations in each, none seeing another. */
  rows: 16,
  length: 128,
  /** Of one conversation in this many, the questions are learned too. */
  whole_every: 8,
  /** The cosine ends at this share of the learning rate. */
  final_share: 0.02,
  adam: { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weight_decay: 0.01 },
  max_grad_norm: 1,
} as const

/** config.json: a Llama with grouped queries and a tied head, 3.3 million parameters. */
export const architecture = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  vocab_size: 2048,
  hidden_size: 256,
  intermediate_size: 640,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 64,
  hidden_act: 'silu',
  rms_norm_eps: 1e-6,
  rope_theta: 10000,
  rope_scaling: null,
  max_position_embeddings: 1024,
  attention_bias: false,
  attention_dropout: 0,
  mlp_bias: false,
  tie_word_embeddings: true,
  initializer_range: 0.02,
  use_cache: true,
  torch_dtype: 'bfloat16',
} as const

/** The learning rate of a phase's update, 0 = the first: a linear warm-up, then a half cosine. */
export function learningRate({ steps, warmup_steps, learning_rate }: Phase, step: number): number {
  if (step < warmup_steps) return (learning_rate * (step + 1)) / warmup_steps
  const { final_share } = trainingRecipe
  const progress = (step - warmup_steps) / (steps - warmup_steps)
  return learning_rate * (final_share + (1 - final_share) * 0.5 * (1 + Math.cos(Math.PI * progress)))
}
