/**
 * A model's tensors as adapters change them, one after the other: W + s · B · A for each of their linears, with rows of DoRA's lengths where it is that, made in pieces of whole rows, so that even one
 * tensor need not be in memory whole. Which adapters there are is merged.ts's.
 */
import type { ModelConfig } from '@/lib/models/config'
import type { Adapter } from '@/trainer/adapter/adapter'
import { loraScale } from '@/trainer/adapter/lora'
import { embeddingName, headName, isVocabulary, paramSpecs } from '@/trainer/model/params'
import { toFloat32, type FloatType } from '@/trainer/weights/dtypes'
import { openWeights } from '@/trainer/weights/index'
import { elements, readBytes } from '@/trainer/weights/safetensors'

export interface MergedTensor {
  /** Name in Hugging Face's files. */
  name: string
  shape: number[]
  /** As the base stores it. */
  dtype: FloatType
  /** Whether the adapter changes it. */
  changed: boolean
  /** `count` rows from the `from`th on, as float32. */
  rows: (from: number, count: number) => Float32Array
  /** The base's bytes of the same rows. */
  bytes: (from: number, count: number) => Uint8Array
}

/** Numbers in one row: of a vector, one. */
export const rowWidth = ({ shape }: Pick<MergedTensor, 'shape'>): number => elements(shape.slice(1))

/** Numbers in a piece: 16 MB of float32. */
const PIECE = 1 << 22

/** A tensor's rows in pieces, each a multiple of `step` rows. */
export function* rowPieces(tensor: Pick<MergedTensor, 'shape'>, step = 1): Generator<{ from: number; count: number }> {
  const [rows] = tensor.shape
  const count = step * Math.max(1, Math.floor(PIECE / rowWidth(tensor) / step))
  for (let from = 0; from < rows; from += count) yield { from, count: Math.min(count, rows - from) }
}

/** Rows of a weight, the first of them the `from`th, as an adapter leaves them. */
export type Change = (rows: Float32Array, from: number) => Float32Array

/** Whether a head that the files share with the embedding is one of its own afterwards. */
const parts = (config: ModelConfig, changes: readonly Map<string, Change>[]): boolean => config.tied && changes.some((of) => [...of.keys()].some(isVocabulary))

/** All tensors of the model in `folder`, in the order of the forward pass; where embedding and head were one and are changed apart, both. */
export function changedTensors(folder: string, config: ModelConfig, changes: readonly Map<string, Change>[]): MergedTensor[] {
  const index = openWeights(folder, config)
  const specs = paramSpecs(parts(config, changes) ? { ...config, tied: false } : config)
  return specs.map(({ name, shape }) => {
    const entry = index.get(config.tied && name === headName ? embeddingName : name)
    if (!entry) throw new Error(`merged: ${name} is not in the index`)
    const width = rowWidth(entry)
    const own = changes.flatMap((of) => of.get(name) ?? [])
    const bytes = (from: number, count: number) => readBytes(entry, from * width, count * width)
    const rows = (from: number, count: number) => own.reduce((now, change) => change(now, from), toFloat32(bytes(from, count), entry.dtype))
    return { name, shape, dtype: entry.dtype, changed: own.length > 0, rows, bytes }
  })
}

/** By the names of the weights; `bare`: without DoRA's lengths; `times`: −1 takes out what the adapter adds. */
export function adapterChanges({ settings, specs, tensors, saved }: Adapter, { bare = false, times = 1 } = {}): Map<string, Change> {
  const scale = times * loraScale(settings)
  const byName = new Map(tensors.map(({ name, data }) => [name, data]))
  const dataOf = (name: string) => byName.get(name) ?? new Float32Array(0)
  const updates = specs.map(({ module, a: { name, shape: [rank, input] }, b: { name: high }, magnitude }): [string, Change] => {
    const [a, b, lengths] = [dataOf(name), dataOf(high), magnitude && !bare && dataOf(magnitude.name)]
    const change: Change = (rows, from) => {
      const delta = product(b.subarray(from * rank, (from + rows.length / input) * rank), a, { rank, input }, scale)
      const sum = rows.map((w, i) => w + delta[i])
      return lengths ? rescaled(sum, input, lengths.subarray(from, from + rows.length / input)) : sum
    }
    return [`${module}.weight`, change]
  })
  return new Map([...updates, ...(times < 0 ? [] : savedChanges(saved))])
}

/** What an adapter holds whole takes the place of the model's. */
export const savedChanges = (saved: Adapter['saved']): Map<string, Change> =>
  new Map(saved.map(({ param, tensor }) => {
    const width = rowWidth(param)
    return [param.name, (rows, from) => tensor.data.subarray(from * width, from * width + rows.length)]
  }))

/** Rows of other lengths. */
function rescaled(rows: Float32Array, input: number, lengths: Float32Array): Float32Array {
  const own = lengthsOf(rows, input)
  return rows.map((w, i) => (w * lengths[Math.floor(i / input)]) / own[Math.floor(i / input)])
}

/** Euclidean length of each row of `input` numbers. */
export function lengthsOf(rows: Float32Array, input: number): Float32Array {
  return Float32Array.from({ length: rows.length / input }, (_, row) => {
    let sum = 0
    for (let i = row * input; i < (row + 1) * input; i++) sum += rows[i] * rows[i]
    return Math.sqrt(sum)
  })
}

/** scale · B · A of B's given rows, [rows, input], added up in float64 along the rank. */
function product(b: Float32Array, a: Float32Array, { rank, input }: { rank: number; input: number }, scale: number): Float32Array {
  const rows = b.length / rank
  const result = new Float32Array(rows * input)
  const row = new Float64Array(input)
  for (let o = 0; o < rows; o++) {
    row.fill(0)
    for (let r = 0; r < rank; r++) {
      const factor = scale * b[o * rank + r]
      for (let i = 0; i < input; i++) row[i] += factor * a[r * input + i]
    }
    result.set(row, o * input)
  }
  return result
}
