/**
 * The training engine on the recorded graph: frozen base, trained slabs, one signature per batch length for loss and gradients, one for the
 * update. It knows batches and tensors; epochs, schedules and files are the loop's.
 */
import { type Tensor, type Tensor1D, grads, slice } from '@tensorflow/tfjs-core'
import { fileTensors } from '@/trainer/adapter/adapter'
import { savedName } from '@/trainer/adapter/saved'
import { startingAdapter, takenOut } from '@/trainer/adapter/starting'
import { neededBeside, paramsIn } from '@/trainer/engine/base'
import { inputFeeds, isPacked } from '@/trainer/engine/batch'
import { FrozenWeights, loadTensor, memoryShape } from '@/trainer/engine/frozen'
import { type BatchShape, type Given, type Means, type ModelView, type Objective, type Side, addMeans } from '@/trainer/engine/objective'
import { runtimeName } from '@/trainer/engine/runtime'
import { Slabs, type TrainedSpec } from '@/trainer/engine/slabs'
import { openSource, type WeightSource } from '@/trainer/engine/source'
import type { Batch, Engine, EngineSpec, EvalResult, Hyper, NamedTensor, TrainResult } from '@/trainer/engine/types'
import { fuseOnGpu } from '@/trainer/engine/xla'
import { Program, type InputSpec, type Scope } from '@/trainer/graph/program'
import { Session } from '@/trainer/graph/session'
import { buildLora, isFast, type LoraSpec as LoraTensors, tensorsOf } from '@/trainer/adapter/lora'
import { decays } from '@/trainer/model/adamw'
import { embeddingNoise } from '@/trainer/model/neftune'
import { type ParamSpec, paramSpecs } from '@/trainer/model/params'
import { type Lora, forward } from '@/trainer/model/transformer'
import { nextToken } from '@/trainer/objectives/next-token'
import { dropoutMask } from '@/trainer/ops/dropout'
import { streamOf } from '@/trainer/random'
import { readRuntime } from '@/trainer/runtime-file'
import { transposed } from '@/trainer/weights/load'

/** What a signature computes: with dropout and gradients, or neither. */
type Mode = 'train' | 'eval'

/** Loads the model into a session and records the programs of a run. */
export async function createEngine(spec: EngineSpec): Promise<Engine> {
  fuseOnGpu(spec.config, readRuntime()?.kind)
  return new GraphEngine(spec, openSource(spec.weights, spec.config, spec.merged, takenOut(spec)))
}

class GraphEngine implements Engine {
  readonly runtime: string
  private readonly session: Session
  private readonly slabs: Slabs
  private readonly frozen: FrozenWeights
  /** null when the model's own tensors are trained. */
  private readonly adapter: Pick<ReturnType<typeof startingAdapter>, 'specs' | 'scale'> | null
  /** The model's own tensors that are trained, by the names of the files that hold them then. */
  private readonly trained: ParamSpec[]
  /** Those among them that stand beside the model's own, by the names of these. */
  private readonly saved: ParamSpec[]
  /** Whether any signature takes positions and segments. */
  private packed = false
  private readonly objective: Objective

  constructor(private readonly spec: EngineSpec, source: WeightSource) {
    const { config } = spec
    const program = new Program(spec.dtype)
    this.objective = spec.objective ?? nextToken
    const begun = spec.lora === null ? null : startingAdapter(spec)
    this.adapter = begun && { specs: begun.specs, scale: begun.scale }
    this.saved = begun?.saved.map(({ param }) => param) ?? []
    this.trained = spec.lora === null ? wholeOf(spec) : this.saved.map(s => ({ ...s, name: savedName(s.name) }))
    // Where the loss asks for what the model began as, what is trained is there a second time.
    this.frozen = new FrozenWeights(program, this.objective.reference ? paramSpecs(config) : this.unchanged(), source)
    const pace = spec.lora?.b_pace ?? 1
    const whole = [...this.trained.map(s => ({ name: s.name, shape: memoryShape(s) })), ...(this.objective.own ?? []).map(({ name, shape }) => ({ name, shape }))]
    const paced = whole.map(s => (spec.lora !== null && isFast(s) ? { ...s, pace } : s))
    this.slabs = new Slabs(program, sparing([...loraTensors(this.adapter?.specs ?? [], pace), ...paced], spec.adam.weight_decay))
    this.frozen.define(program)
    this.slabs.define(program)
    if (spec.lora === null) this.defineStart(program, source)
    this.packed = spec.packed ?? false
    for (const length of spec.lengths) {
      if (spec.rows > 0) this.defineLoss(program, 'train', spec.rows, length)
      if (spec.eval_rows > 0) this.defineLoss(program, 'eval', spec.eval_rows, length)
    }
    this.defineApply(program)
    this.session = Session.open(program)
    this.runtime = runtimeName(spec.dtype)
    this.start(begun && fileTensors(begun))
  }

