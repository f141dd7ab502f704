/** What LLaMA-Factory's trainer must be told that this engine finds out by itself. Everything else of a configuration it takes as it stands. */
import type { Key } from '@/lib/config/fields'
import type { Runtime } from '@/lib/runtime'

/** transformers refuses bfloat16 where it sees no GPU, unless it is told that the CPU is meant (`TrainingArguments._validate_args`). */
export const mustNameCpu = (args: Readonly<Record<Key, unknown>>, runtime: Runtime | null): boolean => args.bf16 === true && args.use_cpu !== true && runtime?.kind !== 'cuda'

export const forLlamaFactory = <A extends Readonly<Record<Key, unknown>>>(args: A, runtime: Runtime | null): A => (mustNameCpu(args, runtime) ? { ...args, use_cpu: true } : args)
