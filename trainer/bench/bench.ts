/**
 * Speed and peak memory of a training step and of greedy decoding, on randomly initialised models of known shapes: the same work as
 * PyTorch + PEFT does in the project's baseline script. Prints one line of JSON. `cpu_s` is a step's processor time, by all threads: on a machine that
 * others use, it says more than the clock.
 */
import { parseArgs } from 'node:util'
import { UserError } from '@/lib/errors'
import { type ModelConfig, modelConfig } from '@/lib/models/config'
import { loraSpecs, tensorsOf } from '@/trainer/adapter/lora'
import { createEngine, createGenerator } from '@/trainer/device'
import { mersenneTwister } from '@/trainer/data/order'
import type { Batch } from '@/trainer/engine/types'
import { linearSpecs, numbersIn, parameterCount } from '@/trainer/model/params'
import { reachOf, trainedTensors } from '@/trainer/model/whole'
import { hasOwnKernels } from '@/trainer/ops/fused'
import { trainingMemory } from '@/trainer/run/memory'

/** config.json of checkpoints that people know, as their publishers wrote them. */
const presets = {
  'smollm2-135m': { architectures: ['LlamaForCausalLM'], hidden_size: 576, intermediate_size: 1536, num_hidden_layers: 30, num_attention_heads: 9, num_key_value_heads: 3, vocab_size: 49152, tie_word_embeddings: true, rope_theta: 100000, max_position_embeddings: 8192, rms_norm_eps: 1e-5, hidden_act: 'silu' },
  'qwen2.5-0.5b': { architectures: ['Qwen2ForCausalLM'], hidden_size: 896, intermediate_size: 4864, num_hidden_layers: 24, num_attention_heads: 14, num_key_value_heads: 2, vocab_size: 151936, tie_word_embeddings: true, rope_theta: 1000000, max_position_embeddings: 32768, rms_norm_eps: 1e-6, hidden_act: 'silu' },
  'yi-6b': { architectures: ['LlamaForCausalLM'], hidden_size: 4096, intermediate_size: 11008, num_hidden_layers: 32, num_attention_heads: 32, num_key_value_heads: 4, vocab_size: 64000, tie_word_embeddings: false, rope_theta: 5000000, max_position_embeddings: 4096, rms_norm_eps: 1e-5, hidden_act: 'silu' },
  'qwen2.5-7b': { architectures: ['Qwen2ForCausalLM'], hidden_size: 3584, intermediate_size: 18944, num_hidden_layers: 28, num_attention_heads: 28, num_key_value_heads: 4, vocab_size: 152064, tie_word_embeddings: false, rope_theta: 1000000, max_position_embeddings: 32768, rms_norm_eps: 1e-6, hidden_act: 'silu' },
} as const
type Preset = keyof typeof presets

const options = {
  preset: { type: 'string', default: 'smollm2-135m' },
  dtype: { type: 'string', default: 'float32' },
  batch: { type: 'string', default: '4' },
  seq: { type: 'string', default: '256' },
  steps: { type: 'string', default: '5' },
  rank: { type: 'string', default: '8' },
  /** What is trained: an adapter, the whole model, or its last two layers. */
  method: { type: 'string', default: 'lora' },
  prompt: { type: 'string', default: '64' },
  'new-tokens': { type: 'string', default: '64' },
  'no-adapter': { type: 'boolean', default: false },
  /** The numbers that the base's weights are: what published checkpoints hold, or any that float32 has. */
  weights: { type: 'string', default: 'bfloat16' },
} as const

interface Settings {
  preset: Preset
  dtype: 'float32' | 'bfloat16'
  batch: number
  seq: number
  steps: number
  rank: number
  method: (typeof methods)[number]
  prompt: number
  new_tokens: number
  adapter: boolean
  weights: 'float32' | 'bfloat16'
}

function oneOf<T extends string>(key: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((option) => option === value)
  if (found === undefined) throw new UserError('not_an_option', { key, value, options: allowed.join(', ') })
  return found
}

function count(key: string, value: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new UserError('not_an_integer', { key, value })
  return Number(value)
}

const dtypes = ['float32', 'bfloat16'] as const
const methods = ['lora', 'full', 'freeze'] as const

