/**
 * What a training will be, before it starts: all faults of its configuration, warnings, and its size in steps, tokens and memory. Reads
 * every row, but makes tokens of a sample only, so that it answers while the form is filled in.
 */
import type { CheckReport, TrainingPlan } from '@/lib/api'
import { validationRows } from '@/lib/config/derived'
import type { TrainingArgs } from '@/lib/config/fields'
import { parseArgs } from '@/lib/config/schema'
import type { Fault } from '@/lib/errors'
import { checkTraining, collector, type Ground } from '@/trainer/check'
import { previewRows } from '@/trainer/data'
import { dataArgs } from '@/trainer/data-args'
import { availableMemory, gigabytes, trainingMemory } from '@/trainer/memory'
import { parameterCount } from '@/trainer/model/params'
import { planSteps } from '@/trainer/steps'

/** Rows that are made into tokens to guess the rest by. */
const sampleRows = 64

interface Rows {
  train: number
  evaluation: number
  /** Mean and largest length of the sample, in tokens, at most cutoff_len. */
  mean: number
  longest: number
  skipped: Fault | null
}

async function sample(args: TrainingArgs, template: Ground['template']): Promise<Rows> {
  const data = dataArgs(args)
  const { total, rows } = await previewRows(data, template, { offset: 0, limit: sampleRows })
  const lengths = rows.flatMap(({ tokens }) => (tokens === null ? [] : [tokens.length]))
  const evaluation = args.eval_dataset !== null ? (await previewRows({ ...data, dataset: data.eval_dataset }, null, { offset: 0, limit: 1 })).total : args.val_size > 1e-6 ? validationRows(args.val_size, total) : 0
  return {
    train: args.eval_dataset !== null ? total : total - evaluation,
    evaluation,
    mean: lengths.reduce((sum, n) => sum + n, 0) / Math.max(lengths.length, 1),
    longest: Math.max(0, ...lengths),
    skipped: rows.find(({ fault }) => fault !== null)?.fault ?? null,
  }
}

function sizeOf(args: TrainingArgs, { config, specs, dtype }: Ground, { train, evaluation, mean, longest }: Rows): TrainingPlan {
  const parameters = parameterCount(config)
  const trainable = specs.reduce((sum, { a, b }) => sum + a.shape[0] * a.shape[1] + b.shape[0] * b.shape[1], 0)
  const length = Math.min(Math.ceil(longest / 8) * 8, args.cutoff_len)
  return {
    parameters,
    trainable,
    examples: train,
    eval_examples: evaluation,
    steps: planSteps(train, args).max_steps,
    tokens: Math.round(mean * train),
    memory: Math.round(trainingMemory({ config, parameters, trainable, dtype, rows: args.per_device_train_batch_size, length })),
    memory_available: availableMemory(),
  }
}

/** The inspect worker's `check`. */
export async function checkReport(raw: unknown): Promise<CheckReport> {
  const parsed = parseArgs(raw)
  if (!parsed.ok) return { faults: parsed.faults, warnings: [], plan: null }
  const { args } = parsed
  const { faults, ground } = await checkTraining(args)
  if (!ground) return { faults, warnings: [], plan: null }
  const data = collector()
  const rows = await data.attempt(() => sample(args, ground.template))
  if (!rows) return { faults: data.faults, warnings: [], plan: null }
  const plan = sizeOf(args, ground, rows)
  const { memory, memory_available } = plan
  const short: Fault[] = memory > memory_available ? [{ code: 'memory_short', values: { needed: gigabytes(memory), available: gigabytes(memory_available) }, field: 'per_device_train_batch_size' }] : []
  return { faults: [], warnings: [...short, ...(rows.skipped ? [rows.skipped] : [])], plan }
}
