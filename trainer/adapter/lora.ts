/** LoRA's settings applied to a model: which linears it goes to, its tensors' names and shapes in PEFT's files, its start, and its tree. */
import type { Tensor } from '@tensorflow/tfjs-core'
import { UserError } from '@/lib/errors'
import type { ModelConfig } from '@/lib/models/config'
import type { NamedTensor } from '@/trainer/engine/types'
import { type LinearSpec, linearSpecs } from '@/trainer/model/params'
import type { Lora } from '@/trainer/model/transformer'
import { streamOf, uniforms } from '@/trainer/random'

interface SpecOf<S extends number[]> {
  name: string
  shape: S
}

/** The tensors of one linear. */
export interface LoraSpec {
  module: string
  /** [rank, in] */
  a: SpecOf<[number, number]>
  /** [out, rank] */
  b: SpecOf<[number, number]>
  /** DoRA's lengths of the rows of W + s · B · A, [out]. */
  magnitude?: SpecOf<[number]>
  /** What they make of the rows' lengths, where nothing is trained, [out]. */
  gain?: SpecOf<[number]>
}

/** All tensors of a linear, in the order of a file. */
export const tensorsOf = ({ a, b, magnitude, gain }: LoraSpec): SpecOf<number[]>[] => [a, b, ...(magnitude ? [magnitude] : []), ...(gain ? [gain] : [])]

/** Names in adapter_model.safetensors: PEFT's wrapper, then the module. */
const tensorName = (module: string, part: string): string => `base_model.model.${module}.lora_${part}`

/** Whether LoRA+ trains a tensor faster: the second of a linear's two, and all vectors, as DoRA's lengths are (LLaMA-Factory's `_create_loraplus_optimizer`). */
export const isFast = ({ name, shape }: { name: string; shape: readonly number[] }): boolean => shape.length === 1 || name.endsWith('.lora_B.weight')

/** Last parts of the linears' names, each once, in the order of the forward pass: what `lora_target` may name. */
export function linearNames(config: ModelConfig): string[] {
  return [...new Set(linearSpecs(config).map(({ module }) => lastPart(module)))]
}

const lastPart = (module: string): string => module.slice(module.lastIndexOf('.') + 1)

/**
 * The linears that `targets` mean, in the order of the forward pass. A name means every module whose path ends with it (PEFT's rule); `all`
 * means every linear but the head (LLaMA-Factory's rule).
 * @throws UserError for a name that no linear of this model has
 */
export function loraTargets(config: ModelConfig, targets: readonly string[]): LinearSpec[] {
  const linears = linearSpecs(config)
  const wanted = targets.map(t => t.trim()).filter(t => t !== '')
  if (wanted.includes('all')) return linears
  const matches = (module: string, name: string): boolean => module === name || module.endsWith(`.${name}`)
  const unknown = wanted.find(name => !linears.some(({ module }) => matches(module, name)))
  if (unknown !== undefined || wanted.length === 0) {
    throw new UserError('not_an_option', { key: 'lora_target', value: unknown ?? '', options: ['all', ...linearNames(config)].join(', ') }, 'lora_target')
  }
  return linears.filter(({ module }) => wanted.some(name => matches(module, name)))
}

export function loraSpecs(linears: readonly LinearSpec[], rank: number, use_dora = false): LoraSpec[] {
  return linears.map(({ module, in: input, out }) => ({
    module,
    a: { name: tensorName(module, 'A.weight'), shape: [rank, input] },
    b: { name: tensorName(module, 'B.weight'), shape: [out, rank] },
    ...(use_dora ? { magnitude: { name: tensorName(module, 'magnitude_vector'), shape: [out] } } : {}),
  }))
}

/** A linear with factors of its rows, and their name. */
export function withGain(plain: LoraSpec): { name: string; spec: LoraSpec } {
  const name = tensorName(plain.module, 'gain')
  return { name, spec: { ...plain, gain: { name, shape: [plain.b.shape[0]] } } }
}

/** What B · A is multiplied by. */
export function loraScale({ rank, alpha, use_rslora }: { rank: number; alpha: number; use_rslora: boolean }): number {
  return alpha / (use_rslora ? Math.sqrt(rank) : rank)
}

/**
 * A new adapter: A uniform in ±1/√in (Kaiming with a = √5, PEFT's default), B zero, so that it starts as the base model.
 * @param lengths of the rows of a linear's weight, where they are trained
 */
export function initLora(specs: readonly LoraSpec[], seed: number, lengths?: (module: string) => Float32Array): NamedTensor[] {
  return specs.flatMap(({ module, a, b, magnitude }) => {
    const bound = 1 / Math.sqrt(a.shape[1])
    const data = uniforms(seed, streamOf(a.name), a.shape[0] * a.shape[1]).map(u => (2 * u - 1) * bound)
    const own = [{ ...a, data }, { ...b, data: new Float32Array(b.shape[0] * b.shape[1]) }]
    return magnitude && lengths ? [...own, { ...magnitude, data: lengths(module) }] : own
  })
}

/** The tree that the transformer takes, with each tensor from `get`. */
export function buildLora(specs: readonly LoraSpec[], get: (tensor: { name: string; shape: number[] }) => Tensor): Lora['weights'] {
  const lengths = ({ magnitude, gain }: LoraSpec) => (magnitude ? { magnitude: get(magnitude) } : gain ? { gain: get(gain) } : {})
  return Object.fromEntries(specs.map((spec) => [spec.module, { a: get(spec.a), b: get(spec.b), ...lengths(spec) }])) as Lora['weights']
}