function readOptions(argv: readonly string[]): Settings {
  const unknown = argv.find((word) => word.startsWith('--') && !Object.hasOwn(options, word.slice(2).split('=')[0]))
  if (unknown !== undefined) throw new UserError('unknown_option', { option: unknown, options: Object.keys(options).map((name) => `--${name}`).join(', ') })
  const { values } = parseArgs({ args: [...argv], options })
  const number = (key: 'batch' | 'seq' | 'steps' | 'rank' | 'prompt' | 'new-tokens') => count(key, values[key])
  return {
    preset: oneOf('preset', values.preset, Object.keys(presets) as Preset[]),
    dtype: oneOf('dtype', values.dtype, dtypes), weights: oneOf('weights', values.weights, dtypes), method: oneOf('method', values.method, methods),
    batch: number('batch'), seq: number('seq'), steps: number('steps'), rank: number('rank'), prompt: number('prompt'), new_tokens: number('new-tokens'),
    adapter: !values['no-adapter'],
  }
}

const round = (value: number, digits = 4): number => Number(value.toFixed(digits))
const seconds = () => performance.now() / 1000
const median = (values: number[]) => {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  return (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2
}
const config = ({ preset }: Settings) => modelConfig(presets[preset], preset)

/** Peak resident memory of this process; Node counts kilobytes. */
const peakMb = () => round(process.resourceUsage().maxRSS / 1024, 1)

function randomBatch(rows: number, length: number, vocabulary: number, random: () => number): Batch {
  const ids = Int32Array.from({ length: rows * length }, () => random() % vocabulary)
  return { rows, length, ids, labels: ids, positions: null, segments: null }
}

/** What the method trains, and how many numbers that are. */
function trainedBy({ method, rank }: Settings, model: ModelConfig): { trained?: ReadonlySet<string>; trainable: number; own: number; layers?: number; vocabulary?: boolean } {
  if (method === 'lora') return { trainable: numbersIn(loraSpecs(linearSpecs(model), rank).flatMap(tensorsOf)), own: 0 }
  const specs = trainedTensors(model, { finetuning_type: method, freeze_trainable_layers: 2, freeze_trainable_modules: ['all'], freeze_extra_modules: null }) ?? []
  const trained = new Set(specs.map(({ name }) => name))
  const own = numbersIn(specs)
  return { trained, trainable: own, own, ...reachOf(model, trained) }
}

/** `planned_mb` is what the page says before a start, with the saves, which are not done here. `first_step_s` begins before the engine exists: recording, initialising and the first update together. */
async function benchTrain(settings: Settings): Promise<Record<string, unknown>> {
  const { batch, seq, steps, rank, method, dtype } = settings
  const model = config(settings)
  const { trained, ...plan } = trainedBy(settings, model)
  const began = seconds()
  const engine = await createEngine({
    config: model, weights: { random: 0, uniform: settings.weights }, adapter: null, dtype, rows: batch, eval_rows: 0, lengths: [seq], seed: 0, max_grad_norm: 1, trained,
    lora: trained ? null : { rank, alpha: 2 * rank, dropout: 0, use_rslora: false, target: ['all'] }, adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0 },
  })
  const created = seconds() - began
  const random = mersenneTwister(0)
  const times: number[] = []
  const processor: number[] = []
  let first = 0
  let loss = 0
  for (let step = 0; step <= steps; step++) {
    const micro = [randomBatch(batch, seq, model.vocab_size, random)]
    const start = seconds()
    const used = process.cpuUsage()
    loss = (await engine.train(micro, { lr: 1e-4, step })).loss
    const { user, system } = process.cpuUsage(used)
    if (step === 0) first = seconds() - began
    else {
      times.push(seconds() - start)
      processor.push((user + system) / 1e6)
    }
  }
  const step_s = median(times)
  const result = {
    mode: 'train', model: settings.preset, base_params: parameterCount(model), dtype, weights: settings.weights, batch, seq, steps, rank, method,
    step_s: round(step_s), best_step_s: round(Math.min(...times)), cpu_s: round(median(processor)), tokens_per_s: round((batch * seq) / step_s, 2), first_step_s: round(first), create_s: round(created), final_loss: round(loss),
    peak_rss_mb: peakMb(), planned_mb: round(trainingMemory({ config: model, parameters: parameterCount(model), dtype, frozen: settings.weights === 'bfloat16' && hasOwnKernels() ? 2 : undefined, rows: batch, length: seq, ...plan }) / 2 ** 20, 1), runtime: engine.runtime,
  }
  engine.dispose()
  return result
}

