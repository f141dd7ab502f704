/**
 * The training engine on the recorded graph: frozen base, trained slabs, one signature per batch length for loss and gradients, one for the
 * update. It knows batches and tensors; epochs, schedules and files are the loop's.
 */
import { type Scalar, type Tensor, type Tensor1D, grads } from '@tensorflow/tfjs-core'
import { startingAdapter } from '@/trainer/adapter'
import { paramsIn } from '@/trainer/engine/base'
import { batchFeeds, isPacked } from '@/trainer/engine/batch'
import { FrozenWeights, type WeightSource, loadTensor, memoryShape } from '@/trainer/engine/frozen'
import { runtimeName } from '@/trainer/engine/runtime'
import { Slabs } from '@/trainer/engine/slabs'
import type { Batch, Engine, EngineSpec, Hyper, NamedTensor, TrainResult } from '@/trainer/engine/types'
import { Program, type InputSpec, type Scope } from '@/trainer/graph/program'
import { Session } from '@/trainer/graph/session'
import { buildLora } from '@/trainer/lora'
import { paramSpecs } from '@/trainer/model/params'
import { type Lora, forward } from '@/trainer/model/transformer'
import { crossEntropy } from '@/trainer/ops/cross-entropy'
import { dropoutMask } from '@/trainer/ops/dropout'
import { gatherRows } from '@/trainer/ops/gather-rows'
import { streamOf } from '@/trainer/random'
import { openWeights } from '@/trainer/weights/index'

/** What a signature computes: with dropout and gradients, or neither. */
type Mode = 'train' | 'eval'

/** Loads the model into a session and records the programs of a run. */
export async function createEngine(spec: EngineSpec): Promise<Engine> {
  const source: WeightSource = typeof spec.weights === 'string' ? openWeights(spec.weights, spec.config) : spec.weights
  return new GraphEngine(spec, source)
}

class GraphEngine implements Engine {
  readonly runtime: string
  private readonly session: Session
  private readonly slabs: Slabs
  private readonly frozen: FrozenWeights
  /** null when every tensor of the model is trained. */
  private readonly adapter: ReturnType<typeof startingAdapter> | null
  /** Whether any signature takes positions and segments. */
  private packed = false

  constructor(private readonly spec: EngineSpec, source: WeightSource) {
    const { config } = spec
    const program = new Program(spec.dtype)
    this.adapter = spec.lora === null ? null : startingAdapter(spec)
    const all = paramSpecs(config)
    this.frozen = new FrozenWeights(program, spec.lora === null ? [] : all, source)
    this.slabs = new Slabs(program, spec.lora === null ? all.map(s => ({ name: s.name, shape: memoryShape(s) })) : (this.adapter?.specs ?? []).flatMap(l => [l.a, l.b]))
    this.frozen.define(program)
    this.slabs.define(program)
    if (spec.lora === null) this.defineStart(program, source)
    this.packed = spec.packed ?? false
    for (const length of spec.lengths) {
      this.defineLoss(program, 'train', spec.rows, length)
      if (spec.eval_rows > 0) this.defineLoss(program, 'eval', spec.eval_rows, length)
    }
    this.defineApply(program)
    this.session = Session.open(program)
    this.runtime = runtimeName(spec.dtype)
    this.start()
  }

  /** Fills every variable: base from its files, adapter from its folder or seed, moments with zeros. */
  private start(): void {
    const { spec } = this
    this.session.run('clear')
    if (spec.lora === null) {
      this.session.run('load_trained')
      return
    }
    this.session.run('load')
    if (this.adapter) this.session.run('write_value', this.slabs.gather(this.adapter.tensors))
  }

  /** Full training starts from the checkpoint's own numbers. */
  private defineStart(program: Program, source: WeightSource): void {
    program.define('load_trained', {}, scope => {
      const tensors = paramSpecs(this.spec.config).map((s): [string, Tensor] => [s.name, scope.tensor(loadTensor(scope, s, source, 'float32'))])
      const flat = this.slabs.pack(new Map(tensors))
      this.slabs.slabs.forEach((slab, i) => scope.assign(slab.value, flat[i]))
      return {}
    })
  }

  private defineLoss(program: Program, mode: Mode, rows: number, length: number): void {
    const size = rows * length
    const int: InputSpec = { dtype: 'int32', shape: [size] }
    const inputs = {
      ids: int, places: int, targets: int, weights: { dtype: 'float32', shape: [size] } satisfies InputSpec,
      ...(this.packed ? { positions: int, segments: int } : {}),
      ...(mode === 'train' ? { seed: { dtype: 'int32', shape: [2] } satisfies InputSpec } : {}),
    }
    program.define(`${mode}_${length}`, inputs, (scope, x) => {
      const given = x as Record<string, Tensor1D>
      const trained = this.slabs.unpack(this.slabs.read(scope))
      if (mode === 'eval') return { loss: this.loss(scope, trained, given, rows, length) }
      const names = [...trained.keys()]
      let value: Scalar | null = null
      // With respect to the tensors, not to the slabs: the gradient of cutting a slab would be a slab of zeros per tensor.
      const gradientsOf = grads((...tensors) => {
        value = this.loss(scope, new Map(names.map((name, i) => [name, tensors[i]])), given, rows, length)
        return value
      })
      const gradients = gradientsOf([...trained.values()])
      this.slabs.accumulate(scope, this.slabs.pack(new Map(names.map((name, i) => [name, gradients[i]]))))
      return { loss: value as unknown as Scalar }
    })
  }

