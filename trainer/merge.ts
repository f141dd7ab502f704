/**
 * Merges an adapter into its base model: W + s · B · A for each of its linears, tensor by tensor, into a new Hugging Face folder with the base's
 * layout, names and number type. Never holds more than one tensor.
 */
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { readAdapter } from '@/trainer/adapter'
import { writeWhole } from '@/trainer/files'
import { loraScale } from '@/trainer/lora'
import { paramSpecs } from '@/trainer/model/params'
import { floatTypes } from '@/trainer/weights/dtypes'
import { openWeights, readModelConfig } from '@/trainer/weights/index'
import { type TensorSource, elements, readBytes, readTensor, writeSafetensors } from '@/trainer/weights/safetensors'

export interface MergeOptions {
  model: string
  /** null writes the base as it is, in the shards asked for. */
  adapter: string | null
  output: string
  /** Largest shard in bytes; a single tensor may exceed it. */
  shard_bytes?: number
  /** Told before each tensor. */
  progress?: (done: number, total: number) => void
}

/** 5 GB, LLaMA-Factory's export_size. */
const SHARD_BYTES = 5e9

export function mergeAdapter({ model, adapter, output, shard_bytes = SHARD_BYTES, progress = () => {} }: MergeOptions): void {
  const config = readModelConfig(model)
  const index = openWeights(model, config)
  const updates = adapter === null ? new Map<string, () => Float32Array>() : deltas(readAdapter(adapter, config))
  let done = 0
  const sources = paramSpecs(config).map(({ name }): TensorSource => {
    const entry = index.get(name)
    if (!entry) throw new Error(`merge: ${name} is not in the index`)
    const read = (): Float32Array | Uint8Array => {
      progress(done++, index.size)
      const delta = updates.get(name)
      if (!delta) return readBytes(entry)
      const change = delta()
      return readTensor(entry).map((w, i) => w + change[i])
    }
    return { name, shape: entry.shape, dtype: entry.dtype, read }
  })
  mkdirSync(output, { recursive: true })
  copyRest(model, output)
  writeShards(output, sources, shard_bytes)
}

/** What each adapted weight changes by, made when asked for. */
function deltas({ settings, specs, tensors }: ReturnType<typeof readAdapter>): Map<string, () => Float32Array> {
  const scale = loraScale(settings)
  return new Map(specs.map(({ module, a, b }, i) => [
    `${module}.weight`,
    () => product(tensors[2 * i + 1].data, tensors[2 * i].data, { out: b.shape[0], rank: a.shape[0], input: a.shape[1] }, scale),
  ]))
}

/** scale · B · A, [out, in], added up in float64 along the rank. */
function product(b: Float32Array, a: Float32Array, { out, rank, input }: { out: number; rank: number; input: number }, scale: number): Float32Array {
  const result = new Float32Array(out * input)
  const row = new Float64Array(input)
  for (let o = 0; o < out; o++) {
    row.fill(0)
    for (let r = 0; r < rank; r++) {
      const factor = scale * b[o * rank + r]
      for (let i = 0; i < input; i++) row[i] += factor * a[r * input + i]
    }
    result.set(row, o * input)
  }
  return result
}

/** Configuration, tokenizer and the like: everything small and readable, but no weights in any format. */
function copyRest(model: string, output: string): void {
  for (const entry of readdirSync(model, { withFileTypes: true })) {
    const isWanted = /\.(json|model|txt|jinja|md)$/.test(entry.name) && !entry.name.endsWith('.index.json')
    if (entry.isFile() && isWanted) copyFileSync(path.join(model, entry.name), path.join(output, entry.name))
  }
}

function writeShards(output: string, sources: TensorSource[], limit: number): void {
  const shards = split(sources, limit)
  if (shards.length === 1) return writeSafetensors(path.join(output, 'model.safetensors'), shards[0])
  const weight_map: Record<string, string> = {}
  const number = (n: number): string => String(n).padStart(5, '0')
  shards.forEach((shard, i) => {
    const file = `model-${number(i + 1)}-of-${number(shards.length)}.safetensors`
    writeSafetensors(path.join(output, file), shard)
    for (const { name } of shard) weight_map[name] = file
  })
  const total_size = sources.reduce((sum, s) => sum + sizeOf(s), 0)
  writeWhole(path.join(output, 'model.safetensors.index.json'), `${JSON.stringify({ metadata: { total_size }, weight_map }, null, 2)}\n`)
}

const sizeOf = ({ shape, dtype }: TensorSource): number => elements(shape) * floatTypes[dtype]

/** Consecutive tensors, each shard as large as the limit allows. */
function split(sources: TensorSource[], limit: number): TensorSource[][] {
  const shards: TensorSource[][] = []
  let size = Infinity
  for (const source of sources) {
    if (size + sizeOf(source) > limit) {
      shards.push([])
      size = 0
    }
    shards[shards.length - 1].push(source)
    size += sizeOf(source)
  }
  return shards
}
