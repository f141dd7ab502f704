/**
 * Checks training trajectories against `lora/CASE/`: loss and gradient norm of every update, the trained tensors, greedy tokens from the given
 * final adapter, and its merge into the base; tolerances of NUMERICS.md.
 */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { type CheckResult } from '@/conform/check'
import { away, batchOf, first, result, tokensFault } from '@/conform/forward'
import { type ModelRuntime, chosenRuntime } from '@/conform/runner'
import type { Engine, EngineSpec, NamedTensor } from '@/trainer/engine/types'
import { mergeAdapters } from '@/trainer/export/merge'
import { openWeights, readModelConfig } from '@/trainer/weights/index'
import { readSafetensors, readTensor } from '@/trainer/weights/safetensors'

const ints = z.array(z.number().int())

/** What decides whether this version can do a case at all. */
const kindSchema = z.object({
  settings: z.object({
    type: z.string(),
    use_dora: z.boolean().optional(),
    init: z.string().optional(),
    optimizer: z.string().default('AdamW'),
  }),
})
const caseSchema = z.object({
  base_model: z.string(),
  settings: z.object({
    r: z.number(),
    alpha: z.number(),
    target: z.array(z.string()),
    use_rslora: z.boolean().optional(),
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
  merged_weights: z.record(z.string(), z.object({ shape: ints, mean: z.number(), std: z.number(), sample_index: ints, sample: z.array(z.number()) })).optional(),
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
function laterFeature({ type, use_dora, init, optimizer }: z.infer<typeof kindSchema>['settings']): string | null {
  if (type !== 'lora') return `${type} tuning`
  if (optimizer !== 'AdamW') return `optimiser ${optimizer}`
  if (use_dora) return 'DoRA'
  return init === undefined ? null : `initialisation ${init}`
}

async function* checkCase(label: string, own: string, model: string, golden: Case, { openEngine, openRunner }: ModelRuntime): AsyncGenerator<CheckResult> {
  const config = readModelConfig(model)
  const final = path.join(own, 'final_adapter')
  const engine = await openEngine(specOf(own, model, golden))
  try {
    const parameters = (await engine.readTrainable()).reduce((sum, t) => sum + t.data.length, 0)
    yield result(`${label} trainable parameters`, away('trainable_parameters', golden.trainable_parameters, parameters, 0))
    yield* trajectory(label, golden, engine)
    yield result(`${label} final tensors`, tensorsFault(readSafetensors(path.join(final, 'adapter_model.safetensors')), await engine.readTrainable()))
  } finally {
    engine.dispose()
  }
  if (golden.generate) {
    const runner = await openRunner(model, config, [final])
    try {
      for (const [i, { prompt, tokens }] of golden.generate.entries()) {
        yield result(`${label} greedy ${i}`, tokensFault(tokens, await runner.greedy(prompt, tokens.length, 1)))
      }
    } finally {
      runner.dispose()
    }
  }
  if (golden.merged_weights) yield result(`${label} merged weights`, mergedFault(model, final, golden.merged_weights))
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
  const { betas, eps, weight_decay, max_grad_norm, r, alpha, use_rslora = false, target, loraplus_lr_ratio: b_pace } = settings
  return {
    config,
    weights: model,
    lora: { rank: r, alpha, dropout: 0, use_rslora, target, b_pace },
    adapter: path.join(own, 'init_adapter'),
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

function mergedFault(model: string, adapter: string, expected: NonNullable<Case['merged_weights']>): string | null {
  const out = mkdtempSync(path.join(os.tmpdir(), 'conform-merge-'))
  try {
    mergeAdapters({ model, adapters: [adapter], output: out })
    const index = openWeights(out, readModelConfig(out))
    return first(Object.entries(expected), ([name, { shape, mean, std, sample_index, sample }]) => {
      const entry = index.get(name)
      if (!entry || entry.shape.join() !== shape.join()) return `${name}: missing or of another shape`
      const values = readTensor(entry)
      const average = values.reduce((a, b) => a + b, 0) / values.length
      const spread = Math.sqrt(values.reduce((a, b) => a + (b - average) ** 2, 0) / values.length)
      const samples = first(sample_index, (at, i) => away(`${name}[${at}]`, sample[i], values[at], 1e-5))
      return samples ?? away(`${name} mean`, mean, average, 1e-5) ?? away(`${name} std`, std, spread, 1e-5)
    })
  } finally {
    rmSync(out, { recursive: true })
  }
}
