/**
 * What a training will be, before it starts: all faults of its configuration, warnings, and its size in steps, tokens and memory. Reads
 * every row, but makes tokens of a sample only, so that it answers while the form is filled in.
 */
import path from 'node:path'
import type { CheckReport, TrainingPlan } from '@/lib/api'
import { exampleCutoff, packs } from '@/lib/config/derived'
import type { TrainingArgs } from '@/lib/config/fields'
import { parseArgs } from '@/lib/config/schema'
import { type Fault, problem } from '@/lib/errors'
import { greedyKnapsack, packPortions } from '@/lib/samples/packing'
import { kindFor } from '@/lib/datasets/purpose'
import { withFolder } from '@/trainer/base-model'
import { checkTraining, collector, ownIn, trainableIn, type Ground } from '@/trainer/run/check'
import { stageOf } from '@/trainer/stages/stage'
import { surveyData, textsShort } from '@/trainer/data/data'
import type { DataSurvey } from '@/trainer/data/training-data'
import type { RowFault } from '@/trainer/tokens/encoding'
import { datasetFiles, findDataset, readInfo } from '@/trainer/data/dataset-files'
import { availableMemory, gigabytes, trainingMemory } from '@/trainer/run/memory'
import { isVocabulary, numbersIn, parameterCount } from '@/trainer/model/params'
import { reachOf } from '@/trainer/model/whole'
import { countEvaluationRows } from '@/trainer/predict/items'
import { remember } from '@/trainer/inspect/remember'
import { planSteps } from '@/trainer/run/steps'
import { readRuntime } from '@/trainer/runtime-file'
import { loadTokenizer } from '@/trainer/tokenizer/tokenizer'
import { exampleLength } from '@/trainer/tokens/row'

/** Lengths in tokens of examples taken evenly over all of them. */
const lengthsOf = ({ sample }: DataSurvey, args: TrainingArgs, { template }: Ground): number[] => sample.map((example) => exampleLength(example, args, template))

/** How many rows the examples make and how long the longest is; of packed rows a guess, as if each length came as often as in the sample. */
function rowsOf(examples: number, lengths: readonly number[], args: TrainingArgs): { rows: number; longest: number } {
  if (!packs(args)) return { rows: examples, longest: Math.max(...lengths) }
  const guessed = Array.from({ length: examples }, (_, i) => lengths[i % lengths.length])
  const cutoff = exampleCutoff(args)
  const stream = (own: readonly number[]) => Math.floor(own.reduce((sum, n) => sum + n, 0) / cutoff)
  const packed = packPortions(examples, args).map(([from, to]) => (args.stage === 'pt' ? stream : (own: readonly number[]) => greedyKnapsack(own, cutoff).length)(guessed.slice(from, to)))
  return { rows: packed.reduce((sum, n) => sum + n, 0), longest: args.cutoff_len }
}

function sizeOf(args: TrainingArgs, ground: Ground, survey: DataSurvey): TrainingPlan {
  const { config } = ground
  const { examples } = survey
  const lengths = lengthsOf(survey, args, ground)
  const { rows, longest } = rowsOf(examples, lengths, args)
  if (rows === 0) throw textsShort(args)
  const parameters = parameterCount(config)
  const trainable = trainableIn(ground)
  const length = Math.min(Math.ceil(longest / 8) * 8, args.cutoff_len)
  const { max_steps, samples } = planSteps(rows, args)
  const tokens = (lengths.reduce((sum, n) => sum + n, 0) / lengths.length) * examples
  return {
    parameters,
    trainable,
    examples,
    eval_examples: survey.eval_examples,
    steps: max_steps,
    tokens: Math.round(tokens),
    total_tokens: Math.round((tokens * samples) / rows),
    memory: Math.round(trainingMemory({ ...memoryShape(ground), parameters, trainable, reference: stageOf(args).objective(args, ground).reference ?? false, rows: args.per_device_train_batch_size * textsPerExample(args), length })),
    memory_available: availableMemory(),
  }
}

/** What of a training's memory the model and what is trained of it say. A checkpoint's bfloat16 numbers stay such where kernels of ours widen them (frozen.ts). */
function memoryShape(ground: Ground) {
  const { config, dtype, whole, specs, merged } = ground
  const own = ownIn(ground)
  const narrow = config.dtype === 'bfloat16' && merged.length === 0 && Boolean(readRuntime()?.ops)
  const magnitudes = specs.reduce((sum, { magnitude }) => sum + (magnitude?.shape[0] ?? 0), 0)
  const reach = whole === null ? { vocabulary: own.some(({ name }) => isVocabulary(name)) } : reachOf(config, whole)
  return { config, dtype, own: numbersIn(own), magnitudes, frozen: narrow ? 2 : undefined, ...reach }
}

