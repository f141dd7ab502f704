/** The shape of a recording rule: what a TF.js kernel becomes in a TensorFlow graph. One rule, one kernel. */
import type { TensorInfo } from '@tensorflow/tfjs-core'
import { type AttrValue } from '../proto'
import { type Dtype, type Sym, attr } from '../graph'
import type { GraphBackend } from '../backend'

/** Attributes by name; what each is, its kernel's declaration in tfjs-core's kernel_names says. */
export type KernelAttrs = Record<string, never>

export interface KernelArgs {
  b: GraphBackend
  /** TF.js gives named inputs, or an array for Concat, Pack and AddN. */
  inputs: Record<string, TensorInfo> & TensorInfo[]
  /** The kernel's own attributes; each rule knows its kernel's. */
  attrs: KernelAttrs
}
export type Rule = (args: KernelArgs) => Sym | Sym[]

/** A node with one output of `shape`, whose dtype is the first input's unless given, with TensorFlow's usual attribute T. */
export function node(b: GraphBackend, op: string, inputs: Sym[], shape: number[], more: Record<string, AttrValue> = {}, dtype: Dtype = inputs[0].dtype): Sym {
  return b.g.add(op, inputs, { T: attr.type(inputs[0].dtype), ...more }, [{ dtype, shape }])[0]
}

/** `x` with the same elements in another shape; no node where the shape is the same. */
export function reshaped(b: GraphBackend, x: Sym, shape: number[]): Sym {
  if (x.shape.length === shape.length && x.shape.every((d, i) => d === shape[i])) return x
  return node(b, 'Reshape', [x, b.g.ints(shape)], shape, { Tshape: attr.type('int32') })
}

/** Both in one dtype: where only one is bfloat16, that one is widened. */
export function widened(b: GraphBackend, x: Sym, y: Sym): [Sym, Sym] {
  if (x.dtype === y.dtype) return [x, y]
  return [b.cast(x, 'float32'), b.cast(y, 'float32')]
}
