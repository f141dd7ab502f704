/** A model folder small enough to make in a test: a Llama of two layers with random weights and a byte-level tokenizer of ChatML's tokens. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { modelConfig } from '@/lib/models/config'
import { paramSpecs } from '@/trainer/model/params'
import { mersenneTwister } from '@/trainer/data/order'
import { writeSafetensors } from '@/trainer/weights/safetensors'

const special = ['<|endoftext|>', '<|im_start|>', '<|im_end|>']

export const tinyConfig = {
  architectures: ['LlamaForCausalLM'], model_type: 'llama', vocab_size: 260, hidden_size: 32, intermediate_size: 64, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2,
  hidden_act: 'silu', max_position_embeddings: 512, rms_norm_eps: 1e-5, rope_theta: 10000, tie_word_embeddings: true, bos_token_id: null, eos_token_id: 256, torch_dtype: 'float32',
}

/** GPT-2's table of printable characters for the 256 bytes (`bytes_to_unicode`). */
function byteCharacters(): string[] {
  const plain = (b: number) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174
  let next = 256
  return Array.from({ length: 256 }, (_, b) => String.fromCodePoint(plain(b) ? b : next++))
}

function tokenizerJson() {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }
  return {
    version: '1.0', truncation: null, padding: null,
    added_tokens: special.map((content, i) => ({ id: 256 + i, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true })),
    normalizer: null, pre_tokenizer: byteLevel, post_processor: null, decoder: byteLevel,
    model: { type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: false, vocab: Object.fromEntries(byteCharacters().map((c, i) => [c, i])), merges: [] },
  }
}

/** Writes the model into `folder` and returns it. */
export function makeTinyModel(folder: string): string {
  mkdirSync(folder, { recursive: true })
  const config = modelConfig(tinyConfig, folder)
  const random = mersenneTwister(1)
  const draw = () => (random() / 2 ** 32 - 0.5) * 0.4
  const sources = paramSpecs(config).map(({ name, shape }) => ({
    name, shape, dtype: 'F32' as const,
    read: () => Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, shape.length === 1 ? () => 1 + draw() : draw),
  }))
  writeSafetensors(path.join(folder, 'model.safetensors'), sources)
  const json = (name: string, value: unknown) => writeFileSync(path.join(folder, name), JSON.stringify(value))
  json('config.json', tinyConfig)
  json('tokenizer.json', tokenizerJson())
  json('tokenizer_config.json', { tokenizer_class: 'PreTrainedTokenizerFast', eos_token: '<|im_end|>', pad_token: '<|endoftext|>', model_max_length: 512 })
  return folder
}

/** A folder with dataset_info.json and one alpaca dataset, "sums", of `rows` rows. Returns the folder. */
export function makeDataset(folder: string, rows: number): string {
  mkdirSync(folder, { recursive: true })
  const examples = Array.from({ length: rows }, (_, i) => ({ instruction: `What is ${i} plus ${i % 7}?`, input: '', output: `It is ${i + (i % 7)}.` }))
  writeFileSync(path.join(folder, 'sums.json'), JSON.stringify(examples))
  writeFileSync(path.join(folder, 'dataset_info.json'), JSON.stringify({ sums: { file_name: 'sums.json' } }))
  return folder
}
