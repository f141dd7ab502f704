/** The parameter tree inside a program: each tensor either a frozen variable, or a trained tensor handed in. */
import type { Tensor } from '@tensorflow/tfjs-core'
import type { ModelConfig } from '@/lib/models/config'
import type { FrozenWeights } from '@/trainer/engine/frozen'
import type { Scope } from '@/trainer/graph/program'
import { type Params, buildParams } from '@/trainer/model/params'
import { asStorage } from '@/trainer/ops/precision'

/** @param marked takes those of the tree's tensors that are trained */
export function paramsIn(scope: Scope, config: ModelConfig, frozen: FrozenWeights, trained: Map<string, Tensor> = new Map(), marked: Set<Tensor> = new Set()): Params {
  return buildParams(config, spec => {
    const own = trained.get(spec.name)
    if (own) {
      const inTree = spec.storage ? asStorage(own) : own
      marked.add(inTree)
      return inTree
    }
    const v = frozen.find(spec)
    if (!v) throw new Error(`base: ${spec.name} is neither frozen nor trained`)
    return spec.storage ? asStorage(scope.read(v)) : scope.read(v)
  })
}
