/**
 * The engine's contract on any eager TF.js backend, in float32: the same model code without a recorder, an optimiser on plain arrays. Slow and
 * plain on purpose: the recorded engine is checked against it, and it trains where nothing native does (WASM).
 */
import '@/trainer/ops/autodiff'
import '@/trainer/ops/wasm-kernels'
import { type Scalar, type Tensor, type Tensor1D, dispose, getBackend, tensor, tensor1d, tidy, transpose, valueAndGrads } from '@tensorflow/tfjs-core'
import type { ModelConfig } from '@/lib/models/config'
import { readAdapter, startingAdapter } from '@/trainer/adapter'
import type { Batch, Engine, EngineSpec, Hyper, LoraSpec as LoraSettings, NamedTensor, TrainResult } from '@/trainer/engine/types'
import { type LoraSpec, buildLora, loraScale } from '@/trainer/lora'
import { type AdamState, adamw, clipFactor, globalNorm } from '@/trainer/model/adamw'
import { type Params, buildParams } from '@/trainer/model/params'
import { type ForwardInput, type ForwardOptions, type Lora, forward, logits } from '@/trainer/model/transformer'
import { crossEntropy } from '@/trainer/ops/cross-entropy'
import { dropoutMask } from '@/trainer/ops/dropout'
import { gatherRows } from '@/trainer/ops/gather-rows'
import { streamOf } from '@/trainer/random'
import { openWeights } from '@/trainer/weights/index'
import { loadParams } from '@/trainer/weights/load'
import { readTensor } from '@/trainer/weights/safetensors'

/** Positions whose next token is a target, and those targets. */
export function targetsOf({ rows, length, labels }: Batch): { rows: Int32Array; targets: Int32Array } {
  const found: number[] = []
  for (let row = 0; row < rows; row++) {
    for (let t = 0; t + 1 < length; t++) if (labels[row * length + t + 1] !== -100) found.push(row * length + t)
  }
  return { rows: Int32Array.from(found), targets: Int32Array.from(found, i => labels[i + 1]) }
}

/** A batch's arrays as tensors on the current backend. */
export function inputOf({ rows, length, ids, positions, segments }: Batch): ForwardInput {
  const own = (a: Int32Array | null): Tensor1D | null => (a === null ? null : tensor1d(a, 'int32'))
  return { rows, length, ids: tensor1d(ids, 'int32'), positions: own(positions), segments: own(segments) }
}

/** Sum of the losses at a batch's targets. */
export function batchLoss(params: Params, config: ModelConfig, batch: Batch, options: ForwardOptions = {}): Scalar {
  const { rows, targets } = targetsOf(batch)
  const hidden = gatherRows(forward(params, config, inputOf(batch), options), tensor1d(rows, 'int32'))
  const weights = tensor1d(new Float32Array(rows.length).fill(1))
  return crossEntropy(hidden, params.head, tensor1d(targets, 'int32'), weights, { softcap: config.logit_softcap, train: options.trains?.(params.head) })
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

/** The forward pass's options for an adapter's folder, with its tensors on the current backend. */
export function adapterOptions(folder: string | null, config: ModelConfig): ForwardOptions {
  if (folder === null) return {}
  const { specs, tensors, settings } = readAdapter(folder, config)
  return loraOptions(specs, tensors, loraScale(settings))
}

/** What is trained: its arrays at the start, and the model that uses them once they are tensors. With a seed it trains, so dropout is on. */
interface Trained {
  start: NamedTensor[]
  model: (list: Tensor[], seed: string | null) => { params: Params; options: ForwardOptions }
  dispose: () => void
}

function trainedLora({ config, weights, adapter, seed }: EagerSpec, lora: LoraSettings): Trained {
  const { specs, tensors, scale } = startingAdapter({ config, lora, adapter, seed })
  const params = loadParams(weights, config)
  return {
    start: tensors,
    model: (list, seed) => ({ params, options: { lora: { weights: buildLora(specs, byName(tensors, list)), scale, dropout: dropoutOf(lora.dropout, seed) } } }),
    dispose: () => disposeParams(params),
  }
}

/** Masks by the same rule as the recorded engine's: a seed of the micro-batch, and the module's name. */
function dropoutOf(p: number, seed: string | null): Lora['dropout'] {
  if (p === 0 || seed === null) return undefined
  const words = tensor1d([streamOf(seed) | 0, 0], 'int32')
  return (module, shape) => dropoutMask(words, streamOf(module) | 0, shape, p)
}

/** Every tensor of the checkpoint, in its own layout; the transposes are part of the program. */
function trainedWhole({ config, weights }: EagerSpec): Trained {
  const index = openWeights(weights, config)
  const start = [...index].map(([name, entry]): NamedTensor => ({ name, shape: entry.shape, data: readTensor(entry) }))
  return {
    start,
    model: list => {
      const get = byName(start, list)
      return { params: buildParams(config, spec => (spec.transpose ? transpose(get(spec)) : get(spec))), options: { trains: () => true } }
    },
    dispose: () => {},
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

export type EagerSpec = Pick<EngineSpec, 'config' | 'lora' | 'adapter' | 'seed' | 'adam' | 'max_grad_norm'> & { weights: string }

/** Trains on whatever backend is current. */
export function createEagerEngine(spec: EagerSpec): Engine {
  const { config } = spec
  const { start, model, dispose } = spec.lora === null ? trainedWhole(spec) : trainedLora(spec, spec.lora)
  let trained = start
  let moments: AdamState[] = trained.map(t => ({ m: new Float32Array(t.data.length), v: new Float32Array(t.data.length) }))

  const lossOf = (batch: Batch, list: Tensor[], seed: string | null): Scalar => {
    const { params, options } = model(list, seed)
    return batchLoss(params, config, batch, options)
  }
  const tensors = (): Tensor[] => trained.map(t => tensor(t.data.slice(), t.shape))

  /** Sum of losses and of gradients over one micro-batch. */
  const gradients = (batch: Batch, seed: string): { loss: number; grads: Float32Array[] } =>
    tidy(() => {
      const { value, grads } = valueAndGrads((...list: Tensor[]) => lossOf(batch, list, seed))(tensors())
      return { loss: value.dataSync()[0], grads: grads.map(g => g.dataSync<'float32'>().slice()) }
    })

  const train = async (micro: Batch[], { lr, step }: Hyper): Promise<TrainResult> => {
    const tokens = micro.reduce((sum, batch) => sum + targetsOf(batch).rows.length, 0)
    const parts = micro.map((batch, i) => gradients(batch, `${spec.seed}/${step}/${i}`))
    const grads = parts[0].grads.map((_, i) => sumOf(parts.map(p => p.grads[i]), 1 / tokens))
    const grad_norm = globalNorm(grads)
    const clip = clipFactor(grad_norm, spec.max_grad_norm)
    trained = trained.map((t, i) => {
      const data = t.data.slice()
      adamw(data, grads[i].map(g => g * clip), moments[i], lr, step + 1, spec.adam)
      return { ...t, data }
    })
    return { loss: parts.reduce((sum, p) => sum + p.loss, 0) / tokens, grad_norm, tokens }
  }

  return {
    runtime: `eager ${getBackend()}`,
    train,
    evaluate: async batch => tidy(() => ({ loss_sum: lossOf(batch, tensors(), null).dataSync()[0], tokens: targetsOf(batch).rows.length })),
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
