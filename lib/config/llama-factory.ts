/** What LLaMA-Factory's trainer must be told that this engine finds out by itself. Everything else of a configuration it takes as it stands. */
import type { Key } from '@/lib/config/fields'
import type { Runtime } from '@/lib/runtime'

/** transformers refuses bfloat16 where it sees no GPU, unless it is told that the CPU is meant (`TrainingArguments._validate_args`). */
export const mustNameCpu = (args: Readonly<Record<Key, unknown>>, runtime: Runtime | null): boolean => args.bf16 === true && args.use_cpu !== true && runtime?.kind !== 'cuda'

/** The same, in words that LLaMA-Factory 0.9.5 takes with its newest transformers: that knows AdamW by PyTorch's name only. */
export function forLlamaFactory<A extends Readonly<Record<Key, unknown>>>(args: A, runtime: Runtime | null): A {
  const named = args.optim === 'adamw_hf' ? { ...args, optim: 'adamw_torch' } : args
  return mustNameCpu(args, runtime) ? { ...named, use_cpu: true } : named
}
