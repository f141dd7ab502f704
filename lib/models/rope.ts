/** The rope settings of a checkpoint, from either style of config.json. Frequencies are computed in trainer/model/rope.ts. */
import { type Problem, problem, type UserError } from '@/lib/errors'
import type { HfConfig } from '@/lib/models/hf'

interface RopeBase {
  theta: number
  /** Dimensions of a head that are rotated. */
  rotary_dim: number
}

/** One variant per rule, with what that rule needs. */
export type RopeConfig = RopeBase &
  (
    | { type: 'default' }
    | { type: 'linear'; factor: number }
    | { type: 'dynamic'; factor: number; original_max: number }
    | { type: 'yarn'; factor: number; original_max: number; beta_fast: number; beta_slow: number; truncate: boolean; attention_factor: number }
    | { type: 'llama3'; factor: number; original_max: number; low_freq_factor: number; high_freq_factor: number }
  )

export const ropeTypes = ['default', 'linear', 'dynamic', 'yarn', 'llama3'] as const

/** @throws the error that `invalid` makes, when a rule is unknown or lacks a number */
export function ropeConfig(hf: HfConfig, headDim: number, maxPositions: number, invalid: (reason: Problem) => UserError): RopeConfig {
  // Where a file has both, transformers 5 takes the classic one.
  const rope = hf.rope_scaling ?? hf.rope_parameters ?? {}
  const partial = rope.partial_rotary_factor ?? hf.partial_rotary_factor ?? 1
  const base = { theta: rope.rope_theta ?? hf.rope_theta ?? 10000, rotary_dim: Math.floor(headDim * partial) }
  const need = (key: 'factor' | 'low_freq_factor' | 'high_freq_factor'): number => {
    const value = rope[key]
    if (value === undefined) throw invalid(problem('rope_needs', { rule: type, key }))
    return value
  }
  const type = rope.rope_type ?? rope.type ?? 'default'
  // Phi-3 keeps it beside the rope settings, and that place wins.
  const original = hf.original_max_position_embeddings ?? rope.original_max_position_embeddings ?? maxPositions
  switch (type) {
    case 'default':
      return { ...base, type }
    case 'linear':
      return { ...base, type, factor: need('factor') }
    case 'dynamic':
      return { ...base, type, factor: need('factor'), original_max: maxPositions }
    case 'llama3':
      return { ...base, type, factor: need('factor'), original_max: original, low_freq_factor: need('low_freq_factor'), high_freq_factor: need('high_freq_factor') }
    case 'yarn':
      return {
        ...base,
        type,
        factor: rope.factor ?? maxPositions / original,
        original_max: original,
        beta_fast: rope.beta_fast || 32,
        beta_slow: rope.beta_slow || 1,
        truncate: rope.truncate ?? true,
        attention_factor: rope.attention_factor ?? yarnAttention(rope.factor ?? maxPositions / original, rope.mscale, rope.mscale_all_dim),
      }
    default:
      throw invalid(problem('rope_rule', { rule: type, options: ropeTypes.join(', ') }))
  }
}

/** Equation 22 of arXiv 2309.00071, and DeepSeek's variant with two m-scales. */
function yarnAttention(factor: number, mscale: number | null | undefined, mscaleAll: number | null | undefined): number {
  const temper = (m: number): number => (factor <= 1 ? 1 : 0.1 * m * Math.log(factor) + 1)
  return mscale && mscaleAll ? temper(mscale) / temper(mscaleAll) : temper(1)
}
