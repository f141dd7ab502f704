/** Rotary frequencies under each scaling rule, and the tables of cosines and sines that the rope op takes. */
import { type Tensor1D, type Tensor4D, cast, cos, mul, reshape, sin, tensor, tensor1d } from '@tensorflow/tfjs-core'
import type { ModelConfig } from '@/lib/models/config'
import type { RopeConfig } from '@/lib/models/rope'
import type { RopeTables } from '@/trainer/ops/rope'

/** Angle per position of each rotated pair, and the factor on cosines and sines. */
export interface RopeFrequencies {
  /** [rotary_dim / 2] */
  inv_freq: Float64Array
  attention_scaling: number
}

/**
 * The rules of transformers' `modeling_rope_utils`, in float64.
 * @param length the whole sequence's length; only the dynamic rule (NTK-aware scaling past the trained length) looks at it
 */
export function ropeFrequencies(rope: RopeConfig, length: number): RopeFrequencies {
  const pairs = rope.rotary_dim / 2
  const plain = (theta: number): Float64Array => Float64Array.from({ length: pairs }, (_, i) => theta ** (-i / pairs))
  switch (rope.type) {
    case 'default':
      return { inv_freq: plain(rope.theta), attention_scaling: 1 }
    case 'linear':
      return { inv_freq: plain(rope.theta).map(f => f / rope.factor), attention_scaling: 1 }
    case 'dynamic': {
      const stretch = (rope.factor * Math.max(length, rope.original_max)) / rope.original_max - (rope.factor - 1)
      return { inv_freq: plain(rope.theta * stretch ** (rope.rotary_dim / (rope.rotary_dim - 2))), attention_scaling: 1 }
    }
    case 'yarn':
      return { inv_freq: yarn(plain(rope.theta), rope), attention_scaling: rope.attention_factor }
    case 'llama3':
      return { inv_freq: plain(rope.theta).map(f => llama3(f, rope)), attention_scaling: 1 }
  }
}

/** YaRN (arXiv 2309.00071): fast pairs keep their frequency, slow ones are stretched by the factor, with a ramp between. */
function yarn(plain: Float64Array, rope: Extract<RopeConfig, { type: 'yarn' }>): Float64Array {
  const dim = rope.rotary_dim
  const pairOf = (rotations: number): number => (dim * Math.log(rope.original_max / (rotations * 2 * Math.PI))) / (2 * Math.log(rope.theta))
  const round = rope.truncate ? { down: Math.floor, up: Math.ceil } : { down: (x: number) => x, up: (x: number) => x }
  const low = Math.max(round.down(pairOf(rope.beta_fast)), 0)
  const high = Math.min(round.up(pairOf(rope.beta_slow)), dim - 1)
  const width = low === high ? 0.001 : high - low
  return plain.map((f, i) => {
    const stretched = Math.min(Math.max((i - low) / width, 0), 1)
    return f * (1 - stretched) + (f / rope.factor) * stretched
  })
}

/** Llama 3.1: pairs are kept, stretched or blended by how often they turn within the original context. */
function llama3(f: number, rope: Extract<RopeConfig, { type: 'llama3' }>): number {
  const turns = (rope.original_max * f) / (2 * Math.PI)
  const kept = Math.min(Math.max((turns - rope.low_freq_factor) / (rope.high_freq_factor - rope.low_freq_factor), 0), 1)
  return (f / rope.factor) * (1 - kept) + f * kept
}

export interface RopeInput {
  rows: number
  length: number
  /** int32 [rows * length]; null = 0, 1, 2, … in every row. */
  positions: Tensor1D | null
  /** Length of the whole sequence where `length` is only its newest part; default: `length`. */
  total?: number
}

/** Tables for keys, and for queries with the attention's scale in them. */
export function ropeTables(config: ModelConfig, { rows, length, positions, total = length }: RopeInput): { query: RopeTables; key: RopeTables } {
  const { inv_freq, attention_scaling } = ropeFrequencies(config.rope, total)
  const angles = positions === null ? rowAngles(inv_freq, length) : positionAngles(inv_freq, positions, rows, length)
  return scaledTables(config, attention_scaling, angles)
}

/** Cosines and sines with the attention's scale on the queries' side. */
export function scaledTables(config: ModelConfig, attention_scaling: number, angles: { cos: Tensor4D; sin: Tensor4D }): { query: RopeTables; key: RopeTables } {
  const scaled = (factor: number, rest: number): RopeTables => ({ cos: mul(angles.cos, factor), sin: mul(angles.sin, factor), rest })
  return { query: scaled(attention_scaling * config.attention_scale, config.attention_scale), key: scaled(attention_scaling, 1) }
}

/** Constants, since the positions are known: computed in float64 and rounded once. */
function rowAngles(inv_freq: Float64Array, length: number): { cos: Tensor4D; sin: Tensor4D } {
  const pairs = inv_freq.length
  const table = (f: (x: number) => number): Tensor4D => {
    const values = Float32Array.from({ length: length * pairs }, (_, i) => f(Math.floor(i / pairs) * inv_freq[i % pairs]))
    return tensor(values, [1, length, 1, pairs])
  }
  return { cos: table(Math.cos), sin: table(Math.sin) }
}

function positionAngles(inv_freq: Float64Array, positions: Tensor1D, rows: number, length: number): { cos: Tensor4D; sin: Tensor4D } {
  const place = reshape(cast(positions, 'float32'), [rows, length, 1, 1])
  const angle = mul(place, tensor1d(Float32Array.from(inv_freq))) as Tensor4D
  return { cos: cos(angle), sin: sin(angle) }
}
