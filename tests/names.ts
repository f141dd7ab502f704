/** Names and terms that every language keeps as they are: of products, methods, number types and metrics, and values of settings. */
import { fieldOf, keys } from '@/lib/config/fields'
import { joints } from '@/lib/config/joint'

const names = [
  'Tuneboard', 'LLaMA-Factory', 'Hugging Face', 'ModelScope', 'openMind', 'TensorFlow', 'WebAssembly', 'LLaMA Pro', 'SwanLab', 'Trackio Space ID', 'YAML', 'JSON', 'CSV', 'PNG', 'GGUF',
  'LoRA', 'DoRA', 'PiSSA', 'GaLore', 'APOLLO', 'BAdam', 'PPO', 'DPO', 'KTO', 'BLEU-4', 'ROUGE-1', 'ROUGE-2', 'ROUGE-L', 'Top-p', 'Top-k',
  'LoRA alpha', 'LoRA dropout', 'NEFTune alpha', 'Adam beta1', 'Adam beta2', 'Adam epsilon', 'Ftx gamma', 'SimPO gamma', 'LD alpha',
  'float32', 'float16', 'bfloat16', 'bf16', 'hf_…', 'train_<date-time>', 'GPU {number}, °C', 'TensorFlow {tensorflow}, NVIDIA GPU',
]

/** Values of settings are words of a configuration file. */
const values = [...keys.flatMap((key) => fieldOf(key).options ?? []), ...Object.values(joints).flatMap(({ options }): readonly string[] => options)]

export const keptNames: ReadonlySet<string> = new Set([...names, ...values])
