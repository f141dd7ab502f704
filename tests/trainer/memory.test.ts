/** The plan's memory against measured peaks of real runs (docs/training.md): within a quarter. */
import { expect, test } from 'vitest'
import { modelConfig } from '@/lib/models/config'
import { loraSpecs, tensorsOf } from '@/trainer/adapter/lora'
import { savedParams } from '@/trainer/adapter/saved'
import { linearSpecs, numbersIn, parameterCount } from '@/trainer/model/params'
import { reachOf, trainedTensors } from '@/trainer/model/whole'
import { trainingMemory } from '@/trainer/run/memory'

const shared = { tie_word_embeddings: true, hidden_act: 'silu', max_position_embeddings: 8192 }
const configs = {
  smollm2: modelConfig({ ...shared, architectures: ['LlamaForCausalLM'], hidden_size: 576, intermediate_size: 1536, num_hidden_layers: 30, num_attention_heads: 9, num_key_value_heads: 3, vocab_size: 49152, rms_norm_eps: 1e-5, rope_theta: 100000 }, 'smollm2'),
  qwen: modelConfig({ ...shared, architectures: ['Qwen2ForCausalLM'], hidden_size: 896, intermediate_size: 4864, num_hidden_layers: 24, num_attention_heads: 14, num_key_value_heads: 2, vocab_size: 151936, rms_norm_eps: 1e-6, rope_theta: 1000000 }, 'qwen'),
}
type Name = keyof typeof configs

function planned(name: Name, method: 'lora' | 'dora' | 'embedding' | 'embedding and head' | 'full' | 'freeze', dtype: 'float32' | 'bfloat16', rows: number, length: number): number {
  const config = configs[name]
  const shape = { config, parameters: parameterCount(config), dtype, frozen: 2, rows, length }
  if (method === 'lora' || method === 'dora') {
    const specs = loraSpecs(linearSpecs(config), 8, method === 'dora')
    return trainingMemory({ ...shape, trainable: numbersIn(specs.flatMap(tensorsOf)), magnitudes: numbersIn(specs.flatMap(({ magnitude }) => magnitude ?? [])) })
  }
  if (method === 'embedding' || method === 'embedding and head') {
    const own = numbersIn(savedParams(config, method === 'embedding' ? ['embed_tokens'] : ['embed_tokens', 'lm_head']))
    return trainingMemory({ ...shape, trainable: own + numbersIn(loraSpecs(linearSpecs(config), 8).flatMap(tensorsOf)), own, vocabulary: true })
  }
  const specs = trainedTensors(config, { finetuning_type: method, freeze_trainable_layers: 2, freeze_trainable_modules: ['all'], freeze_extra_modules: null }) ?? []
  return trainingMemory({ ...shape, trainable: numbersIn(specs), own: numbersIn(specs), ...reachOf(config, new Set(specs.map(({ name: own }) => own))) })
}

test.each([
  ['smollm2', 'full', 'float32', 4, 256, 7457],
  ['smollm2', 'full', 'float32', 1, 64, 7115],
  ['smollm2', 'full', 'bfloat16', 4, 256, 7539],
  ['smollm2', 'freeze', 'float32', 4, 256, 1584],
  ['smollm2', 'dora', 'float32', 4, 256, 3083],
  ['smollm2', 'lora', 'float32', 4, 256, 2427],
  ['smollm2', 'lora', 'bfloat16', 4, 256, 1584],
  ['smollm2', 'embedding', 'float32', 4, 64, 2528],
  ['smollm2', 'embedding', 'bfloat16', 4, 64, 2719],
  ['smollm2', 'embedding and head', 'float32', 4, 64, 3788],
  ['qwen', 'lora', 'float32', 2, 256, 3046],
  ['qwen', 'freeze', 'float32', 2, 256, 2514],
] as const)('%s, %s in %s, %d × %d', (name, method, dtype, rows, length, measured) => {
  const found = planned(name, method, dtype, rows, length) / 2 ** 20
  expect(found / measured).toBeGreaterThan(0.75)
  expect(found / measured).toBeLessThan(1.25)
})
