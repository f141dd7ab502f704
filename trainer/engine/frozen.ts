/**
 * The base model's weights as variables of a program. They are filled by one signature that reads the checkpoint's files inside the graph
 * (mapped, sliced, converted, transposed there), so no weight passes through JavaScript. Trained weights are slabs.ts.
 */
import { type Tensor2D, div, mul, norm, reshape } from '@tensorflow/tfjs-core'
import { statSync } from 'node:fs'
import type { Merge, Replacement, Stored, WeightSource } from '@/trainer/engine/source'
import type { RandomWeights } from '@/trainer/engine/types'
import type { Program, Scope, Variable } from '@/trainer/graph/program'
import type { Session } from '@/trainer/graph/session'
import { type Dtype, type Sym, attr } from '@/trainer/graph/graph'
import { matmul } from '@/trainer/graph/rules/matmul'
import { full } from '@/trainer/graph/rules/shape'
import { node, reshaped } from '@/trainer/graph/rules/rule'
import { loadNative } from '@/trainer/graph/native'
import type { ParamSpec } from '@/trainer/model/params'
import { hasOwnKernels } from '@/trainer/ops/fused'
import { streamOf } from '@/trainer/random'
import { type FloatType, floatTypes } from '@/trainer/weights/dtypes'
import type { TensorEntry } from '@/trainer/weights/safetensors'

const dtypes = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' } as const satisfies Record<FloatType, Dtype>

/** How many tensors are converted at the same time: two threads' worth, so that no copy of the whole model exists. */
const chains = 2

export class FrozenWeights {
  private readonly variables = new Map<string, Variable>()

  /**
   * @param specs the tensors to hold
   * @param signature that fills them
   */
  constructor(program: Program, private readonly specs: ParamSpec[], private readonly source: WeightSource, private readonly signature = 'load') {
    for (const spec of specs) {
      this.variables.set(spec.name, program.variable(spec.name, spec.storage ? keptAs(program.storage, spec, source) : 'float32', memoryShape(spec)))
    }
  }

  /** The variable that holds `spec`'s tensor in memory layout; undefined when it is not one of these. */
  find({ name }: Pick<ParamSpec, 'name'>): Variable | undefined {
    return this.variables.get(name)
  }

  /** Fills all of them. */
  load(session: Session): void {
    if (this.specs.length > 0) session.run(this.signature)
  }

  define(program: Program): void {
    if (this.specs.length === 0) return
    program.define(this.signature, {}, scope => {
      const last: (string | undefined)[] = new Array(chains).fill(undefined)
      this.specs.forEach((spec, i) => {
        const v = this.variables.get(spec.name)
        if (!v) throw new Error(`frozen: no variable for ${spec.name}`)
        const after = last[i % chains]
        const value = loadTensor(scope, spec, this.source, v.dtype, after === undefined ? [] : [after])
        scope.assign(v, value)
        last[i % chains] = scope.effects[scope.effects.length - 1]
      })
      return {}
    })
  }
}

/**
 * The dtype of a matrix or bias in memory. One that the checkpoint holds in bfloat16 stays so under float32 arithmetic too, where our kernels, which
 * widen numbers as they read them, do the products: the results are the same. What adapters are merged into has more digits.
 */
function keptAs(storage: Program['storage'], spec: ParamSpec, source: WeightSource): Dtype {
  loadNative() // says whether there are kernels
  const narrow = 'random' in source ? source.uniform === 'bfloat16' : source.index.get(spec.name)?.dtype === 'BF16' && !source.merges.has(spec.name)
  return narrow && hasOwnKernels() ? 'bfloat16' : storage
}

export const memoryShape = ({ shape, transpose }: ParamSpec): number[] => (transpose ? [...shape].reverse() : shape)

/** A checkpoint's tensor in memory layout, as `dtype`. `after` names nodes that must have run before its bytes are touched. */
export function loadTensor(scope: Scope, spec: ParamSpec, source: WeightSource, dtype: Dtype, after: string[] = []): Sym {
  const stored = 'random' in source ? randomTensor(scope, spec, source, after) : mergedTensor(scope, spec, source, after)
  const { b } = scope
  const converted = b.cast(stored, dtype)
  if (!spec.transpose) return converted
  return node(b, 'Transpose', [converted, b.g.ints([1, 0])], memoryShape(spec), { Tperm: attr.type('int32') })
}

