/**
 * preference/*.json: the losses of pairs, of rated answers and of scores on one model, with log-probabilities, rewards and gradient norms, and the trajectories of
 * two trainings; tolerances of NUMERICS.md. PPO's cases are listed as not yet supported.
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { type CheckResult } from '@/conform/check'
import { away, batchOf, first, result } from '@/conform/forward'
import { tensorsFault } from '@/conform/lora'
import { type OpenEngine, chosenRuntime, type ModelRuntime } from '@/conform/runner'
import { type Objective, type Told, meanValues } from '@/trainer/engine/objective'
import type { Batch, Engine } from '@/trainer/engine/types'
import { preference } from '@/trainer/objectives/preference'
import { rated } from '@/trainer/objectives/rated'
import { reward } from '@/trainer/objectives/reward'
import { readModelConfig } from '@/trainer/weights/index'
import { readSafetensors } from '@/trainer/weights/safetensors'

const ints = z.array(z.array(z.number().int()))
const numbers = z.array(z.number())
const batchSchema = z.object({ input_ids: ints, attention_mask: ints, labels: ints })
const optionsSchema = z.object({
  loss_type: z.enum(['sigmoid', 'hinge', 'ipo', 'kto_pair', 'orpo', 'simpo']).default('sigmoid'),
  beta: z.number(),
  ftx: z.number().default(0),
  ls: z.number().default(0),
  gamma: z.number().default(0.5),
  ld: z.number().nullable().default(null),
  cw: z.number().default(1),
  rw: z.number().default(1),
})
type Options = z.infer<typeof optionsSchema>
const dpoSchema = z.object({
  base_model: z.string(),
  adapter: z.string(),
  batch: batchSchema,
  logps: z.object({ policy_logps: numbers, reference_logps: numbers }),
  cases: z.array(
    z.object({
      name: z.string(), options: optionsSchema, losses: numbers, loss: z.number(), chosen_rewards: numbers, rejected_rewards: numbers,
      metrics: z.record(z.string(), z.number()), grad_norm: z.number(),
    }),
  ),
})
const trajectorySchema = z.object({
  base_model: z.string(),
  adapter: z.string(),
  settings: optionsSchema.extend({ lr: z.number(), max_grad_norm: z.number() }),
  batches: z.array(batchSchema),
  steps: z.array(
    z.object({ loss: z.number(), grad_norm: z.number(), reward_chosen: z.number(), reward_rejected: z.number(), reward_accuracies: z.number(), reward_margins: z.number() }),
  ),
})
const ktoBatchSchema = batchSchema.extend({ kl_input_ids: ints, kl_attention_mask: ints, kl_labels: ints, kto_tags: z.array(z.boolean()) })
const ktoSchema = z.object({
  base_model: z.string(),
  adapter: z.string(),
  groups: z.array(
    z.object({
      name: z.string(),
      batch: ktoBatchSchema,
      cases: z.array(
        z.object({
          options: optionsSchema, kl: z.number(), losses: numbers, loss: z.number(), chosen_rewards: numbers, rejected_rewards: numbers, grad_norm: z.number(),
          policy_chosen_logps: numbers, policy_rejected_logps: numbers,
        }),
      ),
    }),
  ),
})
const scoredSchema = z.object({ input_ids: ints, attention_mask: ints })
const rmSchema = z.object({
  base_model: z.string(),
  adapter: z.string(),
  value_head: z.string(),
  batch: scoredSchema,
  chosen_scores: numbers,
  rejected_scores: numbers,
  loss: z.number(),
  accuracy: z.number(),
  grad_norm: z.number(),
  trajectory: z.object({
    settings: z.object({ lr: z.number(), max_grad_norm: z.number() }),
    batches: z.array(scoredSchema),
    steps: z.array(z.object({ loss: z.number(), grad_norm: z.number(), chosen_scores: numbers, rejected_scores: numbers })),
  }),
})

export async function* check(dir: string, runtime?: ModelRuntime): AsyncGenerator<CheckResult> {
  const folder = path.join(dir, 'preference')
  if (!existsSync(folder)) return
  const { openEngine } = runtime ?? (await chosenRuntime())
  const read = <T>(name: string, schema: z.ZodType<T>): T | null =>
    existsSync(path.join(folder, name)) ? schema.parse(JSON.parse(readFileSync(path.join(folder, name), 'utf8'))) : null
  const [dpo, trajectory, kto, rm] = [read('dpo.json', dpoSchema), read('dpo_trajectory.json', trajectorySchema), read('kto.json', ktoSchema), read('rm.json', rmSchema)]
  const placeOf = (file: { base_model: string; adapter: string }) => ({ folder, model: path.join(dir, 'models', file.base_model), adapter: path.join(folder, file.adapter), openEngine })
  if (dpo) yield* checkPairs(dpo, placeOf(dpo))
  if (trajectory) yield* checkTrajectory(trajectory, placeOf(trajectory))
  if (kto) yield* checkRated(kto, placeOf(kto))
  if (rm) yield* checkScores(rm, placeOf(rm))
  const ppo = read('ppo.json', z.looseObject({ epochs: z.array(z.unknown()).default([]) }))
  for (let i = 0; i < (ppo?.epochs.length || Number(ppo !== null)); i++) yield { name: `preference/ppo ${i}`, ok: false, unsupported: 'PPO' }
}

interface Place {
  folder: string
  model: string
  adapter: string
  openEngine: OpenEngine
}

/** An engine that keeps what its objective tells. */
async function open(objective: Objective, batches: Batch[], { model, adapter, openEngine }: Place, max_grad_norm: number): Promise<{ engine: Engine; told: () => Told }> {
  let kept: Told = {}
  const telling: Objective = {
    ...objective,
    metrics(told, batch) {
      kept = told
      return objective.metrics?.(told, batch) ?? {}
    },
  }
  const config = readModelConfig(model)
  const lengths = [...new Set(batches.map(({ length }) => length))].sort((a, b) => a - b)
  const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0 }
  const lora = { rank: 0, alpha: 0, dropout: 0, use_rslora: false, target: ['all'] }
  const engine = await openEngine({ config, weights: model, lora, adapter, dtype: 'float32', rows: batches[0].rows, eval_rows: 0, lengths, adam, max_grad_norm, seed: 0, objective: telling })
  return { engine, told: () => kept }
}

