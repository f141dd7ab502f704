/**
 * A program: signatures (functions recorded from TF.js code) over shared resource variables. Here are the stateful parts that TF.js has no
 * kernels for: variables, assignments, Adam's update. Running it is session.ts.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { type GraphBackend, record } from './backend'
import { type AttrValue, type SignatureDef, type TensorInfoDef, shapeProto } from './proto'
import { DT, type Dtype, Graph, type Sym, attr, nodeOf } from './graph'

export interface InputSpec {
  dtype: 'float32' | 'int32'
  shape: number[]
}

/** State that lives in the session, on its device, from one call to the next. */
export interface Variable {
  readonly name: string
  readonly dtype: Dtype
  readonly shape: number[]
  readonly handle: Sym
}

export interface Signature {
  /** Placeholder name of each input. */
  inputs: Record<string, InputSpec & { node: string }>
  /** Node to fetch for each output. */
  outputs: Record<string, string>
}

/** What a signature's body may do besides plain TF.js ops. Effects happen in the order in which they are recorded where they touch one variable. */
export class Scope {
  private readonly reads = new Map<string, Sym>()
  private readonly touched = new Map<string, string[]>()
  readonly effects: string[] = []

  constructor(readonly b: GraphBackend) {}

  /** A symbol as a TF.js tensor. */
  tensor<T extends Tensor = Tensor>(sym: Sym): T {
    return tf.engine().makeTensorFromTensorInfo(this.b.tensor(sym)) as T
  }
  sym(x: Tensor): Sym {
    return this.b.sym(x)
  }

  /** The variable's value, after the effects on it so far. Not copied: the value is the variable's own buffer. */
  readSym(v: Variable): Sym {
    const known = this.reads.get(v.name)
    if (known) return known
    const after = this.touched.get(v.name)?.slice(-1)
    const [sym] = this.b.g.add('ReadVariableOp', [v.handle], { dtype: attr.type(v.dtype) }, [{ dtype: v.dtype, shape: v.shape }], { effect: true, after })
    this.reads.set(v.name, sym)
    return sym
  }
  read<T extends Tensor = Tensor>(v: Variable): T {
    return this.tensor<T>(this.readSym(v))
  }

  assign(v: Variable, value: Tensor | Sym): void {
    this.update('AssignVariableOp', v, [this.b.cast(this.toSym(value), v.dtype)])
  }
  assignAdd(v: Variable, value: Tensor | Sym): void {
    this.update('AssignAddVariableOp', v, [this.b.cast(this.toSym(value), v.dtype)])
  }

  /**
   * The same numbers in memory of TensorFlow's own. What is fed lies where JavaScript put it, a variable takes over the memory it is assigned, and an
   * update in place wants it aligned to 64 bytes.
   */
  copy(x: Tensor): Sym {
    const sym = this.sym(x)
    const { dtype, shape } = sym
    const [copied] = this.b.g.add('DeepCopy', [sym], { T: attr.type(dtype) }, [{ dtype, shape }], { effect: true })
    return copied
  }

  /**
   * One step of Adam (arXiv 1412.6980) on a whole variable. `rates` holds β1ᵗ, β2ᵗ, the learning rate, β1, β2 and ε as scalars. TensorFlow's ε is
   * inside the bias correction; with ε·√(1-β2ᵗ) given for it, the step is PyTorch's.
   */
  adam(v: Variable, m: Variable, s: Variable, rates: Record<'beta1_power' | 'beta2_power' | 'lr' | 'beta1' | 'beta2' | 'epsilon', Tensor>, gradient: Tensor): void {
    const { beta1_power, beta2_power, lr, beta1, beta2, epsilon } = rates
    const scalars = [beta1_power, beta2_power, lr, beta1, beta2, epsilon].map(x => this.sym(x))
    this.effect('ResourceApplyAdam', [v, m, s], [v.handle, m.handle, s.handle, ...scalars, this.sym(gradient)], { T: attr.type(v.dtype) })
  }

