/**
 * The engine's contract on any eager TF.js backend, in float32: the same model code without a recorder, an optimiser on plain arrays. Slow and
 * plain on purpose: the recorded engine is checked against it, and it trains where nothing native does (WASM).
 */
import '@/trainer/ops/autodiff'
import '@/trainer/ops/wasm-kernels'
import { type Scalar, type Tensor, type Tensor1D, dispose, getBackend, tensor, tensor1d, tidy, transpose, valueAndGrads } from '@tensorflow/tfjs-core'
import type { ModelConfig } from '@/lib/models/config'
import { fileTensors } from '@/trainer/adapter/adapter'
import { startingAdapter, takenOut } from '@/trainer/adapter/starting'
import type { LoadedAdapter } from '@/trainer/adapter/joined'
import { labelCount } from '@/trainer/engine/batch'
import { type BatchShape, type Given, type Means, type ModelView, type Objective, addMeans } from '@/trainer/engine/objective'
import type { Batch, Engine, EngineSpec, EvalResult, Hyper, LoraSpec as LoraSettings, NamedTensor, TrainResult } from '@/trainer/engine/types'
import { type LoraSpec, buildLora, isFast } from '@/trainer/adapter/lora'
import { type AdamState, adamw, clipFactor, decays, globalNorm } from '@/trainer/model/adamw'
import { embeddingNoise } from '@/trainer/model/neftune'
import { type Params, type ParamSpec, buildParams } from '@/trainer/model/params'
import { type ForwardInput, type ForwardOptions, type Lora, forward, logits } from '@/trainer/model/transformer'
import { nextToken } from '@/trainer/objectives/next-token'
import { dropoutMask } from '@/trainer/ops/dropout'
import { streamOf } from '@/trainer/random'
import { openWeights } from '@/trainer/weights/index'
import { loadTensors } from '@/trainer/weights/load'
import { readTensor } from '@/trainer/weights/safetensors'

/** The arrays of a batch's rows from `from` up to `to` as tensors on the current backend. */
function inputOf({ rows, length, ids, positions, segments }: Batch, from = 0, to = rows): ForwardInput {
  const own = (a: Int32Array): Tensor1D => tensor1d(a.subarray(from * length, to * length), 'int32')
  return { rows: to - from, length, ids: own(ids), positions: positions && own(positions), segments: segments && own(segments) }
}

/** Sum of the losses at a batch's targets. */
export function batchLoss(params: Params, config: ModelConfig, batch: Batch, options: ForwardOptions = {}): Scalar {
  const { given, shape } = feedOf(nextToken, batch, false)
  return nextToken.loss(viewOf({ params, options }, config, batch), given, shape).sum
}

/** What an objective is fed of a batch, with room for just the labels that there are. */
function feedOf(objective: Objective, batch: Batch, evaluates: boolean): { given: Given; shape: BatchShape; units: number } {
  const shape = { rows: batch.rows, length: batch.length, labels: Math.max(labelCount(batch), 1), evaluates }
  const { feeds, units } = objective.feed(batch, shape)
  const given = Object.entries(objective.inputs(shape)).map(([name, { dtype, shape: own }]): [string, Tensor] => [name, tensor(feeds[name].slice(), own, dtype)])
  return { given: Object.fromEntries(given), shape, units }
}

/** The model as an objective sees it. */
function viewOf({ params, options, reference = params }: Held, config: ModelConfig, batch: Batch, own: ModelView['own'] = () => params.head): ModelView {
  return {
    hidden: (side, from, to) => (side === 'policy' ? forward(params, config, inputOf(batch, from, to), options) : forward(reference, config, inputOf(batch, from, to))),
    head: (side = 'policy') => (side === 'policy' ? params : reference).head,
    softcap: config.logit_softcap,
    trains_head: options.trains?.(params.head) ?? false,
    own,
  }
}

interface Held {
  params: Params
  options: ForwardOptions
  /** What the policy began as, where that is not the same with the adapter off. */
  reference?: Params
}

/** Logits of every position, [rows * length * vocab]. */
export function batchLogits(params: Params, config: ModelConfig, batch: Batch, options: ForwardOptions = {}): Promise<Float32Array> {
  const out = tidy(() => logits(params, config, forward(params, config, inputOf(batch), options)))
  return out.data<'float32'>().finally(() => out.dispose())
}