/** Loss, gradient norm, and what was told, of one update. */
async function oneUpdate(objective: Objective, batch: Batch, place: Place) {
  const { engine, told } = await open(objective, [batch], place, 0)
  try {
    return { ...(await engine.train([batch], { lr: 1e-9, step: 0 })), told: told() }
  } finally {
    engine.dispose()
  }
}

const pairObjective = ({ loss_type, beta, ftx, ls, gamma, ld }: Options): Objective =>
  preference({ pref_loss: loss_type, pref_beta: beta, pref_ftx: ftx, dpo_label_smoothing: ls, simpo_gamma: gamma, ld_alpha: ld })

const near = (name: string, expected: number, found: number, relative: number) => away(name, expected, found, relative * Math.max(Math.abs(expected), 1e-3))
const allNear = (name: string, expected: readonly number[], found: ArrayLike<number>, relative: number) =>
  expected.length === found.length ? first(expected.map((_, i) => i), (i) => near(`${name}[${i}]`, expected[i], found[i], relative)) : `${name}: expected ${expected.length} numbers, found ${found.length}`

/** Sums of log-probabilities; what loses digits by cancellation (rewards, losses of differences) is held to 1e-3. */
const [LOGPS, LOSS, LOSSES, REWARDS, NORM] = [1e-5, 1e-4, 1e-3, 1e-3, 1e-3]