  private toSym(value: Tensor | Sym): Sym {
    return 'ref' in value ? value : this.sym(value)
  }
  private update(op: string, v: Variable, inputs: Sym[]): void {
    this.effect(op, [v], [v.handle, ...inputs], { dtype: attr.type(v.dtype) })
  }
  /** A node without outputs that changes `vars`; later effects on them, and reads, come after it. */
  effect(op: string, vars: Variable[], inputs: Sym[], attrs: Record<string, AttrValue>): void {
    const after = vars.flatMap(v => this.touched.get(v.name)?.slice(-1) ?? [])
    // An assignment must not overtake a read of the old value whose readers are still to run.
    const reads = vars.flatMap(v => (this.reads.has(v.name) ? [nodeOf((this.reads.get(v.name) as Sym).ref)] : []))
    const [out] = this.b.g.add(op, inputs, attrs, [{ dtype: 'resource', shape: [] }], { effect: true, after: [...new Set([...after, ...reads])] })
    this.effects.push(out.ref)
    for (const v of vars) {
      this.touched.set(v.name, [...(this.touched.get(v.name) ?? []), out.ref])
      this.reads.delete(v.name)
    }
  }
}

export class Program {
  readonly graph = new Graph()
  readonly signatures: Record<string, Signature> = {}
  private readonly variables = new Map<string, Variable>()

  /** @param storage what frozen weights and the activations between matrix products are kept in */
  constructor(readonly storage: 'float32' | 'bfloat16') {}

  variable(name: string, dtype: Dtype, shape: number[]): Variable {
    if (this.variables.has(name)) throw new Error(`program: two variables are named ${name}`)
    const attrs = { dtype: attr.type(dtype), shape: attr.shape(shape), shared_name: attr.text(name), container: attr.text('') }
    const handle = this.graph.addNamed(`var/${safe(name)}`, 'VarHandleOp', [], attrs, { dtype: 'resource', shape: [] })
    const v = { name, dtype, shape, handle }
    this.variables.set(name, v)
    return v
  }

  /**
   * Records a function of `inputs`. Its effects run at every call, before its outputs are there.
   * A body with effects alone may return {}; the call then answers {done: 0}.
   */
  define<I extends Record<string, InputSpec>>(name: string, inputs: I, body: (scope: Scope, x: { [K in keyof I]: Tensor }) => Record<string, Tensor | Sym>): void {
    const signature: Signature = { inputs: {}, outputs: {} }
    record(this.graph, this.storage, b => {
      const scope = new Scope(b)
      const given: Record<string, Tensor> = {}
      for (const [key, { dtype, shape }] of Object.entries(inputs)) {
        const node = `${name}/in/${key}`
        given[key] = scope.tensor(this.graph.addNamed(node, 'Placeholder', [], { dtype: attr.type(dtype), shape: attr.shape(shape) }, { dtype, shape }))
        signature.inputs[key] = { dtype, shape, node }
      }
      const outputs = Object.entries(body(scope, given as { [K in keyof I]: Tensor }))
      if (outputs.length === 0) outputs.push(['done', this.graph.ints([0], [])])
      for (const [key, value] of outputs) {
        const sym = 'ref' in value ? value : scope.sym(value)
        // TF.js knows no bfloat16, so nothing leaves as such.
        const out = sym.dtype === 'bfloat16' ? b.cast(sym, 'float32') : sym
        const node = `${name}/out/${key}`
        this.graph.addNamed(node, 'Identity', [out], { T: attr.type(out.dtype) }, out, scope.effects)
        signature.outputs[key] = node
      }
    })
    this.signatures[name] = signature
  }

  /** Nodes that some signature needs, and the signatures in TensorFlow's form. */
  export(): { nodes: ReturnType<Graph['reachable']>; signatures: Record<string, SignatureDef> } {
    const all = Object.values(this.signatures)
    const nodes = this.graph.reachable(all.flatMap(s => [...Object.values(s.outputs), ...Object.values(s.inputs).map(i => i.node)]))
    const signatures = Object.fromEntries(Object.entries(this.signatures).map(([name, s]) => [name, {
      inputs: Object.fromEntries(Object.entries(s.inputs).map(([key, i]): [string, TensorInfoDef] => [key, { name: `${i.node}:0`, dtype: DT[i.dtype], tensor_shape: shapeProto(i.shape) }])),
      outputs: Object.fromEntries(Object.entries(s.outputs).map(([key, node]): [string, TensorInfoDef] => [key, { name: `${node}:0`, dtype: DT.float32, tensor_shape: shapeProto([]) }])),
    }]))
    return { nodes, signatures }
  }
}

/** TensorFlow's node names allow letters, digits and . _ - / */
const safe = (name: string): string => name.replace(/[^A-Za-z0-9._/-]/g, '_')