  /** What of the model stays as it is. */
  private unchanged(): ParamSpec[] {
    const { config, lora } = this.spec
    if (lora !== null) return neededBeside(config, this.saved)
    const own = new Set(this.trained.map(({ name }) => name))
    return paramSpecs(config).filter(({ name }) => !own.has(name))
  }

  /** Fills every variable: base from its files, adapter from its folder or seed, moments with zeros. */
  private start(adapter: NamedTensor[] | null): void {
    const { spec } = this
    this.session.run('clear')
    if (spec.lora === null) this.session.run('load_trained')
    this.frozen.load(this.session)
    if (adapter) this.session.run('write_value', this.slabs.gather([...turned(adapter, this.trained), ...(this.objective.own ?? [])]))
  }

  /** The model's own tensors start from the checkpoint's numbers. */
  private defineStart(program: Program, source: WeightSource): void {
    program.define('load_trained', {}, scope => {
      const model = this.trained.map((s): [string, Tensor] => [s.name, scope.tensor(loadTensor(scope, s, source, 'float32'))])
      const own = (this.objective.own ?? []).map(({ name, shape, data }): [string, Tensor] => [name, scope.tensor(scope.b.g.floats([...data], shape))])
      const tensors = [...model, ...own]
      const flat = this.slabs.pack(new Map(tensors))
      this.slabs.slabs.forEach((slab, i) => scope.assign(slab.value, flat[i]))
      return {}
    })
  }

  private defineLoss(program: Program, mode: Mode, rows: number, length: number): void {
    const { objective } = this
    const size = rows * length
    const shape: BatchShape = { rows, length, labels: size, evaluates: mode === 'eval' }
    const int: InputSpec = { dtype: 'int32', shape: [size] }
    const inputs: Record<string, InputSpec> = {
      ids: int,
      ...(this.packed ? { positions: int, segments: int } : {}),
      ...(mode === 'train' && objective.dropout ? { seed: { dtype: 'int32', shape: [2] } } : {}),
      ...objective.inputs(shape),
    }
    program.define(`${mode}_${length}`, inputs, (scope, x) => {
      const trained = this.slabs.unpack(this.slabs.read(scope))
      const given = { ...x, ...objective.before?.(this.view(scope, trained, x, shape), x, shape) }
      const lossOf = (tensors: Map<string, Tensor>) => objective.loss(this.view(scope, tensors, x, shape), given, shape)
      if (mode === 'eval') return outputs(lossOf(trained))
      const names = [...trained.keys()]
      let made: ReturnType<typeof lossOf> | null = null
      // With respect to the tensors, not to the slabs: the gradient of cutting a slab would be a slab of zeros per tensor.
      const gradientsOf = grads((...tensors) => {
        made = lossOf(new Map(names.map((name, i) => [name, tensors[i]])))
        return made.sum
      })
      const gradients = gradientsOf([...trained.values()])
      this.slabs.accumulate(scope, this.slabs.pack(new Map(names.map((name, i) => [name, gradients[i]]))))
      return outputs(made as unknown as ReturnType<typeof lossOf>)
    })
  }

  /** The model as the objective sees it, with the trained tensors as they are now or on the tape. */
  private view(scope: Scope, trained: Map<string, Tensor>, x: Given, { length }: BatchShape): ModelView {
    const { config, lora } = this.spec
    const marked = new Set<Tensor>()
    const saved = new Map(this.saved.map(({ name }) => [name, trained.get(savedName(name)) as Tensor]))
    const params = paramsIn(scope, config, this.frozen, lora === null ? { tensors: trained, marked } : { saved, marked })
    const reference = this.trained.length > 0 && this.objective.reference ? paramsIn(scope, config, this.frozen) : params
    const of = (side: Side) => (side === 'reference' ? reference : params)
    const cut = (all: Tensor | undefined, from: number, to: number) => (all === undefined ? null : to - from === all.shape[0] / length ? (all as Tensor1D) : slice(all as Tensor1D, from * length, (to - from) * length))
    return {
      hidden: (side, from, to) => {
        const input = { rows: to - from, length, ids: cut(x.ids, from, to) as Tensor1D, positions: cut(x.positions, from, to), segments: cut(x.segments, from, to) }
        const seed = x.seed as Tensor1D | undefined
        const adapter = side === 'reference' || lora === null ? undefined : this.loraTree(trained, seed)
        const noise = side === 'reference' ? undefined : embeddingNoise(this.spec.neftune_alpha, seed, length)
        return forward(of(side), config, input, { lora: adapter, trains: weight => marked.has(weight), noise })
      },
      head: (side = 'policy') => of(side).head,
      softcap: config.logit_softcap,
      trains_head: marked.has(params.head),
      own: name => trained.get(name) as Tensor,
    }
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
    // The seed's second word is the module's, added in the graph; so the first holds seed, step and micro-batch.
    const results = micro.map((batch, i) => this.run('train', batch, { seed: Int32Array.of(streamOf(`${this.spec.seed}/${step}/${i}`) | 0, 0) }))
    const units = results.reduce((sum, result) => sum + result.units, 0)
    if (units === 0) throw new Error('engine: an update without anything to learn')
    const { adam, max_grad_norm } = this.spec
    const t = step + 1
    const correction2 = 1 - adam.beta2 ** t
    const { norm } = this.session.run('apply', {
      share: 1 / units, max_norm: max_grad_norm, decay: 1 - lr * adam.weight_decay, lr, beta1: adam.beta1, beta2: adam.beta2,
      beta1_power: adam.beta1 ** t, beta2_power: adam.beta2 ** t, epsilon: adam.epsilon * Math.sqrt(correction2),
    })
    const loss = results.reduce((sum, { loss_sum }) => sum + loss_sum, 0) / units
    return { loss, grad_norm: norm[0], units, means: results.reduce<Means>((all, { means }) => addMeans(all, means), {}) }
  }