/** Greedy, one sequence, after one unmeasured answer. The prefill ends with the first token, as in the baseline. */
async function benchGenerate(settings: Settings): Promise<Record<string, unknown>> {
  const { dtype, prompt, new_tokens, rank } = settings
  const model = config(settings)
  const began = seconds()
  const adapters = settings.adapter ? { random: 0, rank } : []
  const generator = await createGenerator({ config: model, weights: { random: 0, uniform: settings.weights }, adapters, dtype, max_length: prompt + new_tokens })
  const random = mersenneTwister(0)
  const ids = Array.from({ length: prompt }, () => random() % model.vocab_size)
  const sampling = { do_sample: false, temperature: 1, top_p: 1, top_k: 0, repetition_penalty: 1, max_new_tokens: new_tokens, seed: 0 }
  const answer = async () => {
    const start = seconds()
    const times: number[] = []
    const side = settings.adapter ? ('adapter' as const) : ('base' as const)
    for await (const _ of generator.generate(ids, { ...sampling, stop_ids: [], side, signal: new AbortController().signal })) times.push(seconds())
    return { prefill: times[0] - start, decode: times[times.length - 1] - times[0], tokens: times.length }
  }
  await answer()
  const first_answer_s = round(seconds() - began)
  const { prefill, decode, tokens } = await answer()
  const result = {
    mode: 'generate', model: settings.preset, base_params: parameterCount(model), dtype, weights: settings.weights, prompt, new_tokens, adapter: settings.adapter,
    prefill_s: round(prefill), prefill_tokens_per_s: round(prompt / prefill, 2), decode_tokens_per_s: round((tokens - 1) / decode, 2), ms_per_token: round((1000 * decode) / (tokens - 1), 2),
    first_answer_s, peak_rss_mb: peakMb(), runtime: generator.runtime,
  }
  generator.dispose()
  return result
}

/** Greedy answers to three times `batch` questions, `batch` at once, prompts included: what an evaluation does. */
async function benchAnswers(settings: Settings): Promise<Record<string, unknown>> {
  const { dtype, prompt, new_tokens, rank, batch } = settings
  const model = config(settings)
  const adapters = settings.adapter ? { random: 0, rank } : []
  const generator = await createGenerator({ config: model, weights: { random: 0, uniform: settings.weights }, adapters, dtype, max_length: prompt + new_tokens, slots: batch })
  const random = mersenneTwister(0)
  const questions = (count: number) => Array.from({ length: count }, (_, index) => ({ index, ids: Array.from({ length: prompt }, () => random() % model.vocab_size), seed: index }))
  const side = settings.adapter ? ('adapter' as const) : ('base' as const)
  const sampling = { do_sample: false, temperature: 1, top_p: 1, top_k: 0, repetition_penalty: 1, max_new_tokens: new_tokens, stop_ids: [], side, signal: new AbortController().signal }
  const answer = async (count: number) => {
    const start = seconds()
    let tokens = 0
    for await (const { ids } of generator.generateAll(questions(count), sampling)) tokens += ids.length
    return { took: seconds() - start, tokens }
  }
  await answer(batch)
  const { took, tokens } = await answer(3 * batch)
  const result = {
    mode: 'answers', model: settings.preset, base_params: parameterCount(model), dtype, weights: settings.weights, batch, prompt, new_tokens, adapter: settings.adapter,
    answers: 3 * batch, took_s: round(took), tokens_per_s: round(tokens / took, 2), peak_rss_mb: peakMb(), runtime: generator.runtime,
  }
  generator.dispose()
  return result
}

/** `train`, `generate`, `answers` or `data`, then options. */
export async function bench([mode = '', ...argv]: readonly string[]): Promise<number> {
  const what = oneOf('mode', mode, ['train', 'generate', 'answers', 'data'])
  if (what === 'data') return (await import('@/trainer/bench/bench-data')).benchData(argv)
  const settings = readOptions(argv)
  const result = await { train: benchTrain, generate: benchGenerate, answers: benchAnswers }[what](settings)
  process.stdout.write(`${JSON.stringify(result)}\n`)
  return 0
}
