/** config.json in both styles, what it may leave out, and what is refused by name. */
import { describe, expect, test } from 'vitest'
import { UserError } from '@/lib/errors'
import { words } from '@/lib/messages'
import { modelConfig } from '@/lib/models/config'
import { families } from '@/lib/models/families'

const base = { architectures: ['LlamaForCausalLM'], vocab_size: 100, hidden_size: 64, intermediate_size: 128, num_hidden_layers: 4, num_attention_heads: 4 }
const of = (changes: Record<string, unknown>) => modelConfig({ ...base, ...changes }, 'here')

function fault(changes: Record<string, unknown>) {
  try {
    of(changes)
  } catch (error) {
    if (error instanceof UserError) return error.fault
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('both styles say the same', () => {
  test('rope and number type', () => {
    const scaling = { rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 32 }
    const classic = of({ rope_theta: 5e5, rope_scaling: scaling, torch_dtype: 'bfloat16' })
    expect(of({ rope_parameters: { ...scaling, rope_theta: 5e5 }, dtype: 'bfloat16' })).toEqual(classic)
    expect(classic.rope).toEqual({ type: 'llama3', theta: 5e5, rotary_dim: 16, factor: 8, original_max: 32, low_freq_factor: 1, high_freq_factor: 4 })
    expect(classic.dtype).toBe('bfloat16')
  })

  test('the old name of the rope rule', () => {
    expect(of({ rope_scaling: { type: 'linear', factor: 2 } }).rope).toEqual({ type: 'linear', theta: 10000, rotary_dim: 16, factor: 2 })
  })
})

describe('what config.json leaves out follows the family', () => {
  test('heads', () => {
    expect(of({})).toMatchObject({ num_key_value_heads: 4, head_dim: 16, tied: false, rms_norm_eps: 1e-6 })
    expect(of({ architectures: ['Gemma2ForCausalLM'] })).toMatchObject({ num_key_value_heads: 4, head_dim: 256, tied: true, attention_softcap: 50, logit_softcap: 30, norm_offset: 1 })
    expect(of({ architectures: ['Qwen3ForCausalLM'] }).head_dim).toBe(128)
  })

  test('windows', () => {
    expect(of({ architectures: ['MistralForCausalLM'], num_attention_heads: 8, sliding_window: null }).windows).toEqual([null, null, null, null])
    expect(of({ architectures: ['MistralForCausalLM'], num_attention_heads: 8 }).windows).toEqual([4096, 4096, 4096, 4096])
    expect(of({ architectures: ['Gemma2ForCausalLM'], sliding_window: 8 }).windows).toEqual([8, null, 8, null])
    const qwen = { architectures: ['Qwen2ForCausalLM'], sliding_window: 8, max_window_layers: 3 }
    expect(of({ ...qwen, use_sliding_window: true }).windows).toEqual([null, null, null, 8])
    expect(of({ ...qwen, use_sliding_window: false }).windows).toEqual([null, null, null, null])
    const types = ['full_attention', 'sliding_attention', 'full_attention', 'sliding_attention']
    expect(of({ ...qwen, use_sliding_window: true, layer_types: types }).windows).toEqual([null, 8, null, 8])
    // Llama never slides, whatever the file says.
    expect(of({ sliding_window: 8 }).windows).toEqual([null, null, null, null])
  })

  test('end tokens, one or several', () => {
    expect(of({ eos_token_id: 2 }).eos_token_ids).toEqual([2])
    expect(of({ eos_token_id: [2, 5] }).eos_token_ids).toEqual([2, 5])
    expect(of({}).eos_token_ids).toEqual([])
  })
})

describe('refused by name', () => {
  test('an unknown architecture, before anything else that may be wrong', () => {
    const { code, values } = fault({ architectures: ['MambaForCausalLM'], num_attention_heads: undefined })
    expect(code).toBe('model_architecture_unsupported')
    expect(values.architecture).toBe('MambaForCausalLM')
    for (const { architecture } of Object.values(families)) expect(values.supported).toContain(architecture)
  })

  test.each([
    [{ hidden_size: undefined }, 'hidden_size'],
    [{ num_hidden_layers: 0 }, 'num_hidden_layers'],
    [{ num_key_value_heads: 3 }, 'num_key_value_heads 3'],
    [{ hidden_act: 'relu' }, 'relu'],
    [{ torch_dtype: 'float8' }, 'float8'],
    [{ rope_scaling: { rope_type: 'longrope' } }, 'longrope'],
    [{ rope_scaling: { rope_type: 'llama3', factor: 8 } }, 'low_freq_factor'],
    [{ quantization_config: { quant_method: 'gptq' } }, 'quantization_config'],
    [{ architectures: ['MistralForCausalLM'], num_attention_heads: 8, layer_types: ['full_attention'] }, 'layer_types'],
    [{ architectures: ['MistralForCausalLM'], num_attention_heads: 8, layer_types: Array(4).fill('chunked_attention') }, 'chunked_attention'],
  ])('%j', (changes, named) => {
    const { code, values } = fault(changes)
    expect(code).toBe('model_config_invalid')
    expect(words(values.problem, 'en')).toContain(named)
  })
})
