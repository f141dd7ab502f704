/** Kernels that move, cut, join or make elements. They keep their input's dtype, bfloat16 included. */
import { backend_util, slice_util, util } from '@tensorflow/tfjs-core'
import { type Dtype, type Sym, attr, bytesOf } from '../graph'
import type { GraphBackend } from '../backend'
import { type Rule, node, reshaped } from './rule'

const int32 = attr.type('int32')

function slice(b: GraphBackend, x: Sym, begin: number[], size: number[]): Sym {
  if (size.every((d, i) => d === x.shape[i])) return x
  return node(b, 'Slice', [x, b.g.ints(begin), b.g.ints(size)], size, { Index: int32 })
}

/** All in float32 where their dtypes differ. */
const alike = (b: GraphBackend, xs: Sym[]): Sym[] => (xs.every(x => x.dtype === xs[0].dtype) ? xs : xs.map(x => b.cast(x, 'float32')))

/** A tensor of one value, in float32, int32 or bool. */
export function full(b: GraphBackend, shape: number[], value: number, dtype: Dtype): Sym {
  const bytes = dtype === 'bool' ? Uint8Array.of(value) : bytesOf(dtype === 'int32' ? Int32Array.of(value) : Float32Array.of(value))
  return b.g.add('Fill', [b.g.ints(shape), b.g.constant(bytes, dtype, [])], { T: attr.type(dtype), index_type: int32 }, [{ dtype, shape }])[0]
}

function split(b: GraphBackend, x: Sym, sizes: number[], axis: number): Sym[] {
  const outputs = sizes.map(size => ({ dtype: x.dtype, shape: x.shape.map((d, i) => (i === axis ? size : d)) }))
  return b.g.add('SplitV', [x, b.g.ints(sizes), b.g.ints([axis], [])], { T: attr.type(x.dtype), Tlen: int32, num_split: attr.int(sizes.length) }, outputs)
}

