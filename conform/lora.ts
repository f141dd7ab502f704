/**
 * Checks training trajectories against `lora/CASE/`: loss and gradient norm of every update, the trained tensors, greedy tokens from what the file says was
 * trained at the end (an adapter, or the model's own tensors), its merge into the base, and what PiSSA begins as; tolerances of NUMERICS.md.
 */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { type CheckResult } from '@/conform/check'
import { away, batchOf, first, result, tokensFault } from '@/conform/forward'
import { type ModelRuntime, type Runner, chosenRuntime } from '@/conform/runner'
import type { Engine, EngineSpec, NamedTensor } from '@/trainer/engine/types'
import { readAdapter } from '@/trainer/adapter/adapter'
import { adapterChanges, changedTensors } from '@/trainer/adapter/changed'
import { converted, principalParts } from '@/trainer/adapter/pissa'
import { largestSingular } from '@/trainer/adapter/singular'
import type { ModelConfig } from '@/lib/models/config'
import { mergeAdapters } from '@/trainer/export/merge'
import { trainedTensors } from '@/trainer/model/whole'
import { writeWholeModel } from '@/trainer/run/whole-model'
import { drained } from '@/trainer/steps'
import { openWeights, readModelConfig } from '@/trainer/weights/index'
import { readSafetensors, readTensor } from '@/trainer/weights/safetensors'

const ints = z.array(z.number().int())

/** A tensor in a few numbers. */
const statisticsSchema = z.object({ shape: ints, mean: z.number(), std: z.number(), sample_index: ints, sample: z.array(z.number()) })
type Statistics = z.infer<typeof statisticsSchema>

/** What decides whether this version can do a case at all. */
const kindSchema = z.object({
  settings: z.object({
    type: z.string(),
    init: z.string().optional(),
    optimizer: z.string().default('AdamW'),
  }),
})
const caseSchema = z.object({
  base_model: z.string(),
  settings: z.object({
    type: z.enum(['lora', 'full', 'freeze']),
    r: z.number().default(1),
    alpha: z.number().default(1),
    target: z.array(z.string()).default([]),
    freeze_trainable_layers: z.number().default(2),
    use_rslora: z.boolean().optional(),
    use_dora: z.boolean().optional(),
    init: z.literal('pissa').optional(),
    loraplus_lr_ratio: z.number().optional(),
    gradient_accumulation: z.number().default(1),
    betas: z.tuple([z.number(), z.number()]),
    eps: z.number(),
    weight_decay: z.number(),
    max_grad_norm: z.number(),
  }),
  batches: z.array(z.object({ input_ids: z.array(ints), attention_mask: z.array(ints), labels: z.array(ints) })),
  steps: z.array(z.object({ step: z.number(), loss: z.number(), grad_norm: z.number(), lr: z.number() })),
  generate: z.array(z.object({ prompt: ints, tokens: ints })).optional(),
  merged_weights: z.record(z.string(), statisticsSchema).optional(),
  pissa_init: z.record(z.string(), z.object({ scaling: z.number(), residual: statisticsSchema, BA: statisticsSchema, singular_values: z.array(z.number()), residual_top_singular_value: z.number() })).optional(),
  trainable_parameters: z.number(),
})
type Case = z.infer<typeof caseSchema>

export async function* check(dir: string, runtime?: ModelRuntime): AsyncGenerator<CheckResult> {
  const folder = path.join(dir, 'lora')
  if (!existsSync(folder)) return
  const chosen = runtime ?? (await chosenRuntime())
  for (const name of readdirSync(folder).sort()) {
    const own = path.join(folder, name)
    const raw: unknown = JSON.parse(readFileSync(path.join(own, 'expected.json'), 'utf8'))
    const missing = laterFeature(kindSchema.parse(raw).settings)
    if (missing !== null) {
      yield { name: `lora/${name}`, ok: false, unsupported: missing }
      continue
    }
    const golden = caseSchema.parse(raw)
    yield* checkCase(`lora/${name}`, own, path.join(dir, 'models', golden.base_model), golden, chosen)
  }
}

