/**
 * How much memory a training will need, from the shapes alone, and how much there is. An estimate for a warning before the start: it leaves
 * out what the allocator keeps, and was set against measured peaks (docs/engine.md).
 */
import { freemem, totalmem } from 'node:os'
import { readFileSync } from 'node:fs'
import type { ModelConfig } from '@/lib/models/config'

/** The process before any weight: Node, TensorFlow's library, the graph. */
const process_bytes = 0.6e9

export interface MemoryShape {
  config: ModelConfig
  parameters: number
  trainable: number
  /** Whether the trainable ones are the model's own. */
  whole?: boolean
  /** Whether the loss compares with what the model began as. */
  reference?: boolean
  dtype: 'float32' | 'bfloat16'
  rows: number
  /** Longest batch. */
  length: number
}

/** Peak bytes of a training step. */
export function trainingMemory(shape: MemoryShape): number {
  const { config, dtype, rows, length } = shape
  const width = dtype === 'bfloat16' ? 2 : 4
  const tokens = rows * length
  // Kept per layer for the gradient: inputs of norms and linears, and the three tensors of the gated MLP; probabilities are recomputed.
  const kept = 10 * config.hidden_size + 4 * config.intermediate_size
  const activations = tokens * config.num_hidden_layers * kept * width
  const attention = rows * config.num_attention_heads * length * length * 4 * 2
  const logits = Math.min(tokens, 1024) * config.vocab_size * 4
  return process_bytes + weightBytes(shape, width) + activations + attention + logits
}

/**
 * Each trained number has its gradient's sum and two moments beside it. Those of the model itself are in float32, the gradients of one update are there before they are
 * added up, and a copy in the type of the products is made; where the loss needs it, what they began as is kept.
 */
function weightBytes({ parameters, trainable, whole = false, reference = false, dtype }: MemoryShape, width: number): number {
  if (!whole) return parameters * width + trainable * 16
  const copies = 16 + 4 + (dtype === 'bfloat16' ? 2 : 0) + (reference ? width : 0)
  return (parameters - trainable) * width + trainable * copies
}

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