/** An adapter's tensors as the model takes them. */
function loraOptions(specs: LoraSpec[], tensors: NamedTensor[], scale: number): ForwardOptions {
  const list = tensors.map(t => tensor(t.data.slice(), t.shape))
  return { lora: { weights: buildLora(specs, byName(tensors, list)), scale } }
}

/** What joined adapters are to the forward pass, with their tensors on the current backend. */
export interface AdapterSide {
  options: ForwardOptions
  /** By name, in memory layout, what takes the place of the model's own. */
  saved: ReadonlyMap<string, Tensor>
}

export function adapterSide(joined: LoadedAdapter | null): AdapterSide {
  if (joined === null) return { options: {}, saved: new Map() }
  return { options: loraOptions(joined.specs, joined.tensors, joined.scale), saved: new Map(joined.saved.map(({ param, tensor: { data, shape } }) => [param.name, inMemory(param, tensor(data.slice(), shape))])) }
}

export function disposeSide({ options, saved }: AdapterSide): void {
  dispose([...Object.values(options.lora?.weights ?? {}).flatMap((update) => Object.values(update)), ...saved.values()])
}

/** From the file's layout. */
const inMemory = (param: ParamSpec, own: Tensor): Tensor => (param.transpose ? transpose(own) : own)

/** What is trained: its arrays at the start, and the model that uses them once they are tensors. With a seed it trains, so dropout is on. */
interface Trained {
  start: NamedTensor[]
  model: (list: Tensor[], seed: string | null) => Held
  dispose: () => void
}

function trainedLora(spec: EagerSpec, lora: LoraSettings): Trained {
  const { config, weights, merged, adapter, seed } = spec
  const begun = startingAdapter({ config, lora, adapter, seed, weights, merged })
  const first = loadTensors(weights, config, merged, takenOut(spec))
  const base = buildParams(config, first)
  const start = fileTensors(begun)
  return {
    start,
    model: (list, seed) => {
      const get = byName(start, list)
      const saved = new Map(begun.saved.map(({ param, tensor }) => [param.name, inMemory(param, get(tensor))]))
      const own = new Set(saved.values())
      const options = { lora: { weights: buildLora(begun.specs, get), scale: begun.scale, dropout: dropoutOf(lora.dropout, seed) }, trains: (weight: Tensor) => own.has(weight) }
      return { params: buildParams(config, first, ({ name }) => saved.get(name)), options, reference: base }
    },
    dispose: () => disposeParams(base),
  }
}

const seedOf = (seed: string): Tensor1D => tensor1d([streamOf(seed) | 0, 0], 'int32')

/** Masks by the same rule as the recorded engine's: a seed of the micro-batch, and the module's name. */
function dropoutOf(p: number, seed: string | null): Lora['dropout'] {
  if (p === 0 || seed === null) return undefined
  const words = seedOf(seed)
  return (module, shape) => dropoutMask(words, streamOf(module) | 0, shape, p)
}

/** Tensors of the checkpoint, in their own layouts; the transposes are part of the program. */
function trainedWhole({ config, weights, trained }: EagerSpec): Trained {
  const first = loadTensors(weights, config)
  const start = [...openWeights(weights, config)].filter(([name]) => trained?.has(name) ?? true).map(([name, entry]): NamedTensor => ({ name, shape: entry.shape, data: readTensor(entry) }))
  const names = new Set(start.map(({ name }) => name))
  return {
    start,
    model: list => {
      const [get, own] = [byName(start, list), new Set<Tensor>()]
      const params = buildParams(config, spec => {
        if (!names.has(spec.name)) return first(spec)
        const inTree = inMemory(spec, get(spec))
        own.add(inTree)
        return inTree
      })
      return { params, options: { trains: weight => own.has(weight) }, reference: buildParams(config, first) }
    },
    dispose: () => disposeParams(buildParams(config, first)),
  }
}

function byName(names: readonly { name: string }[], list: Tensor[]): (wanted: { name: string }) => Tensor {
  const map = new Map(names.map(({ name }, i) => [name, list[i]]))
  return ({ name }) => {
    const found = map.get(name)
    if (!found) throw new Error(`eager: no tensor ${name}`)
    return found
  }
}

export type EagerSpec = Pick<EngineSpec, 'config' | 'lora' | 'trained' | 'merged' | 'adapter' | 'without' | 'seed' | 'adam' | 'max_grad_norm' | 'neftune_alpha' | 'objective'> & { weights: string }

