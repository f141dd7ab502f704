/** LoRA's settings applied to a model: which linears it goes to, its tensors' names and shapes in PEFT's files, its start, and its tree. */
import type { Tensor } from '@tensorflow/tfjs-core'
import { UserError } from '@/lib/errors'
import type { ModelConfig } from '@/lib/models/config'
import type { NamedTensor } from '@/trainer/engine/types'
import { type LinearSpec, linearSpecs } from '@/trainer/model/params'
import type { Lora } from '@/trainer/model/transformer'
import { streamOf, uniforms } from '@/trainer/random'

/** The two tensors of one linear. */
export interface LoraSpec {
  module: string
  /** [rank, in] */
  a: { name: string; shape: [number, number] }
  /** [out, rank] */
  b: { name: string; shape: [number, number] }
}

/** Names in adapter_model.safetensors: PEFT's wrapper, then the module. */
const tensorName = (module: string, side: 'A' | 'B'): string => `base_model.model.${module}.lora_${side}.weight`

/** Whether a tensor is the second of a linear's two, which LoRA+ trains faster. */
export const isLoraB = (name: string): boolean => name.endsWith('.lora_B.weight')

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

export function loraSpecs(linears: readonly LinearSpec[], rank: number): LoraSpec[] {
  return linears.map(({ module, in: input, out }) => ({
    module,
    a: { name: tensorName(module, 'A'), shape: [rank, input] },
    b: { name: tensorName(module, 'B'), shape: [out, rank] },
  }))
}

/** What B · A is multiplied by. */
export function loraScale({ rank, alpha, use_rslora }: { rank: number; alpha: number; use_rslora: boolean }): number {
  return alpha / (use_rslora ? Math.sqrt(rank) : rank)
}

/** A new adapter: A uniform in ±1/√in (Kaiming with a = √5, PEFT's default), B zero, so that it starts as the base model. */
export function initLora(specs: readonly LoraSpec[], seed: number): NamedTensor[] {
  return specs.flatMap(({ a, b }) => {
    const bound = 1 / Math.sqrt(a.shape[1])
    const data = uniforms(seed, streamOf(a.name), a.shape[0] * a.shape[1]).map(u => (2 * u - 1) * bound)
    return [{ ...a, data }, { ...b, data: new Float32Array(b.shape[0] * b.shape[1]) }]
  })
}

/** The tree that the transformer takes, with each tensor from `get`. */
export function buildLora(specs: readonly LoraSpec[], get: (tensor: { name: string; shape: [number, number] }) => Tensor): Lora['weights'] {
  return Object.fromEntries(specs.map(({ module, a, b }) => [module, { a: get(a) as Tensor, b: get(b) as Tensor }])) as Lora['weights']
}
