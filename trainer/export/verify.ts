/**
 * Loads what an export wrote and compares its logits with those of the model that it was made from: base and adapter apart, layer by layer, so that
 * one layer of one model is all that is ever in memory. In float32 on WASM, whatever the machine.
 */
import '@/trainer/ops/wasm-kernels'
import { type Tensor, type Tensor2D, dispose, keep, tensor, tensor1d, tidy } from '@tensorflow/tfjs-core'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import type { Verdict } from '@/lib/export'
import type { ModelConfig } from '@/lib/models/config'
import { startWasm } from '@/trainer/device'
import type { ExportGround } from '@/trainer/export/types'
import { changeOf, ggufName } from '@/trainer/gguf/layout'
import { readGguf } from '@/trainer/gguf/read'
import { changedTensors, rowPieces, rowWidth, savedChanges } from '@/trainer/adapter/changed'
import { joinAdapters } from '@/trainer/adapter/joined'
import { mergedTensors } from '@/trainer/adapter/merged'
import { adapterSide, disposeSide } from '@/trainer/model/eager'
import { embeddingName, headName, layerParams, paramSpecs } from '@/trainer/model/params'
import { type ForwardOptions, contextOf, embed, logits, norm, throughLayer, wholeRows } from '@/trainer/model/transformer'
import { readModelConfig } from '@/trainer/weights/index'
import { transposed } from '@/trainer/weights/load'

/** A tensor of a checkpoint by rows, under its name in Hugging Face's files. */
interface Rows {
  shape: number[]
  rows: (from: number, count: number) => Float32Array
}
type Weights = Map<string, Rows>

/** What is computed with: prose, figures, code and another script. */
const TEXT = 'The quick brown fox jumps over the lazy dog. 12 + 30 = 42, isn’t it?\nfor (const x of list) say(x)\n天地玄黄，宇宙洪荒。'
const MOST_TOKENS = 48

/** @param progress of both passes together, 0 to 1 */
export async function verifyExport(ground: ExportGround, folder: string, progress: (share: number) => void): Promise<Verdict> {
  const { config, model, adapters, tokenizer } = ground
  await startWasm()
  const ids = Int32Array.from(tokenizer.encode(TEXT, true).filter((id) => id < config.vocab_size).slice(0, Math.min(MOST_TOKENS, config.max_position_embeddings)))
  const half = (from: number) => (share: number) => progress(from + share / 2)
  const joined = joinAdapters(adapters, config, model)
  const side = adapterSide(joined)
  const wanted = await logitsOf(byName(changedTensors(model, config, [savedChanges(joined?.saved ?? [])])), config, ids, side.options, half(0))
  const found = await logitsOf(writtenWeights(ground, folder), config, ids, {}, half(0.5))
  disposeSide(side)
  return compare(wanted, found, config.vocab_size)
}

const byName = (tensors: readonly (Rows & { name: string })[]): Weights => new Map(tensors.map((one) => [one.name, one]))

/** What lies in the folder now, with the changes for llama.cpp taken back. */
function writtenWeights({ options, config }: ExportGround, folder: string): Weights {
  if (options.format !== 'gguf') return byName(mergedTensors(folder, readModelConfig(folder), []))
  const file = readdirSync(folder).find((name) => name.endsWith('.gguf')) ?? ''
  const { tensors } = readGguf(path.join(folder, file))
  const head = tensors.has(ggufName(headName, config.family))
  return byName(paramSpecs(head ? { ...config, tied: false } : config).map(({ name, shape }) => {
    const entry = tensors.get(ggufName(name, config.family))
    if (!entry) throw new Error(`verify: ${name} is not in ${file}`)
    const { revert } = changeOf(name, config)
    return { name, shape, rows: (from, count) => revert(entry.rows(from, count), rowWidth({ shape })) }
  }))
}

/** Logits of every position, one after the other. */
async function logitsOf(weights: Weights, config: ModelConfig, ids: Int32Array, options: ForwardOptions, progress: (share: number) => void): Promise<Float32Array> {
  const find = (name: string): Rows => weights.get(name) ?? missing(name)
  const get = ({ name, shape, transpose }: { name: string; shape: number[]; transpose: boolean }): Tensor => {
    const values = find(name).rows(0, shape[0])
    return transpose ? tensor(transposed(values, shape[0], shape[1]), [shape[1], shape[0]]) : tensor(values, shape)
  }
  const input = { rows: 1, length: ids.length, ids: tensor1d(ids, 'int32'), positions: null, segments: null }
  const context = contextOf(config, input, wholeRows(config, input), options)
  const table = find(embeddingName)
  let h = tidy(() => embed(tensor(joined([...ids].map((id) => table.rows(id, 1))), [ids.length, config.hidden_size]), tensor1d(ids.map((_, i) => i), 'int32'), context))
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const next = tidy(() => throughLayer(h, layerParams(config, layer, get), layer, context))
    h.dispose()
    h = next
    progress((layer + 1) / (config.num_hidden_layers + 1))
    await new Promise(setImmediate) // a signal is only heard between two turns
  }
  const hidden = tidy(() => keep(norm(h, get({ name: 'model.norm.weight', shape: [config.hidden_size], transpose: false }) as never, context)))
  const result = headLogits(hidden, weights.get(headName) ?? find(embeddingName), config)
  dispose([h, hidden, input.ids])
  progress(1)
  return result
}

function missing(name: string): never {
  throw new Error(`verify: there is no ${name}`)
}

/** The head in pieces of its rows: a vocabulary may be large. */
function headLogits(hidden: Tensor2D, head: Rows, config: ModelConfig): Float32Array {
  const [positions, size] = [hidden.shape[0], config.vocab_size]
  const out = new Float32Array(positions * size)
  for (const { from, count } of rowPieces(head)) {
    const part = tidy(() => logits({ head: tensor(head.rows(from, count), [count, config.hidden_size]) }, config, hidden).dataSync<'float32'>())
    for (let p = 0; p < positions; p++) out.set(part.subarray(p * count, (p + 1) * count), p * size + from)
  }
  return out
}

function joined(parts: Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** Over all positions; a number that is none counts as infinitely far. */
export function compare(wanted: Float32Array, found: Float32Array, vocabulary: number): Verdict {
  const tokens = wanted.length / vocabulary
  const verdict = { tokens, logits: 0, probability: 0, agreement: 0 }
  for (let p = 0; p < tokens; p++) {
    const [a, b] = [wanted, found].map((all) => all.subarray(p * vocabulary, (p + 1) * vocabulary))
    const [x, y] = [softmax(a), softmax(b)]
    for (let i = 0; i < vocabulary; i++) {
      verdict.logits = Math.max(verdict.logits, distance(a[i], b[i]))
      verdict.probability = Math.max(verdict.probability, Math.min(1, distance(x[i], y[i])))
    }
    if (likeliest(a) === likeliest(b)) verdict.agreement += 1 / tokens
  }
  return { ...verdict, logits: Math.min(verdict.logits, Number.MAX_VALUE), agreement: Math.min(1, Math.round(1e6 * verdict.agreement) / 1e6) }
}

const distance = (a: number, b: number): number => (Number.isFinite(b) ? Math.abs(a - b) : Infinity)

function softmax(values: Float32Array): Float64Array {
  const most = values.reduce((a, b) => Math.max(a, b), -Infinity)
  const powers = Float64Array.from(values, (v) => Math.exp(v - most))
  const sum = powers.reduce((a, b) => a + b, 0)
  return powers.map((power) => power / sum)
}

const likeliest = (values: Float32Array): number => values.reduce((best, value, i) => (value > values[best] ? i : best), 0)