  async evaluate(batch: Batch): Promise<EvalResult> {
    return this.run('eval', batch)
  }

  private run(mode: Mode, batch: Batch, more: Record<string, Int32Array> = {}) {
    if (!this.packed && isPacked(batch)) throw new Error('engine: a packed batch, but the spec says that there are none')
    const { rows, length } = batch
    const { feeds, units } = this.objective.feed(batch, { rows, length, labels: rows * length, evaluates: mode === 'eval' })
    const { loss, ...told } = this.session.run(`${mode}_${length}`, { ...inputFeeds(batch), ...feeds, ...more })
    return { loss_sum: loss[0], units, means: this.objective.metrics?.(told, batch) ?? {} }
  }

  async readTrainable(): Promise<NamedTensor[]> {
    return turned(this.slabs.scatter(this.session.run('read_value') as Record<string, Float32Array>), this.trained)
  }

  async readOptimizer(): Promise<NamedTensor[]> {
    const read = (kind: 'm' | 's') => this.slabs.scatter(this.session.run(`read_${kind}`) as Record<string, Float32Array>)
    return [...prefixed('exp_avg/', read('m')), ...prefixed('exp_avg_sq/', read('s'))]
  }

  async writeState(trainable: NamedTensor[], optimizer: NamedTensor[]): Promise<void> {
    this.session.run('write_value', this.slabs.gather(turned(trainable, this.trained)))
    this.session.run('write_m', this.slabs.gather(unprefixed('exp_avg/', optimizer)))
    this.session.run('write_s', this.slabs.gather(unprefixed('exp_avg_sq/', optimizer)))
  }

  dispose(): void {
    this.session.close()
  }
}

/** What a signature gives: the sum, and the numbers that are told of it. */
const outputs = ({ sum, told }: ReturnType<Objective['loss']>): Record<string, Tensor> => ({ loss: sum, ...told })

const wholeOf = ({ config, trained }: EngineSpec): ParamSpec[] => paramSpecs(config).filter(({ name }) => trained?.has(name) ?? true)

/** What decays, and then what does not, so that slabs are few. */
function sparing(specs: TrainedSpec[], weight_decay: number): TrainedSpec[] {
  if (weight_decay === 0) return specs
  return [...specs.filter(({ name }) => decays(name)), ...specs.filter(({ name }) => !decays(name)).map(spec => ({ ...spec, spared: true }))]
}

/** Between a file's layout and memory's, either way: those that lie transposed are turned. */
function turned(tensors: NamedTensor[], specs: readonly ParamSpec[]): NamedTensor[] {
  const across = new Set(specs.filter(({ transpose }) => transpose).map(({ name }) => name))
  return tensors.map(t => (across.has(t.name) ? { name: t.name, shape: [...t.shape].reverse(), data: transposed(t.data, t.shape[0], t.shape[1]) } : t))
}

const prefixed = (prefix: string, tensors: NamedTensor[]): NamedTensor[] => tensors.map(t => ({ ...t, name: prefix + t.name }))
const unprefixed = (prefix: string, tensors: NamedTensor[]): NamedTensor[] =>
  tensors.filter(t => t.name.startsWith(prefix)).map(t => ({ ...t, name: t.name.slice(prefix.length) }))

/** All A's, then all else where that learns at a pace of its own: tensors of one pace lie in one slab. */
function loraTensors(specs: readonly LoraTensors[], b_pace: number): TrainedSpec[] {
  if (b_pace === 1) return specs.flatMap(tensorsOf)
  return [...specs.map(({ a }) => a), ...specs.flatMap(spec => tensorsOf(spec).slice(1).map(tensor => ({ ...tensor, pace: b_pace })))]
}
