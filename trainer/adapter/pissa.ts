/**
 * PiSSA (arXiv 2404.02948): an adapter that begins as the principal part of its weights, which is taken out of the base meanwhile, W = (W − s·B₀·A₀) + s·B·A. Such an adapter stands on
 * the base itself as one of twice the rank, s·[B −B₀]·[A; A₀], and so everything but its training takes it. What it began as lies beside it (LLaMA-Factory's `pissa_init`), or is found
 * in the weights anew, as PEFT does. Which weights are principal is singular.ts's.
 */
import type { ModelConfig } from '@/lib/models/config'
import { type Adapter, type AdapterSettings, beginningMissing, exactPissa, pissaPlaces, readAdapter } from '@/trainer/adapter/adapter'
import { adapterChanges, changedTensors, lengthsOf } from '@/trainer/adapter/changed'
import { type LoraSpec, loraScale, loraSpecs } from '@/trainer/adapter/lora'
import { largestSingular } from '@/trainer/adapter/singular'
import type { NamedTensor } from '@/trainer/engine/types'
import { type LinearSpec, linearSpecs } from '@/trainer/model/params'
import { drained } from '@/trainer/steps'

/** An adapter as it was before its first update. */
export type Principal = Adapter

/** The adapters, each as it stands on the base with those before it merged. */
export function plainAdapters(folders: readonly string[], config: ModelConfig, model: string): Adapter[] {
  const plain: Adapter[] = []
  for (const folder of folders) {
    const adapter = readAdapter(folder, config)
    plain.push(adapter.settings.pissa ? converted(adapter, principalOf(folder, adapter, { beneath: [...plain], config, model }), config) : adapter)
  }
  return plain
}

export interface Ground {
  model: string
  config: ModelConfig
  /** Plain, in the order in which they are merged. */
  beneath: readonly Adapter[]
}

/** What the adapter in `folder` began as. */
export function principalOf(folder: string, adapter: Adapter, ground: Ground): Principal {
  const kept = keptBeside(folder, adapter, ground.config)
  if (kept) return kept
  if (adapter.settings.pissa !== exactPissa) throw beginningMissing(folder, adapter.settings.pissa ?? '')
  return drained(principalParts(adapter, ground))
}

/** Null where none fits. */
function keptBeside(folder: string, { settings, specs }: Adapter, config: ModelConfig): Principal | null {
  const all = pissaPlaces(folder).map((place) => readAdapter(place, config))
  const modules = ({ specs: own }: Pick<Adapter, 'specs'>) => own.map(({ module }) => module).join()
  return all.find((one) => one.settings.rank === settings.rank && loraScale(one.settings) === loraScale(settings) && modules(one) === modules({ specs }) && isPrincipal(one)) ?? null
}

/** Singular vectors stand at right angles: an adapter that went on with another's training (LLaMA-Factory keeps the wrong one then) does not. */
function isPrincipal({ settings: { rank }, tensors: [{ data }] }: Adapter): boolean {
  const width = data.length / rank
  const row = (at: number) => data.subarray(at * width, (at + 1) * width)
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i], 0)
  return rank < 2 || Math.abs(dot(row(0), row(1))) <= 1e-3 * Math.sqrt(dot(row(0), row(0)) * dot(row(1), row(1)))
}

/**
 * The principal part of each linear: A = √(Σ/s)·Vᵀ and B = U·√(Σ/s) of the largest singular values, with DoRA the rows' lengths too.
 * Goes on by the share that is done.
 */
export function* principalParts({ settings, specs }: Pick<Adapter, 'settings' | 'specs'>, { model, config, beneath }: Ground): Generator<number, Principal> {
  const weights = new Map(changedTensors(model, config, beneath.map((adapter) => adapterChanges(adapter))).map((tensor) => [tensor.name, tensor]))
  const scale = loraScale(settings)
  const tensors: NamedTensor[] = []
  for (const [i, spec] of specs.entries()) {
    yield i / specs.length
    const weight = weights.get(`${spec.module}.weight`)
    if (!weight) throw new Error(`pissa: there is no linear ${spec.module}`)
    tensors.push(...partsOf(spec, weight.rows(0, weight.shape[0]), scale))
  }
  return { settings: { ...settings, pissa: null }, specs, tensors, saved: [] }
}

function partsOf({ a, b, magnitude }: LoraSpec, weight: Float32Array, scale: number): NamedTensor[] {
  const [rank, input] = a.shape
  const [out] = b.shape
  const { values, left, right } = largestSingular(weight, [out, input], rank)
  const roots = values.map((value) => Math.sqrt(value / scale))
  const low = Float32Array.from({ length: rank * input }, (_, i) => roots[Math.floor(i / input)] * right[Math.floor(i / input)][i % input])
  const high = Float32Array.from({ length: out * rank }, (_, i) => roots[i % rank] * left[i % rank][Math.floor(i / rank)])
  const own = [{ ...a, data: low }, { ...b, data: high }]
  return magnitude ? [...own, { ...magnitude, data: lengthsOf(weight, input) }] : own
}

/** The adapter for the base itself: twice the rank, and an alpha that leaves the factor as it is (PEFT's `subtract_mutated_init`, which forgets DoRA's lengths). */
export function converted({ settings, specs, tensors, saved }: Adapter, began: Principal, config: ModelConfig): Adapter {
  const rank = 2 * settings.rank
  const plain: AdapterSettings = { ...settings, pissa: null, rank, alpha: settings.alpha * (settings.use_rslora ? Math.SQRT2 : 2) }
  const dataIn = (all: readonly NamedTensor[], { name }: { name: string }) => all.find((tensor) => tensor.name === name)?.data ?? new Float32Array(0)
  const wide = loraSpecs(linearsOf(specs, config), rank, settings.use_dora)
  const doubled = wide.flatMap((spec, i): NamedTensor[] => {
    const { a, b, magnitude } = specs[i]
    const own = [
      { ...spec.a, data: stacked(dataIn(tensors, a), dataIn(began.tensors, a)) },
      { ...spec.b, data: beside(dataIn(tensors, b), dataIn(began.tensors, b), settings.rank) },
    ]
    return spec.magnitude && magnitude ? [...own, { ...spec.magnitude, data: dataIn(tensors, magnitude) }] : own
  })
  return { settings: plain, specs: wide, tensors: doubled, saved }
}

function linearsOf(specs: readonly LoraSpec[], config: ModelConfig): LinearSpec[] {
  const modules = new Set(specs.map(({ module }) => module))
  return linearSpecs(config).filter(({ module }) => modules.has(module))
}

/** [rank, in] upon [rank, in] */
function stacked(a: Float32Array, first: Float32Array): Float32Array {
  const all = new Float32Array(a.length + first.length)
  all.set(a)
  all.set(first, a.length)
  return all
}

/** [out, rank] beside the negative of [out, rank] */
const beside = (b: Float32Array, first: Float32Array, rank: number): Float32Array =>
  Float32Array.from({ length: 2 * b.length }, (_, i) => {
    const [row, column] = [Math.floor(i / (2 * rank)), i % (2 * rank)]
    return column < rank ? b[row * rank + column] : -first[row * rank + column - rank]
  })
