/**
 * Writes a merged model as a new Hugging Face folder with the base's layout and names, in the base's number type or another, in shards of a chosen
 * size. What is written is merged.ts's.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { applyEdits, modify } from 'jsonc-parser'
import { UserError } from '@/lib/errors'
import type { WeightDtype } from '@/lib/models/config'
import { configFile } from '@/lib/models/files'
import { progressFile, runFiles } from '@/lib/run'
import { writeWhole, writingChunks } from '@/trainer/files'
import { drained } from '@/trainer/steps'
import { rowPieces, type MergedTensor } from '@/trainer/adapter/changed'
import { mergedTensors } from '@/trainer/adapter/merged'
import { type FloatType, floatTypes } from '@/trainer/weights/dtypes'
import { headName } from '@/trainer/model/params'
import { readModelConfig } from '@/trainer/weights/index'
import { type TensorSource, elements, safetensorsChunks } from '@/trainer/weights/safetensors'

export interface MergeOptions {
  model: string
  /** None writes the base as it is, in the shards asked for. */
  adapters: readonly string[]
  output: string
  /** Largest shard in bytes; a single tensor may exceed it. */
  shard_bytes?: number
  /** null: each tensor as the base stores it. */
  dtype?: WeightDtype | null
}

/** 5 GB, LLaMA-Factory's export_size. */
const SHARD_BYTES = 5e9

/** Safetensors' names of the number types. */
export const storedAs = { float32: 'F32', float16: 'F16', bfloat16: 'BF16' } as const satisfies Record<WeightDtype, FloatType>

/** Merges at once. */
export function mergeAdapters(options: MergeOptions): void {
  drained(merging(options))
}

/** Merges in steps, each the bytes that it wrote. */
export function* merging({ model, adapters, output, shard_bytes = SHARD_BYTES, dtype = null }: MergeOptions): Generator<number, void> {
  const config = readModelConfig(model)
  const sources = mergedTensors(model, config, adapters).map((tensor) => sourceOf(tensor, dtype === null ? tensor.dtype : storedAs[dtype]))
  yield* writingModel({ model, output, sources, shard_bytes, dtype })
  if (config.tied && sources.some(({ name }) => name === headName)) changeConfig(output, (text) => withKey(text, 'tie_word_embeddings', false))
}

export interface ModelFolder extends Pick<MergeOptions, 'model' | 'output' | 'shard_bytes' | 'dtype'> {
  sources: TensorSource[]
}

/** A folder with the weights of `sources` and everything else of `model`. */
export function* writingModel({ model, output, sources, shard_bytes = SHARD_BYTES, dtype = null }: ModelFolder): Generator<number, void> {
  mkdirSync(output, { recursive: true })
  copyRest(model, output, dtype)
  yield* writingShards(output, sources, shard_bytes)
}

function sourceOf(tensor: MergedTensor, dtype: FloatType): TensorSource {
  const { name, shape } = tensor
  const asItIs = !tensor.changed && dtype === tensor.dtype
  function* read() {
    for (const { from, count } of rowPieces(tensor)) yield asItIs ? tensor.bytes(from, count) : checked(tensor.rows(from, count), dtype, name)
  }
  return { name, shape, dtype, read }
}

/** float16's largest number, and what rounds to it. */
const HALF_LIMIT = 65520

/** @throws UserError `export_overflow` where float16 would turn a weight into infinity */
export function checked(values: Float32Array, dtype: FloatType, name: string): Float32Array {
  if (dtype === 'F16' && values.some((w) => Math.abs(w) >= HALF_LIMIT)) throw new UserError('export_overflow', { tensor: name }, 'infer_dtype')
  return values
}

/** What a run leaves beside a model that it has trained whole. */
const ofRuns: ReadonlySet<string> = new Set([...Object.values(runFiles), progressFile])

/** Configuration, tokenizer and the like: everything small and readable, but no weights in any format, and nothing that tells of a run. */
function copyRest(model: string, output: string, dtype: WeightDtype | null): void {
  for (const entry of readdirSync(model, { withFileTypes: true })) {
    const isWanted = /\.(json|model|txt|jinja|md)$/.test(entry.name) && !entry.name.endsWith('.index.json') && !ofRuns.has(entry.name)
    if (entry.isFile() && isWanted) copyFileSync(path.join(model, entry.name), path.join(output, entry.name))
  }
  if (dtype !== null) changeConfig(output, (text) => withDtype(text, dtype))
}

/** As text: a number that is written 30.0 stays so, and transformers asks for that. */
function changeConfig(folder: string, change: (text: string) => string): void {
  const file = path.join(folder, configFile)
  if (existsSync(file)) writeWhole(file, change(readFileSync(file, 'utf8')))
}

const withKey = (text: string, key: string, value: string | boolean): string => applyEdits(text, modify(text, [key], value, { formattingOptions: { insertSpaces: true, tabSize: 2 } }))

/** config.json with another number type, under the key of transformers 5 where it has that one. */
function withDtype(text: string, dtype: WeightDtype): string {
  const there = ['dtype', 'torch_dtype'].filter((key) => new RegExp(`"${key}"\\s*:`).test(text))
  const keys = there.length > 0 ? there : ['torch_dtype']
  return keys.reduce((now, key) => withKey(now, key, dtype), text)
}

function* writingShards(output: string, sources: TensorSource[], limit: number): Generator<number, void> {
  const shards = split(sources, limit)
  if (shards.length === 1) return yield* writingChunks(path.resolve(output, 'model.safetensors'), safetensorsChunks(shards[0]))
  const weight_map: Record<string, string> = {}
  const number = (n: number): string => String(n).padStart(5, '0')
  for (const [i, shard] of shards.entries()) {
    const file = `model-${number(i + 1)}-of-${number(shards.length)}.safetensors`
    yield* writingChunks(path.resolve(output, file), safetensorsChunks(shard))
    for (const { name } of shard) weight_map[name] = file
  }
  const total_size = sources.reduce((sum, source) => sum + sizeOf(source), 0)
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