/** Pairs and rated answers come as two texts. */
const textsPerExample = ({ stage }: TrainingArgs): number => (kindFor[stage] === 'pairs' || kindFor[stage] === 'rated' ? 2 : 1)

const tokenizerOf = remember(loadTokenizer, (folder) => ['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'generation_config.json'].map((name) => path.join(folder, name)))

type DataKey = Pick<TrainingArgs, 'stage' | 'dataset' | 'eval_dataset' | 'dataset_dir' | 'cutoff_len' | 'max_samples' | 'val_size' | 'eval_on_each_dataset' | 'mix_strategy' | 'interleave_probs' | 'seed' | 'streaming' | 'buffer_size' | 'disable_shuffling'>

const dataKey = ({ stage, dataset, eval_dataset, dataset_dir, cutoff_len, max_samples, val_size, eval_on_each_dataset, mix_strategy, interleave_probs, seed, streaming, buffer_size, disable_shuffling }: TrainingArgs): DataKey => ({
  stage, dataset, eval_dataset, dataset_dir, cutoff_len, max_samples, val_size, eval_on_each_dataset, mix_strategy, interleave_probs, seed, streaming, buffer_size, disable_shuffling,
})

/** dataset_info.json and the files that it names for the chosen datasets. */
async function dataFiles({ dataset, eval_dataset, dataset_dir }: DataKey): Promise<string[]> {
  const info = await readInfo(dataset_dir)
  const find = (names: readonly string[] | null, field: string) => (names ?? []).map((name) => findDataset(info, name, dataset_dir, field))
  const sources = [...find(dataset, 'dataset'), ...find(eval_dataset, 'eval_dataset')]
  const files = await Promise.all(sources.map((source) => datasetFiles(source, dataset_dir)))
  return [path.join(dataset_dir, 'dataset_info.json'), ...files.flat()]
}

const surveyOf = remember<DataKey, DataSurvey>(surveyData, dataFiles)

/** By the run itself, before anything else. */
const isFetched = ({ code }: Fault) => code === 'dataset_not_here'

/** The inspect worker's `check`. */
export async function checkReport(raw: unknown): Promise<CheckReport> {
  const parsed = parseArgs(raw)
  if (!parsed.ok) return { faults: parsed.faults, warnings: [], plan: null }
  const base = collector()
  const args = await base.attempt(() => withFolder(parsed.args))
  if (!args) return { faults: base.faults, warnings: [], plan: null }
  const { faults, ground } = await checkTraining(args, tokenizerOf)
  if (!ground) return { faults, warnings: [], plan: null }
  if (!args.do_train && args.stage === 'sft') return evaluationReport(args, ground)
  const data = collector()
  const plan = await data.attempt(async () => {
    const survey = await surveyOf(dataKey(args))
    return { ...sizeOf(args, ground, survey), skipped: survey.skipped }
  })
  if (!plan) return { faults: data.faults.filter((fault) => !isFetched(fault)), warnings: data.faults.filter(isFetched), plan: null }
  const { skipped, ...size } = plan
  return { faults: [], warnings: [...memoryWarning(size), ...leftOut(skipped)], plan: size }
}

/** Of an evaluation: its rows, and whether it can be done at all. */
async function evaluationReport(args: TrainingArgs, { config, dtype }: Ground): Promise<CheckReport> {
  const { faults, attempt } = collector()
  const examples = await attempt(() => countEvaluationRows(args))
  if (examples === null) return { faults: faults.filter((fault) => !isFetched(fault)), warnings: faults.filter(isFetched), plan: null }
  const parameters = parameterCount(config)
  const memory = parameters * (dtype === 'bfloat16' ? 2 : 4)
  const plan = { parameters, trainable: 0, examples, eval_examples: examples, steps: Math.ceil(examples / args.per_device_eval_batch_size), tokens: 0, total_tokens: 0, memory, memory_available: availableMemory() }
  return { faults: [], warnings: memoryWarning(plan), plan }
}

function memoryWarning({ memory, memory_available }: TrainingPlan): Fault[] {
  if (memory <= memory_available) return []
  return [{ code: 'memory_short', values: { needed: gigabytes(memory), available: gigabytes(memory_available) }, field: 'per_device_train_batch_size' }]
}

/** One warning per dataset: how many of its rows are left out, and the first of them. */
function leftOut(skipped: readonly RowFault[]): Fault[] {
  return [...new Set(skipped.map(({ dataset }) => dataset))].map((dataset) => {
    const rows = skipped.filter((row) => row.dataset === dataset)
    const { row, column, problem: reason = problem('missing') } = rows[0].fault.values
    return { code: 'dataset_rows_left_out', values: { dataset, count: rows.length, row, column, problem: reason }, field: 'dataset' }
  })
}
