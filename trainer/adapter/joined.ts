/**
 * The adapters that a model is used with, as one beside its base, whatever LLaMA-Factory merges one after the other: of several, an adapter whose rank is the sum of theirs.
 * Σ sᵢ·Bᵢ·Aᵢ = [s₁·B₁ s₂·B₂ …] · [A₁; A₂; …], so that the base is still there to answer beside it. DoRA's lengths become factors of the rows: what is merged after them is
 * divided by them first.
 */
import type { ModelConfig } from '@/lib/models/config'
import type { Adapter } from '@/trainer/adapter/adapter'
import { type LoraSpec, loraScale, loraSpecs, withGain } from '@/trainer/adapter/lora'
import { rowLengths } from '@/trainer/adapter/merged'
import { plainAdapters } from '@/trainer/adapter/pissa'
import type { SavedTensor } from '@/trainer/adapter/saved'
import type { NamedTensor } from '@/trainer/engine/types'
import { type LinearSpec, linearSpecs } from '@/trainer/model/params'

export interface LoadedAdapter {
  specs: LoraSpec[]
  /** In the order of `specs`, and within one of `tensorsOf`. */
  tensors: NamedTensor[]
  /** What B · A is multiplied by. */
  scale: number
  /** What takes the place of the model's own, and the adapter's folder where it lies. */
  saved: (SavedTensor & { folder: string })[]
}

/**
 * Null where there are none.
 * @param model folder of the base
 * @throws UserError for the first that cannot be used
 */
export function joinAdapters(folders: readonly string[], config: ModelConfig, model: string): LoadedAdapter | null {
  const adapters = plainAdapters(folders, config, model)
  const [only] = adapters
  if (only === undefined) return null
  if (adapters.length === 1 && !only.settings.use_dora) return { specs: only.specs, tensors: only.tensors, scale: loraScale(only.settings), saved: savedIn(adapters, folders) }
  const lengths = adapters.map((_, i) => rowLengths(model, config, adapters.slice(0, i + 1), true))
  const modules = linearSpecs(config).flatMap((linear) => {
    const first = adapters.findLastIndex(({ saved }) => saved.some(({ param }) => param.name === `${linear.module}.weight`))
    // What lies beneath an adapter that holds the linear whole counts no more.
    const parts = adapters.flatMap((adapter, i) => (i < first ? [] : (partOf(adapter, linear.module, lengths[i]) ?? [])))
    return joined(linear, parts) ?? []
  })
  return { specs: modules.map(({ spec }) => spec), tensors: modules.flatMap(({ tensors }) => tensors), scale: 1, saved: savedIn(adapters, folders) }
}

/** Of each tensor the last. */
function savedIn(adapters: readonly Adapter[], folders: readonly string[]): LoadedAdapter['saved'] {
  const all = adapters.flatMap(({ saved }, i) => saved.map((one) => ({ ...one, folder: folders[i] })))
  return [...new Map(all.map((one) => [one.param.name, one])).values()]
}

interface Part {
  rank: number
  scale: number
  /** [rank, in] */
  a: Float32Array
  /** [out, rank] */
  b: Float32Array
  /** DoRA's factor of each row, [out]. */
  gain: Float32Array | null
}

/** @param lengthsOf of the rows as they are before DoRA gives them its own */
function partOf({ settings: { rank }, settings, specs, tensors }: Adapter, module: string, lengthsOf: (module: string) => Float32Array): Part | null {
  const spec = specs.find((one) => one.module === module)
  if (!spec) return null
  const dataOf = ({ name }: { name: string }) => tensors.find((tensor) => tensor.name === name)?.data ?? new Float32Array(0)
  const lengths = spec.magnitude ? lengthsOf(module) : null
  const gain = spec.magnitude && lengths ? dataOf(spec.magnitude).map((wanted, o) => wanted / lengths[o]) : null
  return { rank, scale: loraScale(settings), a: dataOf(spec.a), b: dataOf(spec.b), gain }
}

/** Null where none of the adapters has this linear. */
function joined(linear: LinearSpec, parts: readonly Part[]): { spec: LoraSpec; tensors: NamedTensor[] } | null {
  if (parts.length === 0) return null
  const rank = parts.reduce((sum, part) => sum + part.rank, 0)
  const [plain] = loraSpecs([linear], rank)
  const { b, gain } = sideBySide(parts, linear.out, rank)
  const tensors = [{ ...plain.a, data: stacked(parts) }, { ...plain.b, data: b }]
  if (parts.every((part) => part.gain === null)) return { spec: plain, tensors }
  const { name, spec } = withGain(plain)
  return { spec, tensors: [...tensors, { name, shape: [linear.out], data: gain }] }
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

/** All factors of a row stand before the sum, so what is added to it after one is divided by it. */
function sideBySide(parts: readonly Part[], out: number, rank: number): { b: Float32Array; gain: Float32Array } {
  const b = new Float32Array(out * rank)
  const gain = new Float32Array(out).fill(1)
  let left = 0
  for (const { rank: width, scale, b: own, gain: factor } of parts) {
    for (let o = 0; o < out; o++) {
      for (let r = 0; r < width; r++) b[o * rank + left + r] = (scale * own[o * width + r]) / gain[o]
      if (factor) gain[o] *= factor[o]
    }
    left += width
  }
  return { b, gain }
}