async function* checkPairs(file: z.infer<typeof dpoSchema>, place: Place): AsyncGenerator<CheckResult> {
  const batch = batchOf(file.batch)
  const plain = await oneUpdate(pairObjective(optionsSchema.parse({ beta: 1 })), batch, place)
  const pairs = batch.rows / 2
  const policy = [...Array.from(plain.told.chosen_logps), ...Array.from(plain.told.rejected_logps)]
  const rewards = [...Array.from(plain.told.chosen_rewards), ...Array.from(plain.told.rejected_rewards)]
  yield result('preference/dpo log-probabilities', allNear('policy_logps', file.logps.policy_logps, policy, LOGPS))
  yield result('preference/dpo reference', allNear('reference_logps', file.logps.reference_logps, policy.map((logp, i) => logp - rewards[i]), LOGPS))
  for (const { name, options, ...golden } of file.cases) {
    const { loss, grad_norm, told, means = {} } = await oneUpdate(pairObjective(options), batch, place)
    const metrics = meanValues(means)
    yield result(
      `preference/dpo ${name}`,
      near('loss', golden.loss, loss, LOSS) ??
        near('grad_norm', golden.grad_norm, grad_norm, NORM) ??
        allNear('losses', golden.losses, told.losses, LOSSES) ??
        allNear('chosen_rewards', golden.chosen_rewards, told.chosen_rewards, REWARDS) ??
        allNear('rejected_rewards', golden.rejected_rewards, told.rejected_rewards, REWARDS) ??
        first(Object.entries(golden.metrics).filter(([key]) => !key.startsWith('logits/')), ([key, value]) => near(key, value, metrics[key], REWARDS)) ??
        (pairs === golden.chosen_rewards.length ? null : 'another number of pairs'),
    )
  }
}

async function* checkTrajectory({ settings, batches: raw, steps }: z.infer<typeof trajectorySchema>, place: Place): AsyncGenerator<CheckResult> {
  const batches = raw.map(batchOf)
  const { engine } = await open(pairObjective(settings), batches, place, settings.max_grad_norm)
  try {
    for (const [i, golden] of steps.entries()) {
      const { loss, grad_norm, means = {} } = await engine.train([batches[i]], { lr: settings.lr, step: i })
      const metrics = meanValues(means)
      const { reward_chosen, reward_rejected, reward_accuracies, reward_margins } = golden
      const expected = { 'rewards/chosen': reward_chosen, 'rewards/rejected': reward_rejected, 'rewards/accuracies': reward_accuracies, 'rewards/margins': reward_margins }
      const fault = near('loss', golden.loss, loss, LOSS) ?? near('grad_norm', golden.grad_norm, grad_norm, NORM)
      yield result(`preference/dpo_trajectory step ${i + 1}`, fault ?? first(Object.entries(expected), ([key, value]) => near(key, value, metrics[key], 2 * REWARDS)))
    }
    const final = readSafetensors(path.join(place.folder, 'dpo_final_adapter', 'adapter_model.safetensors'))
    yield result('preference/dpo_trajectory final tensors', tensorsFault(final, await engine.readTrainable()))
  } finally {
    engine.dispose()
  }
}

/** Answers in the first half, the strange ones for the estimate in the second. */
function ratedBatch(raw: z.infer<typeof ktoBatchSchema>): Batch {
  const width = Math.max(raw.input_ids[0].length, raw.kl_input_ids[0].length)
  const wide = (rows: number[][], fill: number) => rows.map((row) => [...row, ...new Array<number>(width - row.length).fill(fill)])
  const both = (one: number[][], two: number[][], fill: number) => [...wide(one, fill), ...wide(two, fill)]
  const batch = batchOf({
    input_ids: both(raw.input_ids, raw.kl_input_ids, 0), attention_mask: both(raw.attention_mask, raw.kl_attention_mask, 0), labels: both(raw.labels, raw.kl_labels, -100),
  })
  return { ...batch, wanted: Int32Array.from(raw.kto_tags, Number) }
}