export const shapeRules = {
  Reshape: ({ b, inputs, attrs: { shape } }) => {
    const x = b.sym(inputs.x)
    return reshaped(b, x, util.inferFromImplicitShape(shape, util.sizeFromShape(x.shape)))
  },
  ExpandDims: ({ b, inputs, attrs: { dim } }) => {
    const x = b.sym(inputs.input)
    const at = (dim as number) < 0 ? x.shape.length + 1 + (dim as number) : (dim as number)
    return reshaped(b, x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)])
  },
  Transpose: ({ b, inputs, attrs }) => {
    const x = b.sym(inputs.x)
    const perm = attrs.perm as number[]
    return node(b, 'Transpose', [x, b.g.ints(perm)], perm.map(i => x.shape[i]), { Tperm: int32 })
  },
  Slice: ({ b, inputs, attrs }) => {
    const x = b.sym(inputs.x)
    const [begin, size] = slice_util.parseSliceParams({ ...inputs.x, shape: x.shape } as never, attrs.begin, attrs.size)
    return slice(b, x, begin, size)
  },
  StridedSlice: ({ b, inputs, attrs }) => {
    const x = b.sym(inputs.x)
    const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attrs as Record<string, never>
    const { finalShapeSparse, finalShape } = slice_util.sliceInfo(x.shape, begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask)
    const masks = { begin_mask: attr.int(beginMask), end_mask: attr.int(endMask), ellipsis_mask: attr.int(ellipsisMask), new_axis_mask: attr.int(newAxisMask), shrink_axis_mask: attr.int(shrinkAxisMask) }
    return node(b, 'StridedSlice', [x, b.g.ints(begin), b.g.ints(end), b.g.ints(strides)], finalShape ?? finalShapeSparse, { Index: int32, ...masks })
  },
  Concat: ({ b, inputs, attrs: { axis } }) => {
    const xs = alike(b, inputs.map(x => b.sym(x)).filter(x => util.sizeFromShape(x.shape) > 0))
    const [a] = util.parseAxisParam(axis, xs[0].shape)
    if (xs.length === 1) return xs[0]
    return node(b, 'ConcatV2', [...xs, b.g.ints([a], [])], backend_util.computeOutShape(xs.map(x => x.shape), a), { N: attr.int(xs.length), Tidx: int32 })
  },
  Pack: ({ b, inputs, attrs }) => {
    const xs = alike(b, inputs.map(x => b.sym(x)))
    const axis = attrs.axis as number
    const shape = [...xs[0].shape.slice(0, axis), xs.length, ...xs[0].shape.slice(axis)]
    return node(b, 'Pack', xs, shape, { N: attr.int(xs.length), axis: attr.int(axis) })
  },
  Unpack: ({ b, inputs, attrs }) => {
    const x = b.sym(inputs.value)
    const axis = attrs.axis as number
    const shape = x.shape.filter((_, i) => i !== axis)
    return b.g.add('Unpack', [x], { T: attr.type(x.dtype), num: attr.int(x.shape[axis]), axis: attr.int(axis) }, Array.from({ length: x.shape[axis] }, () => ({ dtype: x.dtype, shape })))
  },
  SplitV: ({ b, inputs, attrs: { numOrSizeSplits, axis } }) => {
    const x = b.sym(inputs.x)
    const [a] = util.parseAxisParam(axis, x.shape)
    return split(b, x, backend_util.prepareSplitSize(inputs.x as never, numOrSizeSplits, a), a)
  },
  GatherV2: ({ b, inputs, attrs }) => {
    const [given, indices] = [b.sym(inputs.x), b.sym(inputs.indices)]
    // Widened after, not before: a few rows instead of all.
    const x = b.g.unwidened(given)
    const batchDims = (attrs.batchDims as number) ?? 0
    const [axis] = util.parseAxisParam(attrs.axis, x.shape)
    const shape = [...x.shape.slice(0, axis), ...indices.shape.slice(batchDims), ...x.shape.slice(axis + 1)]
    const more = { Tparams: attr.type(x.dtype), Tindices: attr.type(indices.dtype), Taxis: int32, batch_dims: attr.int(batchDims) }
    return b.cast(b.g.add('GatherV2', [x, indices, b.g.ints([axis], [])], more, [{ dtype: x.dtype, shape }])[0], given.dtype)
  },
  GatherNd: ({ b, inputs }) => {
    const [x, indices] = [b.sym(inputs.params), b.sym(inputs.indices)]
    const depth = indices.shape[indices.shape.length - 1]
    const shape = [...indices.shape.slice(0, -1), ...x.shape.slice(depth)]
    return b.g.add('GatherNd', [x, indices], { Tparams: attr.type(x.dtype), Tindices: int32 }, [{ dtype: x.dtype, shape }])[0]
  },
  ScatterNd: ({ b, inputs, attrs }) => {
    const [indices, updates] = [b.sym(inputs.indices), b.sym(inputs.updates)]
    const shape = attrs.shape as number[]
    return b.g.add('ScatterNd', [indices, updates, b.g.ints(shape)], { T: attr.type(updates.dtype), Tindices: int32 }, [{ dtype: updates.dtype, shape }])[0]
  },
  UnsortedSegmentSum: ({ b, inputs, attrs }) => {
    const [x, ids] = [b.cast(b.sym(inputs.x), 'float32'), b.sym(inputs.segmentIds)]
    const n = attrs.numSegments as number
    return node(b, 'UnsortedSegmentSum', [x, ids, b.g.ints([n], [])], [n, ...x.shape.slice(ids.shape.length)], { Tindices: int32, Tnumsegments: int32 })
  },
  Tile: ({ b, inputs, attrs }) => {
    const x = b.sym(inputs.x)
    const reps = attrs.reps as number[]
    return node(b, 'Tile', [x, b.g.ints(reps)], x.shape.map((d, i) => d * reps[i]), { Tmultiples: int32 })
  },
  BroadcastTo: ({ b, inputs, attrs }) => {
    const x = b.sym(inputs.x)
    return node(b, 'BroadcastTo', [x, b.g.ints(attrs.shape)], attrs.shape, { Tidx: int32 })
  },
  PadV2: ({ b, inputs, attrs }) => {
    const x = b.sym(inputs.x)
    const paddings = attrs.paddings as [number, number][]
    const value = b.cast(b.g.floats([(attrs.constantValue as number) ?? 0], []), x.dtype)
    return node(b, 'PadV2', [x, b.g.ints(paddings.flat(), [paddings.length, 2]), value], x.shape.map((d, i) => d + paddings[i][0] + paddings[i][1]), { Tpaddings: int32 })
  },
  Reverse: ({ b, inputs, attrs: { dims } }) => {
    const x = b.sym(inputs.x)
    return node(b, 'ReverseV2', [x, b.g.ints(util.parseAxisParam(dims, x.shape))], x.shape, { Tidx: int32 })
  },
  Fill: ({ b, attrs }) => full(b, attrs.shape, attrs.value, (attrs.dtype as Dtype | undefined) ?? 'float32'),
  Range: ({ b, attrs: { start, stop, step, dtype } }) => {
    const n = Math.max(0, Math.ceil(((stop as number) - (start as number)) / (step as number)))
    const values = Array.from({ length: n }, (_, i) => (start as number) + i * (step as number))
    return dtype === 'int32' ? b.g.ints(values) : b.g.floats(values)
  },
  OneHot: ({ b, inputs, attrs }) => {
    const x = b.sym(inputs.indices)
    const depth = attrs.depth as number
    const dtype = ((attrs.dtype as Dtype | undefined) ?? 'float32')
    const value = (v: number) => (dtype === 'int32' ? b.g.ints([v], []) : b.g.floats([v], []))
    const more = { T: attr.type(dtype), TI: int32, axis: attr.int(-1) }
    return b.g.add('OneHot', [x, b.g.ints([depth], []), value(attrs.onValue), value(attrs.offValue)], more, [{ dtype, shape: [...x.shape, depth] }])[0]
  },
} satisfies Record<string, Rule>
