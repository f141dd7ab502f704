/**
 * The recording backend: a TF.js backend whose tensors are names of graph outputs. Running a TF.js program on it, gradients included,
 * appends nodes to a `Graph` and computes nothing but shapes. The kernels are the tables in rules/.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { DataId, TensorInfo } from '@tensorflow/tfjs-core'
import { loadNative } from './native'
import { Graph, type Dtype, type Sym, attr, bytesOf } from './graph'
import { compositeRules } from './rules/composite'
import { fusedRules } from './rules/fused'
import { elementwiseRules } from './rules/elementwise'
import { matmulRules } from './rules/matmul'
import { reductionRules } from './rules/reduction'
import { shapeRules } from './rules/shape'
import type { KernelArgs, Rule } from './rules/rule'

export const backendName = 'graph'

/** What kernel attributes and constants may be fed from: a number, or flat values. */
type Values = ArrayLike<number | boolean>

export class GraphBackend extends tf.KernelBackend {
  /** The graph that kernels append to; set by `record`. */
  graph: Graph | null = null
  /** What `ToStorage` casts to, and what frozen weights are kept in. */
  storage: 'float32' | 'bfloat16' = 'float32'
  private readonly syms = new Map<DataId, Sym>()

  /** The graph under construction. */
  get g(): Graph {
    if (!this.graph) throw new Error('graph backend: nothing is being recorded')
    return this.graph
  }

  /** The symbol behind a recorded tensor. */
  sym(x: TensorInfo): Sym {
    const sym = this.syms.get(x.dataId)
    if (!sym) throw new Error('graph backend: the tensor belongs to no recording')
    return sym
  }

  /** A TF.js tensor that stands for `sym`. TF.js sees bfloat16 as float32. */
  tensor(sym: Sym): TensorInfo {
    const dataId = {}
    this.syms.set(dataId, sym)
    return { dataId, shape: sym.shape, dtype: tfjsDtype(sym.dtype) }
  }

  /** `x` as `dtype`; no node where it is that already. */
  cast(x: Sym, dtype: Dtype): Sym {
    if (x.dtype === dtype) return x
    return this.g.add('Cast', [x], { SrcT: attr.type(x.dtype), DstT: attr.type(dtype), Truncate: attr.bool(false) }, [{ dtype, shape: x.shape }])[0]
  }

  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): DataId {
    const numbers = values as Values
    const bytes = dtype === 'bool' ? Uint8Array.from(numbers, Number) : bytesOf(dtype === 'int32' ? Int32Array.from(numbers, Number) : Float32Array.from(numbers, Number))
    return this.tensor(this.g.constant(bytes, dtype as Dtype, shape)).dataId
  }
  /** Symbols stay until the recording ends: gradients may look at tensors that TF.js has already tidied away, and a name costs nothing. */
  override disposeData(): boolean {
    return true
  }
  override incRef(): void {}
  override refCount(): number {
    return 1
  }
  /** Forgets all symbols. */
  clear(): void {
    this.syms.clear()
  }
  override numDataIds(): number {
    return this.syms.size
  }
  override readSync(): never {
    throw new Error('graph backend: a recorded tensor has no values until the program runs')
  }
  override read(): never {
    return this.readSync()
  }
  override memory() {
    return { unreliable: true, reasons: ['recorded tensors have no memory'] }
  }
  override floatPrecision(): 32 {
    return 32
  }
  override epsilon(): number {
    return 1e-7
  }
  override timerAvailable(): boolean {
    return false
  }
  override dispose(): void {
    this.clear()
  }
}

const tfjsDtype = (dtype: Dtype): tf.DataType => (dtype === 'int32' || dtype === 'bool' ? dtype : 'float32')

/** Every kernel that can be recorded, by TF.js's kernel name. */
export const rules: Record<string, Rule> = {
  ...elementwiseRules, ...reductionRules, ...shapeRules, ...matmulRules, ...compositeRules, ...fusedRules,
}

let instance: GraphBackend | null = null

/** The recording backend, registered with TF.js at first use. */
export function graphBackend(): GraphBackend {
  if (instance) return instance
  loadNative() // registers TF.js's gradients, too
  const backend = new GraphBackend()
  for (const [kernelName, rule] of Object.entries(rules)) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => {
        const args: KernelArgs = { b: backend, inputs: inputs as KernelArgs['inputs'], attrs: (attrs ?? {}) as KernelArgs['attrs'] }
        const out = rule(args)
        return Array.isArray(out) ? out.map(s => backend.tensor(s)) : backend.tensor(out)
      },
    })
  }
  tf.registerBackend(backendName, () => backend)
  instance = backend
  return backend
}

/**
 * Runs `program` on the recording backend; its ops go to `graph`. The backend that was set before is set again.
 * `program` must be synchronous, and what it returns are symbols, not tensors: recorded tensors do not outlive it.
 */
export function record<T>(graph: Graph, storage: GraphBackend['storage'], program: (b: GraphBackend) => T): T {
  const b = graphBackend()
  const before = tf.getBackend()
  // setBackend is async only for backends that start asynchronously; these two are set before it returns.
  void tf.setBackend(backendName)
  b.graph = graph
  b.storage = storage
  const scope = tf.engine()
  scope.startScope('record')
  try {
    return program(b)
  } finally {
    scope.endScope()
    b.clear()
    b.graph = null
    if (before) void tf.setBackend(before)
  }
}
