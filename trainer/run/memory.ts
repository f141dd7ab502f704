/**
 * How much memory a training will need, from the shapes alone, and how much there is. An estimate for a warning before the start, set against
 * measured peaks (docs/training.md).
 */
import { freemem, totalmem } from 'node:os'
import { readFileSync } from 'node:fs'
import type { ModelConfig } from '@/lib/models/config'
import { LOGITS_AT_ONCE } from '@/trainer/ops/cross-entropy'

/** A run of the smallest model, but for its weights: Node, TensorFlow's library, the data, the graph. */
const process_bytes = 0.48e9

export interface MemoryShape {
  config: ModelConfig
  parameters: number
  trainable: number
  /** How many of the trainable ones are the model's own, or take their place. */
  own?: number
  /** Whether the embedding or the head are among them. */
  vocabulary?: boolean
  /** Layers that gradients go back through, from the last one on; all of them where nothing is said. */
  layers?: number
  /** Outputs of all linears with DoRA's lengths, which are kept as they are without them. */
  magnitudes?: number
  /** Whether the loss compares with what the model began as. */
  reference?: boolean
  dtype: 'float32' | 'bfloat16'
  /** Bytes of a frozen number, where that is not the type that is computed in. */
  frozen?: number
  rows: number
  /** Longest batch. */
  length: number
}

/** Peak bytes of a training. */
export const trainingMemory = (shape: MemoryShape): number => process_bytes + weightBytes(shape) + passBytes(shape) + Math.max(passingBytes(shape), vocabularyBytes(shape))

/**
 * What stays: frozen weights, and of each trained number its value, the sum of its gradients and two moments in float32; where the loss needs it, what the model's own began as.
 * Under bfloat16 the products' copies of the model's own are small tensors, whose memory the allocator keeps.
 */
function weightBytes({ parameters, trainable, own = 0, reference = false, dtype, frozen = width(dtype) }: MemoryShape): number {
  const more = (dtype === 'bfloat16' ? 2 : 0) + (reference ? frozen : 0)
  return (parameters - own) * frozen + trainable * 16 + own * more
}

const width = (dtype: MemoryShape['dtype']): number => (dtype === 'bfloat16' ? 2 : 4)

/** What a layer keeps for the gradient: inputs of norms and linears, and the three tensors of the gated MLP; probabilities are recomputed. The allocator keeps it, too. */
function passBytes({ config, dtype, rows, length, layers = config.num_hidden_layers, magnitudes = 0 }: MemoryShape): number {
  const kept = 10 * config.hidden_size + 4 * config.intermediate_size
  // A layer without gradients is there while it is computed.
  const activations = rows * length * (Math.max(layers, 1) * kept + magnitudes) * width(dtype)
  const attention = rows * config.num_attention_heads * length * length * 4 * 2
  return activations + attention + logitBytes({ config, rows, length })
}

/** Logits of as many rows as are made at once (cross-entropy.ts), with their gradient, of two such parts. */
function logitBytes({ config: { vocab_size }, rows, length }: Pick<MemoryShape, 'config' | 'rows' | 'length'>): number {
  const part = Math.min(rows * length, Math.max(32, LOGITS_AT_ONCE / vocab_size))
  return 2 * 2 * part * vocab_size * 4
}

/**
 * What is there for a while, of each trained number: at the update gradients divided, their squares, the zeros that take the place of their sums, and at first those that the
 * moments began as; at a save the value as it is read and as it lies in the file, and both moments. Of the model's own the allocator keeps what loading them and their gradients took.
 */
const passingBytes = ({ trainable, own = 0 }: MemoryShape): number => trainable * 16 + own * 12

/** The embedding's and the head's gradients, each with what is added to it, beside those of all else. */
const vocabularyBytes = ({ config, trainable, vocabulary = false }: MemoryShape): number => (vocabulary ? trainable * 4 + 2 * config.vocab_size * config.hidden_size * 4 : 0)

/** Bytes that a new process can have without swapping; where the system does not say, what is free. */
export function availableMemory(): number {
  const limit = process.constrainedMemory()
  const free = memAvailable() ?? freemem()
  return limit > 0 && limit < totalmem() ? Math.min(limit, free) : free
}

/** MemAvailable of /proc/meminfo (proc(5)); null where there is none. */
function memAvailable(): number | null {
  try {
    const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]
    return kilobytes === undefined ? null : Number(kilobytes) * 1024
  } catch {
    return null
  }
}

export const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`
