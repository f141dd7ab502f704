/** For which runs the graph is handed to XLA. */
import { expect, it } from 'vitest'
import { modelConfig } from '@/lib/models/config'
import { fuseOnGpu } from '@/trainer/engine/xla'

const llama = (hidden_size: number, num_hidden_layers: number) => modelConfig({
  architectures: ['LlamaForCausalLM'], hidden_size, intermediate_size: 4 * hidden_size, num_hidden_layers, num_attention_heads: 8, num_key_value_heads: 8, vocab_size: 32000,
  max_position_embeddings: 2048, rms_norm_eps: 1e-5, hidden_act: 'silu',
}, 'config.json')

it('fuses large models on a GPU, unless the user says otherwise', () => {
  const flags = (kind: 'cuda' | 'cpu', layers: number, env: NodeJS.ProcessEnv = { NODE_ENV: 'test' }) => {
    fuseOnGpu(llama(2048, layers), kind, env)
    return env.TF_XLA_FLAGS
  }
  expect(flags('cuda', 24)).toBe('--tf_xla_auto_jit=2')
  expect(flags('cuda', 2)).toBeUndefined()
  expect(flags('cpu', 24)).toBeUndefined()
  expect(flags('cuda', 24, { NODE_ENV: 'test', TF_XLA_FLAGS: '' })).toBe('')
})