/** The file's tensor with its adapters merged in, which is done in float32. */
function mergedTensor(scope: Scope, spec: ParamSpec, { index, merges }: Exclude<WeightSource, RandomWeights>, after: string[]): Sym {
  const entry = index.get(spec.name)
  if (!entry) throw new Error(`frozen: ${spec.name} is in no file`)
  const { b } = scope
  const read = (one: Stored): Sym => ('data' in one ? b.g.constant(new Uint8Array(one.data.buffer, one.data.byteOffset, one.data.byteLength), 'float32', one.shape) : b.cast(fileTensor(scope, one, after), 'float32'))
  const merge = (weight: Sym, change: Merge | Replacement): Sym => {
    if ('whole' in change) return read(change.whole)
    const { a, b: high, scale, lengths } = change
    const update = node(b, 'Mul', [matmul(b, read(high), read(a), false, false), b.g.floats([scale], [])], spec.shape)
    const sum = node(b, 'AddV2', [b.cast(weight, 'float32'), update], spec.shape)
    if (!lengths) return sum
    const length = norm(scope.tensor<Tensor2D>(sum), 'euclidean', 1, true)
    return scope.sym(mul(scope.tensor(sum), div(reshape(scope.tensor(read(lengths)), length.shape), length)))
  }
  return (merges.get(spec.name) ?? []).reduce(merge, fileTensor(scope, entry, after))
}

/** A tensor in its file's shape and dtype. Nothing is copied where its bytes are aligned. */
function fileTensor({ b }: Scope, entry: TensorEntry, after: string[]): Sym {
  const fileBytes = statSync(entry.file).size
  const region = { dtype: attr.type('uint8'), shape: attr.shape([fileBytes]), memory_region_name: attr.text(entry.file) }
  const [mapped] = b.g.add('ImmutableConst', [], region, [{ dtype: 'uint8', shape: [fileBytes] }], { device: '/CPU:0' })
  const size = entry.end - entry.begin
  const width = floatTypes[entry.dtype]
  const dtype = dtypes[entry.dtype]
  const int64 = (n: number): Sym => b.g.constant(new Uint8Array(BigInt64Array.of(BigInt(n)).buffer), 'int64', [1])
  const types = { T: attr.type('uint8'), Index: attr.type('int64') }
  const [raw] = b.g.add('Slice', [mapped, int64(entry.begin), int64(size)], types, [{ dtype: 'uint8', shape: [size] }], { after, device: '/CPU:0' })
  const [numbers] = b.g.add('Bitcast', [reshaped(b, raw, [size / width, width])], { T: attr.type('uint8'), type: attr.type(dtype) }, [{ dtype, shape: [size / width] }])
  return reshaped(b, numbers, entry.shape)
}

/**
 * Deviation 0.02 for matrices, 1 for norms, 0 for biases: what transformers initialises with. Uniform numbers take a fraction of the normal ones' time.
 * The op counts as stateful, because TensorFlow's optimiser would compute a stateless one of constants beforehand: on the CPU, on one thread.
 */
function randomTensor({ b }: Scope, spec: ParamSpec, { random: seed, uniform }: RandomWeights, after: string[]): Sym {
  if (spec.shape.length === 1) {
    return full(b, spec.shape, spec.name.endsWith('.bias') ? 0 : 1, 'float32')
  }
  const attrs = { dtype: attr.type('float32'), T: attr.type('int32'), seed: attr.int(seed + 1), seed2: attr.int(streamOf(spec.name) | 0) }
  const op = uniform ? 'RandomUniform' : 'RandomStandardNormal'
  const [drawn] = b.g.add(op, [b.g.ints(spec.shape)], attrs, [{ dtype: 'float32', shape: spec.shape }], { after, effect: true })
  if (!uniform) return node(b, 'Mul', [drawn, b.g.floats([0.02], [])], spec.shape)
  return b.cast(node(b, 'Mul', [node(b, 'Sub', [drawn, b.g.floats([0.5], [])], spec.shape), b.g.floats([0.02 * Math.sqrt(12)], [])], spec.shape), uniform)
}
