/** The parameter tree inside a program: each tensor either a frozen variable, or a trained tensor handed in. */
import type { Tensor } from '@tensorflow/tfjs-core'
import type { ModelConfig } from '@/lib/models/config'
import type { FrozenWeights } from '@/trainer/engine/frozen'
import type { Scope } from '@/trainer/graph/program'
import { type GetTensor, type Params, type ParamSpec, buildParams, embeddingName, headName, paramSpecs } from '@/trainer/model/params'
import { asStorage } from '@/trainer/ops/precision'

export interface Trained {
  /** The model's own, by name. */
  tensors?: ReadonlyMap<string, Tensor>
  /** What stands beside the model's own and takes their place. */
  saved?: ReadonlyMap<string, Tensor>
  /** Takes those of the tree's tensors that are trained. */
  marked?: Set<Tensor>
}

/** The tree with the tensors as a program reads them; products take them in the storage type. */
export function paramsIn(scope: Scope, config: ModelConfig, frozen: FrozenWeights, { tensors, saved, marked }: Trained = {}): Params {
  const stored = (spec: ParamSpec, tensor: Tensor): Tensor => (spec.storage ? asStorage(tensor) : tensor)
  const trained = (spec: ParamSpec, tensor: Tensor | undefined): Tensor | undefined => {
    if (tensor === undefined) return undefined
    const inTree = stored(spec, tensor)
    marked?.add(inTree)
    return inTree
  }
  const get: GetTensor = spec => {
    const own = trained(spec, tensors?.get(spec.name))
    if (own) return own
    const v = frozen.find(spec)
    if (!v) throw new Error(`base: ${spec.name} is neither frozen nor trained`)
    return stored(spec, scope.read(v))
  }
  return buildParams(config, get, spec => trained(spec, saved?.get(spec.name)))
}

/** The model's own that are used where others take the place of some: a tied head stays the embedding as it was. */
export function neededBeside(config: ModelConfig, saved: readonly ParamSpec[]): ParamSpec[] {
  const names = new Set(saved.map(({ name }) => name))
  return paramSpecs(config).filter(({ name }) => !names.has(name) || (config.tied && name === embeddingName && !names.has(headName)))
}
