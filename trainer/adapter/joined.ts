/**
 * The adapters that a model is used with, as one beside its base: one as it is; of several, which LLaMA-Factory merges one after the other, an adapter whose
 * rank is the sum of theirs. Σ sᵢ·Bᵢ·Aᵢ = [s₁·B₁ s₂·B₂ …] · [A₁; A₂; …], so that the base is still there to answer beside it.
 */
import type { ModelConfig } from '@/lib/models/config'
import { type Adapter, readAdapter } from '@/trainer/adapter/adapter'
import { type LoraSpec, loraScale, loraSpecs } from '@/trainer/adapter/lora'
import type { NamedTensor } from '@/trainer/engine/types'
import { linearSpecs } from '@/trainer/model/params'

export interface LoadedAdapter {
  specs: LoraSpec[]
  /** In the order of `specs`, A before B. */
  tensors: NamedTensor[]
  /** What B · A is multiplied by. */
  scale: number
}

/**
 * Null where there are none.
 * @throws UserError for the first that cannot be used
 */
export function joinAdapters(folders: readonly string[], config: ModelConfig): LoadedAdapter | null {
  const adapters = folders.map((folder) => readAdapter(folder, config))
  if (adapters.length === 0) return null
  if (adapters.length === 1) return { specs: adapters[0].specs, tensors: adapters[0].tensors, scale: loraScale(adapters[0].settings) }
  const modules = linearSpecs(config).flatMap((linear) => {
    const parts = adapters.flatMap((adapter) => partOf(adapter, linear.module) ?? [])
    if (parts.length === 0) return []
    const rank = parts.reduce((sum, part) => sum + part.rank, 0)
    const [spec] = loraSpecs([linear], rank)
    return [{ spec, a: { ...spec.a, data: stacked(parts) }, b: { ...spec.b, data: sideBySide(parts, linear.out, rank) } }]
  })
  return { specs: modules.map(({ spec }) => spec), tensors: modules.flatMap(({ a, b }) => [a, b]), scale: 1 }
}

interface Part {
  rank: number
  scale: number
  /** [rank, in] */
  a: Float32Array
  /** [out, rank] */
  b: Float32Array
}

function partOf({ settings, specs, tensors }: Adapter, module: string): Part | null {
  const at = specs.findIndex((spec) => spec.module === module)
  return at < 0 ? null : { rank: settings.rank, scale: loraScale(settings), a: tensors[2 * at].data, b: tensors[2 * at + 1].data }
}

function stacked(parts: readonly Part[]): Float32Array {
  const rows = new Float32Array(parts.reduce((sum, { a }) => sum + a.length, 0))
  let at = 0
  for (const { a } of parts) {
    rows.set(a, at)
    at += a.length
  }
  return rows
}

function sideBySide(parts: readonly Part[], out: number, rank: number): Float32Array {
  const whole = new Float32Array(out * rank)
  let left = 0
  for (const { rank: width, scale, b } of parts) {
    for (let o = 0; o < out; o++) for (let r = 0; r < width; r++) whole[o * rank + left + r] = scale * b[o * width + r]
    left += width
  }
  return whole
}