async function* checkRated({ groups }: z.infer<typeof ktoSchema>, place: Place): AsyncGenerator<CheckResult> {
  for (const { name, batch: raw, cases } of groups) {
    const batch = ratedBatch(raw)
    for (const { options, ...golden } of cases) {
      const { beta, ftx, cw, rw } = options
      const { loss, grad_norm, told } = await oneUpdate(rated({ pref_beta: beta, pref_ftx: ftx, kto_chosen_weight: cw, kto_rejected_weight: rw }), batch, place)
      const pick = (values: ArrayLike<number>, good: boolean) => Array.from(values).filter((_, i) => raw.kto_tags[i] === good)
      yield result(
        `preference/kto ${name} ${JSON.stringify(options)}`,
        near('loss', golden.loss, loss, LOSS) ??
          near('grad_norm', golden.grad_norm, grad_norm, NORM) ??
          near('kl', golden.kl, told.kl[0], REWARDS) ??
          allNear('losses', golden.losses, [...pick(told.losses, true), ...pick(told.losses, false)], LOSSES) ??
          allNear('chosen_rewards', golden.chosen_rewards, pick(told.rewards, true), REWARDS) ??
          allNear('rejected_rewards', golden.rejected_rewards, pick(told.rewards, false), REWARDS) ??
          allNear('policy_chosen_logps', golden.policy_chosen_logps, pick(told.logps, true), LOGPS) ??
          allNear('policy_rejected_logps', golden.policy_rejected_logps, pick(told.logps, false), LOGPS),
      )
    }
  }
}

/** Scores are sums of terms of about their own size, whatever is left of them: their digits count from 1. */
const scoresFault = (expected: { chosen_scores: number[]; rejected_scores: number[] }, { chosen, rejected }: Told) =>
  first([...expected.chosen_scores, ...expected.rejected_scores], (score, i) => away(`score[${i}]`, score, [...Array.from(chosen), ...Array.from(rejected)][i], 2 * REWARDS * Math.max(Math.abs(score), 1)))

const scoredBatch = (raw: z.infer<typeof scoredSchema>): Batch => batchOf({ ...raw, labels: raw.input_ids.map((row) => row.map(() => -100)) })

async function* checkScores({ trajectory, value_head, ...golden }: z.infer<typeof rmSchema>, place: Place): AsyncGenerator<CheckResult> {
  const objective = reward(readSafetensors(path.join(place.folder, value_head)))
  const { loss, grad_norm, told, means = {} } = await oneUpdate(objective, scoredBatch(golden.batch), place)
  yield result(
    'preference/rm',
    near('loss', golden.loss, loss, LOSS) ??
      near('grad_norm', golden.grad_norm, grad_norm, NORM) ??
      allNear('chosen_scores', golden.chosen_scores, told.chosen, REWARDS) ??
      allNear('rejected_scores', golden.rejected_scores, told.rejected, REWARDS) ??
      near('accuracy', golden.accuracy, meanValues(means).accuracy, 0),
  )
  const batches = trajectory.batches.map(scoredBatch)
  const { engine, told: last } = await open(objective, batches, place, trajectory.settings.max_grad_norm)
  try {
    for (const [i, step] of trajectory.steps.entries()) {
      const found = await engine.train([batches[i]], { lr: trajectory.settings.lr, step: i })
      const fault = near('loss', step.loss, found.loss, LOSS) ?? near('grad_norm', step.grad_norm, found.grad_norm, NORM)
      const scores = scoresFault(step, last())
      yield result(`preference/rm step ${i + 1}`, fault ?? scores)
    }
    // The bias cancels in every loss: its gradient is rounding, of which Adam makes steps of full length.
    const head = readSafetensors(path.join(place.folder, 'rm_final_value_head.safetensors')).filter(({ name }) => name.endsWith('.weight'))
    const final = [...readSafetensors(path.join(place.folder, 'rm_final_adapter', 'adapter_model.safetensors')), ...head]
    yield result('preference/rm final tensors', tensorsFault(final, await engine.readTrainable()))
  } finally {
    engine.dispose()
  }
}
