/**
 * A TensorFlow graph under construction: nodes with equal meaning are kept once, and what no signature needs is not written.
 * Knows TensorFlow's ops by name only; which op a TF.js kernel becomes is in rules/.
 */
import { type AttrValue, type NodeDef, shapeProto } from './proto'

/** TensorFlow's DataType numbers (tensorflow/core/framework/types.proto). */
export const DT = { float32: 1, int32: 3, uint8: 4, int16: 5, string: 7, int64: 9, bool: 10, bfloat16: 14, float16: 19, resource: 20 } as const
export type Dtype = Exclude<keyof typeof DT, 'string'>

/** One output of a node. `dtype` is what TensorFlow holds, which may be bfloat16 where TF.js says float32. */
export interface Sym {
  /** "node" or "node:1", as a NodeDef's input names it. */
  readonly ref: string
  readonly dtype: Dtype
  readonly shape: number[]
}

interface Node extends NodeDef {
  /** Nodes it needs, by name, control inputs included. */
  readonly needs: string[]
}

export const attr = {
  type: (dtype: Dtype): AttrValue => ({ type: DT[dtype] }),
  int: (i: number): AttrValue => ({ i }),
  float: (f: number): AttrValue => ({ f }),
  bool: (b: boolean): AttrValue => ({ b }),
  shape: (shape: number[]): AttrValue => ({ shape: shapeProto(shape) }),
  text: (s: string): AttrValue => ({ s: new TextEncoder().encode(s) }),
}

export interface NodeOptions {
  /** A node with an effect or a random result is never shared. */
  effect?: boolean
  /** Names of nodes that must have run before. */
  after?: string[]
  /** "/CPU:0" keeps a node off the GPU. */
  device?: string
}

export class Graph {
  private readonly nodes = new Map<string, Node>()
  private readonly known = new Map<string, string>()
  private count = 0

  /** Appends a node with one output per entry of `outputs`; returns them. Inputs are given as `Sym`s, in the op's order. */
  add(op: string, inputs: Sym[], attrs: Record<string, AttrValue>, outputs: { dtype: Dtype; shape: number[] }[], options: NodeOptions = {}): Sym[] {
    const input = inputs.map(x => x.ref).concat((options.after ?? []).map(name => `^${name}`))
    const key = options.effect ? null : `${op}|${input.join(',')}|${options.device ?? ''}|${attrKey(attrs)}`
    let name = key === null ? undefined : this.known.get(key)
    if (name === undefined) {
      name = `n${this.count++}`
      this.nodes.set(name, { name, op, input, device: options.device, attr: attrs, needs: input.map(nodeOf) })
      if (key !== null) this.known.set(key, name)
    }
    const node = name
    return outputs.map((o, i) => ({ ref: i === 0 ? node : `${node}:${i}`, ...o }))
  }

  /** A node with a name of its own (placeholders, variables, what is fetched), never shared. */
  addNamed(name: string, op: string, inputs: Sym[], attrs: Record<string, AttrValue>, output: { dtype: Dtype; shape: number[] }, after: string[] = []): Sym {
    if (this.nodes.has(name)) throw new Error(`graph: two nodes are named ${name}`)
    const input = inputs.map(x => x.ref).concat(after.map(n => `^${n}`))
    this.nodes.set(name, { name, op, input, attr: attrs, needs: input.map(nodeOf) })
    return { ref: name, ...output }
  }

  /** A constant; equal ones are one node. `bytes` are little-endian, row-major. */
  constant(bytes: Uint8Array, dtype: Dtype, shape: number[]): Sym {
    const tensor = { dtype: DT[dtype], tensor_shape: shapeProto(shape), tensor_content: bytes }
    return this.add('Const', [], { dtype: attr.type(dtype), value: { tensor } }, [{ dtype, shape }])[0]
  }

  ints(values: number[], shape: number[] = [values.length]): Sym {
    return this.constant(bytesOf(Int32Array.from(values)), 'int32', shape)
  }

  floats(values: number[], shape: number[] = [values.length]): Sym {
    return this.constant(bytesOf(Float32Array.from(values)), 'float32', shape)
  }

  /** A bfloat16 tensor that `x` is in float32, where it is one: the same numbers in half the memory, for kernels that take either. Otherwise `x`. */
  unwidened(x: Sym): Sym {
    const node = this.nodes.get(x.ref)
    const from = node?.op === 'Cast' ? node.attr.SrcT : undefined
    return x.dtype === 'float32' && node && from && 'type' in from && from.type === DT.bfloat16 ? { ref: node.input[0], dtype: 'bfloat16', shape: x.shape } : x
  }

  get size(): number {
    return this.nodes.size
  }

  /** The nodes that `roots` need, in the order in which they were added. */
  reachable(roots: string[]): NodeDef[] {
    const seen = new Set<string>()
    const stack = roots.map(nodeOf)
    for (let name = stack.pop(); name !== undefined; name = stack.pop()) {
      if (seen.has(name)) continue
      seen.add(name)
      const node = this.nodes.get(name)
      if (!node) throw new Error(`graph: no node is named ${name}`)
      stack.push(...node.needs)
    }
    return [...this.nodes.values()].filter(n => seen.has(n.name))
  }
}

/** "^n3" and "n3:1" are both about node n3. */
export const nodeOf = (ref: string): string => ref.replace(/^\^/, '').replace(/:\d+$/, '')

export const bytesOf = (a: Int32Array | Float32Array | Uint8Array): Uint8Array => new Uint8Array(a.buffer, a.byteOffset, a.byteLength)

/** Byte contents enter the key as latin-1 text: exact, and cheap for the small constants that programs hold. */
function attrKey(attrs: Record<string, AttrValue>): string {
  return JSON.stringify(attrs, (_, v) => (v instanceof Uint8Array ? Buffer.from(v.buffer, v.byteOffset, v.byteLength).toString('latin1') : v))
}