/** Which later part of the product a case needs, or null. */
function laterFeature({ type, init, optimizer }: z.infer<typeof kindSchema>['settings']): string | null {
  if (!['lora', 'full', 'freeze'].includes(type)) return `${type} tuning`
  if (optimizer !== 'AdamW') return `optimiser ${optimizer}`
  return init === undefined || init === 'pissa' ? null : `initialisation ${init}`
}

async function* checkCase(label: string, own: string, model: string, golden: Case, { openEngine, openRunner }: ModelRuntime): AsyncGenerator<CheckResult> {
  const config = readModelConfig(model)
  const whole = golden.settings.type !== 'lora'
  const final = whole ? path.join(own, 'final_trainable.safetensors') : path.join(own, 'final_adapter/adapter_model.safetensors')
  const engine = await openEngine(specOf(own, model, golden))
  try {
    const parameters = (await engine.readTrainable()).reduce((sum, t) => sum + t.data.length, 0)
    yield result(`${label} trainable parameters`, away('trainable_parameters', golden.trainable_parameters, parameters, 0))
    yield* trajectory(label, golden, engine)
    yield result(`${label} final tensors`, tensorsFault(readSafetensors(final), await engine.readTrainable()))
  } finally {
    engine.dispose()
  }
  const merged = mkdtempSync(path.join(os.tmpdir(), 'conform-merge-'))
  try {
    if (whole) writeWholeModel({ model, output: merged, trained: readSafetensors(final), dtype: 'float32' })
    else mergeAdapters({ model, adapters: [path.dirname(final)], output: merged })
    if (golden.generate) yield* greedy(label, golden.generate, await (whole ? openRunner(merged, config, []) : openRunner(model, config, [path.dirname(final)])))
    if (golden.merged_weights) yield result(`${label} merged weights`, mergedFault(merged, golden.merged_weights))
  } finally {
    rmSync(merged, { recursive: true })
  }
  if (golden.pissa_init) yield* pissa(label, own, model, config, golden)
}

/** What PiSSA begins as, found in the weights; and the trained adapter as a plain one, where that is found from the file's own beginning. */
function* pissa(label: string, own: string, model: string, config: ModelConfig, { pissa_init, settings }: Case): Generator<CheckResult> {
  const [began, trained, expected] = ['init_adapter', 'final_adapter', 'final_adapter_converted'].map((name) => readAdapter(path.join(own, name), config))
  const found = drained(principalParts({ settings: { ...began.settings, rank: settings.r, alpha: settings.alpha }, specs: began.specs }, { model, config, beneath: [] }))
  const whole = new Map(changedTensors(model, config, []).map((tensor) => [tensor.name, tensor.rows(0, tensor.shape[0])]))
  const left = new Map(changedTensors(model, config, [adapterChanges(found, { times: -1 })]).map((tensor) => [tensor.name, tensor.rows(0, tensor.shape[0])]))
  for (const [module, { scaling, residual, BA, singular_values, residual_top_singular_value }] of Object.entries(pissa_init ?? {})) {
    const [weight, rest] = [whole, left].map((all) => all.get(`${module}.weight`) ?? new Float32Array(0))
    const shape: [number, number] = [residual.shape[0], residual.shape[1]]
    const values = largestSingular(weight, shape, singular_values.length).values
    yield result(
      `${label} PiSSA of ${module}`,
      first(singular_values, (value, i) => away(`singular value ${i}`, value, values[i], 1e-4)) ??
        away('residual_top_singular_value', residual_top_singular_value, largestSingular(rest, shape, 1).values[0], 1e-4) ??
        statisticsFault('residual', residual, rest) ??
        statisticsFault('BA', BA, weight.map((value, i) => (value - rest[i]) / scaling)),
    )
  }
  yield result(`${label} converted adapter`, tensorsFault(expected.tensors, converted(trained, began, config).tensors))
}

