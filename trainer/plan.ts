/**
 * What a training will be, before it starts: all faults of its configuration, warnings, and its size in steps, tokens and memory. Reads
 * every row, but makes tokens of a sample only, so that it answers while the form is filled in.
 */
import type { CheckReport, TrainingPlan } from '@/lib/api'
import type { TrainingArgs } from '@/lib/config/fields'
import { parseArgs } from '@/lib/config/schema'
import type { Fault } from '@/lib/errors'
import { encodeSupervised } from '@/lib/samples/supervised'
import { checkTraining, collector, type Ground } from '@/trainer/check'
import { surveyData, type DataSurvey } from '@/trainer/data'
import { availableMemory, gigabytes, trainingMemory } from '@/trainer/memory'
import { parameterCount } from '@/trainer/model/params'
import { planSteps } from '@/trainer/steps'

/** Rows that are made into tokens to guess the rest by. */
const sampleRows = 64

/** Mean and largest length in tokens, at most cutoff_len, of examples taken evenly over all of them. */
function lengthsOf({ examples }: DataSurvey, args: TrainingArgs, { template }: Ground): { mean: number; longest: number } {
  const every = Math.ceil(examples.length / sampleRows)
  const lengths = examples.filter((_, i) => i % every === 0).map((example) => encodeSupervised(example, template, args).ids.length)
  return { mean: lengths.reduce((sum, n) => sum + n, 0) / lengths.length, longest: Math.max(...lengths) }
}

function sizeOf(args: TrainingArgs, ground: Ground, survey: DataSurvey): TrainingPlan {
  const { config, specs, dtype } = ground
  const examples = survey.examples.length
  const { mean, longest } = lengthsOf(survey, args, ground)
  const parameters = parameterCount(config)
  const trainable = specs.reduce((sum, { a, b }) => sum + a.shape[0] * a.shape[1] + b.shape[0] * b.shape[1], 0)
  const length = Math.min(Math.ceil(longest / 8) * 8, args.cutoff_len)
  return {
    parameters,
    trainable,
    examples,
    eval_examples: survey.eval_examples,
    steps: planSteps(examples, args).max_steps,
    tokens: Math.round(mean * examples),
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
  const plan = await data.attempt(async () => {
    const survey = await surveyData(args)
    return { ...sizeOf(args, ground, survey), skipped: survey.skipped }
  })
  if (!plan) return { faults: data.faults, warnings: [], plan: null }
  const { skipped, ...size } = plan
  return { faults: [], warnings: [...memoryWarning(size), ...skipped.slice(0, 1).map(({ fault }) => fault)], plan: size }
}

function memoryWarning({ memory, memory_available }: TrainingPlan): Fault[] {
  if (memory <= memory_available) return []
  return [{ code: 'memory_short', values: { needed: gigabytes(memory), available: gigabytes(memory_available) }, field: 'per_device_train_batch_size' }]
}