  /** Sum of the target tokens' losses. */
  private loss(scope: Scope, trained: Map<string, Tensor>, x: Record<string, Tensor1D>, rows: number, length: number): Scalar {
    const { config, lora } = this.spec
    const params = paramsIn(scope, config, this.frozen, lora === null ? trained : undefined)
    const input = { rows, length, ids: x.ids, positions: x.positions ?? null, segments: x.segments ?? null }
    const hidden = forward(params, config, input, {
      lora: lora === null ? undefined : this.loraTree(trained, x.seed),
      trains: () => lora === null,
    })
    return crossEntropy(gatherRows(hidden, x.places), params.head, x.targets, x.weights, { softcap: config.logit_softcap, train: lora === null })
  }

  private loraTree(trained: Map<string, Tensor>, seed: Tensor1D | undefined): Lora {
    const { adapter, spec: { lora } } = this
    if (adapter === null || lora === null) throw new Error('engine: there is no LoRA')
    const weights = buildLora(adapter.specs, ({ name }) => trained.get(name) as Tensor)
    const dropout = lora.dropout > 0 && seed !== undefined ? (module: string, shape: [number, number]) => dropoutMask(seed, streamOf(module) | 0, shape, lora.dropout) : undefined
    return { weights, scale: adapter.scale, dropout }
  }

  private defineApply(program: Program): void {
    const scalar: InputSpec = { dtype: 'float32', shape: [] }
    const inputs = {
      share: scalar, max_norm: scalar, decay: scalar, lr: scalar, beta1_power: scalar, beta2_power: scalar, beta1: scalar, beta2: scalar, epsilon: scalar,
    }
    const { adam, max_grad_norm } = this.spec
    program.define('apply', inputs, (scope, x) => ({ norm: this.slabs.apply(scope, x, adam.weight_decay > 0, max_grad_norm > 0) }))
  }

  async train(micro: Batch[], { lr, step }: Hyper): Promise<TrainResult> {
    let sum = 0
    let tokens = 0
    micro.forEach((batch, i) => {
      const { feeds, tokens: count } = this.feeds(batch)
      // The seed's second word is the module's, added in the graph; so the first holds seed, step and micro-batch.
      const seed = Int32Array.of(streamOf(`${this.spec.seed}/${step}/${i}`) | 0, 0)
      sum += this.session.run(`train_${batch.length}`, { ...feeds, seed }).loss[0]
      tokens += count
    })
    if (tokens === 0) throw new Error('engine: an update without a target token')
    const { adam, max_grad_norm } = this.spec
    const t = step + 1
    const correction2 = 1 - adam.beta2 ** t
    const { norm } = this.session.run('apply', {
      share: 1 / tokens, max_norm: max_grad_norm, decay: 1 - lr * adam.weight_decay, lr, beta1: adam.beta1, beta2: adam.beta2,
      beta1_power: adam.beta1 ** t, beta2_power: adam.beta2 ** t, epsilon: adam.epsilon * Math.sqrt(correction2),
    })
    return { loss: sum / tokens, grad_norm: norm[0], tokens }
  }

  async evaluate(batch: Batch): Promise<{ loss_sum: number; tokens: number }> {
    const { feeds, tokens } = this.feeds(batch)
    return { loss_sum: this.session.run(`eval_${batch.length}`, feeds).loss[0], tokens }
  }

  private feeds(batch: Batch) {
    if (!this.packed && isPacked(batch)) throw new Error('engine: a packed batch, but the spec says that there are none')
    return batchFeeds(batch)
  }

  async readTrainable(): Promise<NamedTensor[]> {
    return this.slabs.scatter(this.session.run('read_value') as Record<string, Float32Array>)
  }

  async readOptimizer(): Promise<NamedTensor[]> {
    const read = (kind: 'm' | 's') => this.slabs.scatter(this.session.run(`read_${kind}`) as Record<string, Float32Array>)
    return [...prefixed('exp_avg/', read('m')), ...prefixed('exp_avg_sq/', read('s'))]
  }

  async writeState(trainable: NamedTensor[], optimizer: NamedTensor[]): Promise<void> {
    this.session.run('write_value', this.slabs.gather(trainable))
    this.session.run('write_m', this.slabs.gather(unprefixed('exp_avg/', optimizer)))
    this.session.run('write_s', this.slabs.gather(unprefixed('exp_avg_sq/', optimizer)))
  }

  dispose(): void {
    this.session.close()
  }
}

const prefixed = (prefix: string, tensors: NamedTensor[]): NamedTensor[] => tensors.map(t => ({ ...t, name: prefix + t.name }))
const unprefixed = (prefix: string, tensors: NamedTensor[]): NamedTensor[] =>
  tensors.filter(t => t.name.startsWith(prefix)).map(t => ({ ...t, name: t.name.slice(prefix.length) }))