/** Trains on whatever backend is current. */
export function createEagerEngine(spec: EagerSpec): Engine {
  const { config, objective = nextToken } = spec
  const { start, model, dispose } = spec.lora === null ? trainedWhole(spec) : trainedLora(spec, spec.lora)
  const paceOf = (one: NamedTensor): number => (isFast(one) ? (spec.lora?.b_pace ?? 1) : 1)
  let trained = [...start, ...(objective.own ?? [])]
  let moments: AdamState[] = trained.map(t => ({ m: new Float32Array(t.data.length), v: new Float32Array(t.data.length) }))

  const tensors = (): Tensor[] => trained.map(t => tensor(t.data.slice(), t.shape))
  const viewWith = (list: Tensor[], batch: Batch, seed: string | null): ModelView => {
    const get = byName(trained, list)
    const own = objective.dropout ? seed : null
    const { params, options, reference } = model(list, own)
    const noise = embeddingNoise(spec.neftune_alpha, own === null ? undefined : seedOf(own), batch.length)
    return viewOf({ params, options: { ...options, noise }, reference }, config, batch, name => get({ name }))
  }

  /** The loss as a function of the trained tensors, and what it tells. */
  const prepare = (batch: Batch, seed: string | null) => {
    const { given, shape, units } = feedOf(objective, batch, seed === null)
    const all = { ...given, ...objective.before?.(viewWith(tensors(), batch, null), given, shape) }
    const told: Record<string, Float32Array> = {}
    const lossOf = (...list: Tensor[]): Scalar => {
      const made = objective.loss(viewWith(list, batch, seed), all, shape)
      for (const [name, values] of Object.entries(made.told ?? {})) told[name] = values.dataSync<'float32'>().slice()
      return made.sum
    }
    return { lossOf, units, means: () => objective.metrics?.(told, batch) ?? {} }
  }

  /** Sum of losses and of gradients over one micro-batch. */
  const gradients = (batch: Batch, seed: string) =>
    tidy(() => {
      const { lossOf, units, means } = prepare(batch, seed)
      const { value, grads } = valueAndGrads(lossOf)(tensors())
      return { loss: value.dataSync()[0], units, grads: grads.map(g => g.dataSync<'float32'>().slice()), means: means() }
    })

  const train = async (micro: Batch[], { lr, step }: Hyper): Promise<TrainResult> => {
    const parts = micro.map((batch, i) => gradients(batch, `${spec.seed}/${step}/${i}`))
    const units = parts.reduce((sum, part) => sum + part.units, 0)
    const grads = parts[0].grads.map((_, i) => sumOf(parts.map(p => p.grads[i]), 1 / units))
    const grad_norm = globalNorm(grads)
    const clip = clipFactor(grad_norm, spec.max_grad_norm)
    trained = trained.map((t, i) => {
      const data = t.data.slice()
      adamw(data, grads[i].map(g => g * clip), moments[i], lr * paceOf(t), step + 1, decays(t.name) ? spec.adam : { ...spec.adam, weight_decay: 0 })
      return { ...t, data }
    })
    return { loss: parts.reduce((sum, p) => sum + p.loss, 0) / units, grad_norm, units, means: parts.reduce<Means>((all, { means }) => addMeans(all, means), {}) }
  }

  const evaluate = async (batch: Batch): Promise<EvalResult> =>
    tidy(() => {
      const { lossOf, units, means } = prepare(batch, null)
      return { loss_sum: lossOf(...tensors()).dataSync()[0], units, means: means() }
    })

  return {
    runtime: `eager ${getBackend()}`,
    train,
    evaluate,
    readTrainable: async () => trained,
    readOptimizer: async () => trained.flatMap(({ name, shape }, i) => (['m', 'v'] as const).map(kind => ({ name: `${name}.${kind}`, shape, data: moments[i][kind] }))),
    writeState: async (trainable, optimizer) => {
      trained = trainable
      moments = trainable.map((_, i) => ({ m: optimizer[2 * i].data.slice(), v: optimizer[2 * i + 1].data.slice() }))
    },
    dispose,
  }
}

const sumOf = (arrays: Float32Array[], factor: number): Float32Array => arrays[0].map((_, i) => arrays.reduce((sum, a) => sum + a[i], 0) * factor)

export function disposeParams(params: Params): void {
  dispose(params as unknown as Parameters<typeof dispose>[0])
}