async function* greedy(label: string, expected: NonNullable<Case['generate']>, runner: Runner): AsyncGenerator<CheckResult> {
  try {
    for (const [i, { prompt, tokens }] of expected.entries()) {
      yield result(`${label} greedy ${i}`, tokensFault(tokens, await runner.greedy(prompt, tokens.length, 1)))
    }
  } finally {
    runner.dispose()
  }
}

/** Losses within 1e-4 and gradient norms within 1e-3 of their size, update by update. */
async function* trajectory(label: string, golden: Case, engine: Engine): AsyncGenerator<CheckResult> {
  const batches = golden.batches.map(batchOf)
  const per = golden.settings.gradient_accumulation
  for (const [i, { loss, grad_norm, lr }] of golden.steps.entries()) {
    const found = await engine.train(batches.slice(i * per, (i + 1) * per), { lr, step: i })
    yield result(`${label} step ${i + 1}`, away('loss', loss, found.loss, 1e-4 * loss) ?? away('grad_norm', grad_norm, found.grad_norm, 1e-3 * grad_norm))
  }
}

function specOf(own: string, model: string, { settings, batches }: Case): EngineSpec & { weights: string } {
  const config = readModelConfig(model)
  const { betas, eps, weight_decay, max_grad_norm, r, alpha, use_rslora = false, use_dora = false, target, loraplus_lr_ratio: b_pace, type: finetuning_type, freeze_trainable_layers } = settings
  const whole = trainedTensors(config, { finetuning_type, freeze_trainable_layers, freeze_trainable_modules: ['all'], freeze_extra_modules: null })
  return {
    config,
    weights: model,
    lora: whole ? null : { rank: r, alpha, dropout: 0, use_rslora, use_dora, target, b_pace },
    trained: whole ? new Set(whole.map(({ name }) => name)) : undefined,
    adapter: whole ? null : path.join(own, 'init_adapter'),
    ...(settings.init === 'pissa' ? { without: path.join(own, 'init_adapter') } : {}),
    dtype: 'float32',
    rows: batches[0].input_ids.length,
    eval_rows: 0,
    lengths: [...new Set(batches.map(b => b.input_ids[0].length))].sort((a, b) => a - b),
    adam: { beta1: betas[0], beta2: betas[1], epsilon: eps, weight_decay },
    max_grad_norm,
    seed: 0,
  }
}

/** Relative Frobenius distance of each tensor, at most 1e-3. */
export function tensorsFault(expected: NamedTensor[], found: NamedTensor[]): string | null {
  const byName = new Map(found.map(t => [t.name, t.data]))
  return first(expected, ({ name, data }) => {
    const own = byName.get(name)
    if (!own || own.length !== data.length) return `${name}: missing or of another size`
    const norm = (f: (i: number) => number): number => Math.sqrt(data.reduce((sum, _, i) => sum + f(i) ** 2, 0))
    return away(`${name} relative distance`, 0, norm(i => own[i] - data[i]) / norm(i => data[i]), 1e-3)
  })
}

function mergedFault(folder: string, expected: NonNullable<Case['merged_weights']>): string | null {
  const index = openWeights(folder, readModelConfig(folder))
  return first(Object.entries(expected), ([name, statistics]) => {
    const entry = index.get(name)
    if (!entry || entry.shape.join() !== statistics.shape.join()) return `${name}: missing or of another shape`
    return statisticsFault(name, statistics, readTensor(entry))
  })
}

function statisticsFault(name: string, { mean, std, sample_index, sample }: Statistics, values: Float32Array): string | null {
  const average = values.reduce((a, b) => a + b, 0) / values.length
  const spread = Math.sqrt(values.reduce((a, b) => a + (b - average) ** 2, 0) / values.length)
  const samples = first(sample_index, (at, i) => away(`${name}[${at}]`, sample[i], values[at], 1e-5))
  return samples ?? away(`${name} mean`, mean, average, 1e-5) ?? away(`${name} std`, std, spread, 1e-5)
}
