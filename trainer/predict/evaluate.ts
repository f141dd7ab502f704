/**
 * An evaluation without training: loss, perplexity and accuracy (`do_eval`), then answers to every row (`predict_with_generate`), then those of the base model to
 * the same questions, where they are wanted. It can be stopped at any time; answers that are written are not asked for again.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { TrainingArgs } from '@/lib/config/fields'
import { callShares } from '@/lib/metrics/tool-calls'
import { meanSimilarity } from '@/lib/metrics/similarity'
import { inEnglish } from '@/lib/messages/english'
import type { ModelAnswer } from '@/lib/predictions'
import { runFiles } from '@/lib/run'
import { dtypeOf } from '@/trainer/chat/chat-model'
import { adaptersIn, padId, type Ground } from '@/trainer/run/check'
import { createEngine, createGenerator } from '@/trainer/device'
import type { Engine, EngineSpec, Generator, GeneratorSpec } from '@/trainer/engine/types'
import { fetchRows, missingRows } from '@/trainer/data/fetch-rows'
import { writeWhole } from '@/trainer/files'
import { answersTo, predictionOf } from '@/trainer/predict/answers'
import { asksBase, openBaseAnswers, openPredictions } from '@/trainer/predict/files'
import { evaluationData, type EvaluationData, type Item } from '@/trainer/predict/items'
import { lossBatches, lossEngine, lossMetrics, measureLoss, type LossSettings } from '@/trainer/predict/loss'
import { evaluationProgress, type EvaluationProgress } from '@/trainer/predict/progress'
import { stageOf } from '@/trainer/stages/stage'
import { exitCodeOf } from '@/trainer/run/stop'
import { begin, stopped, told, untilStopped, writeArguments } from '@/trainer/run/begun'
import type { Begun } from '@/trainer/run/types'

export interface Openers {
  engine: (spec: EngineSpec) => Promise<Engine>
  generator: (spec: GeneratorSpec) => Promise<Generator>
}

/** All that the passes share. */
interface Evaluation extends Begun {
  args: TrainingArgs
  folder: string
  ground: Ground
  data: EvaluationData
  dtype: 'float32' | 'bfloat16'
  base: boolean
  progress: EvaluationProgress
  signal: AbortSignal
}

/**
 * @param named the base model as the configuration names it; `args` have its folder
 * @param compareBase whether the base is asked, too; null: as the run folder says
 */
export async function evaluateModel(args: TrainingArgs, named: string | null, ground: Ground, open: Openers = { engine: createEngine, generator: createGenerator }, compareBase: boolean | null = null): Promise<number> {
  const missing = await missingRows(args)
  const here = missing.length === 0 ? await evaluationData(args, ground.template) : null
  const begun = begin(args, ground)
  const folder = args.output_dir ?? ''
  return told(begun, async () => {
    writeArguments({ args, base: named, output_dir: folder })
    if (compareBase !== null) writeWhole(path.join(folder, runFiles.evaluation), `${JSON.stringify({ compare_base: compareBase }, null, 2)}\n`)
    const done = await untilStopped(begun, async (signal): Promise<true> => {
      if (missing.length > 0) await fetchRows(missing, args, begun.report, signal)
      const data = here ?? (await evaluationData(args, ground.template))
      await passes({ ...begun, args, folder, ground, data, signal, ...planned(args, folder, ground, data, begun) }, open)
      return true
    })
    if (done === null) return stopped(begun, begun.report.state.now.step)
    begun.report.state.change({ status: 'done', phase: 'finished' })
    return begun.stop.signal === null ? 0 : exitCodeOf(begun.stop.signal)
  })
}

/** The answers of a model that was just trained; what the log says of steps stays the training's. */
export async function answerAfterTraining(args: TrainingArgs, ground: Ground, begun: Begun, signal: AbortSignal, open: Openers['generator'] = createGenerator): Promise<true> {
  const data = await evaluationData(args, ground.template)
  const folder = args.output_dir ?? ''
  const progress = { step: () => undefined, skip: () => undefined, record: () => undefined }
  await answerPasses({ ...begun, args, folder, ground, data, signal, dtype: dtypeOf(args, ground.config), base: asksBase(folder), progress }, open)
  return true
}

function planned(args: TrainingArgs, folder: string, ground: Ground, { items, samples, skipped }: EvaluationData, { report }: Begun): Pick<Evaluation, 'dtype' | 'base' | 'progress'> {
  const base = adaptersIn(ground).length > 0 && args.predict_with_generate && asksBase(folder)
  const rows = args.per_device_eval_batch_size
  const answers = args.predict_with_generate ? Math.ceil(items.length / rows) * (base ? 2 : 1) : 0
  for (const { dataset, row, fault } of skipped) report.text(`Dataset ${dataset}: row ${row} is left out: ${inEnglish(fault)}`, 'WARNING')
  report.text(`***** Running evaluation *****`)
  report.text(`  Num examples = ${items.length}, batch size = ${rows}`)
  return { base, dtype: dtypeOf(args, ground.config), progress: evaluationProgress(report, (args.do_eval ? Math.ceil(samples.length / rows) : 0) + answers) }
}

async function passes(evaluation: Evaluation, open: Openers): Promise<void> {
  const { args, data } = evaluation
  if (args.do_eval && data.samples.length > 0) await lossPass(evaluation, open)
  if (args.predict_with_generate && !evaluation.signal.aborted) await answerPasses(evaluation, open.generator)
}

async function lossPass({ args, folder, ground, data, dtype, report, progress, signal }: Evaluation, open: Openers): Promise<void> {
  const settings: LossSettings = { rows: args.per_device_eval_batch_size, pad_id: padId(ground), weights: args.model_name_or_path ?? '', dtype }
  const batches = lossBatches(data.samples, settings)
  if (args.resume_from_checkpoint !== null && existsSync(path.join(folder, runFiles.evalResults))) return progress.skip(batches.length)
  report.state.change({ status: 'running', phase: 'loading' })
  const engine = await open.engine(lossEngine(batches, ground, settings))
  try {
    report.state.change({ runtime: engine.runtime, phase: 'evaluating' })
    const began = performance.now()
    const found = await measureLoss(engine, batches, () => signal.aborted, () => progress.step())
    if (found === null) return
    const metrics = prefixed('eval', { ...lossMetrics(found, stageOf(args).metrics), ...speeds(began, data.samples.length, batches.length) })
    progress.record({ eval_loss: metrics.eval_loss })
    report.results('eval', metrics)
    report.text(`***** eval metrics ***** ${JSON.stringify(metrics)}`)
  } finally {
    engine.dispose()
  }
}

async function answerPasses(evaluation: Evaluation, open: Openers['generator']): Promise<void> {
  const { args, ground, data, dtype, report, base, signal } = evaluation
  report.state.change({ status: 'running', phase: 'loading' })
  const longest = data.items.reduce((most, { ids }) => Math.max(most, ids.length), 0)
  const max_length = Math.min(longest + args.max_new_tokens, Math.max(ground.config.max_position_embeddings, longest + 1))
  const generator = await open({ config: ground.config, weights: args.model_name_or_path ?? '', adapters: adaptersIn(ground), dtype, max_length, slots: Math.min(args.per_device_eval_batch_size, data.items.length) })
  try {
    report.state.change({ runtime: generator.runtime })
    const own = await ownAnswers(evaluation, generator)
    if (signal.aborted) return
    const others = base ? await baseAnswers(evaluation, generator) : []
    if (signal.aborted) return
    writeAnswerResults(evaluation, own, others)
  } finally {
    generator.dispose()
  }
}

interface Answered {
  answers: ModelAnswer[]
  /** Of this session: when it began, and how many it gave. */
  began: number
  fresh: number
}

async function ownAnswers({ args, folder, ground, data: { items }, report, progress, signal }: Evaluation, generator: Generator): Promise<Answered> {
  const file = openPredictions(folder, args.do_predict)
  const { template } = ground
  const found: Answered = { answers: [...file.before], began: performance.now(), fresh: 0 }
  const count = counter(items, args, progress, file.before.length)
  report.state.change({ phase: 'predicting' })
  try {
    for await (const { item, answer } of answersTo(items, file.before.length, { generator, template, side: 'adapter', args, signal })) {
      file.append(predictionOf(item, answer, template, args.skip_special_tokens))
      found.answers.push(answer)
      found.fresh++
      count(found.answers.length)
    }
  } finally {
    file.close()
  }
  return found
}

async function baseAnswers({ args, folder, ground: { template }, data: { items }, report, progress, signal }: Evaluation, generator: Generator): Promise<ModelAnswer[]> {
  const file = openBaseAnswers(folder)
  const answers = [...file.before]
  const count = counter(items, args, progress, answers.length)
  report.state.change({ phase: 'comparing' })
  try {
    for await (const { answer } of answersTo(items, answers.length, { generator, template, side: 'base', args, signal })) {
      file.append(answer)
      answers.push(answer)
      count(answers.length)
    }
  } finally {
    file.close()
  }
  return answers
}

/** Steps are batches, as LLaMA-Factory counts them, though here a new question comes in when an answer has ended. */
function counter(items: readonly Item[], { per_device_eval_batch_size: rows }: TrainingArgs, progress: EvaluationProgress, before: number): (answered: number) => void {
  const all = Math.ceil(items.length / rows)
  const stepsOf = (answered: number) => (answered === items.length ? all : Math.floor(answered / rows))
  let steps = stepsOf(before)
  progress.skip(steps)
  return (answered) => {
    for (; steps < stepsOf(answered); steps++) progress.step()
  }
}

function writeAnswerResults({ args, report, data, progress }: Evaluation, { answers, began, fresh }: Answered, others: readonly ModelAnswer[]): void {
  const name = args.do_predict ? 'predict' : 'eval'
  const speed = fresh > 0 ? speeds(began, fresh, Math.ceil(fresh / args.per_device_eval_batch_size)) : {}
  const metrics = { ...prefixed(name, { ...meanOf(answers, data.items), ...speed }), ...prefixed('base', meanOf(others, data.items)) }
  report.results(name, metrics)
  report.text(`***** ${name} metrics ***** ${JSON.stringify(metrics)}`)
  progress.record({})
}

/** Scores of the last answers, as LLaMA-Factory takes their mean; calls over all answers. */
function meanOf(answers: readonly ModelAnswer[], items: readonly Item[]): Record<string, number> {
  const scores = answers.flatMap((answer, i) => (items[i].last && answer.scores ? [answer.scores] : []))
  return { ...(scores.length > 0 && meanSimilarity(scores)), ...callShares(answers.flatMap(({ call }) => call ?? [])) }
}

const prefixed = (name: string, metrics: Record<string, number>): Record<string, number> => Object.fromEntries(Object.entries(metrics).map(([key, value]) => [`${name}_${key}`, value]))

function speeds(began: number, examples: number, batches: number): Record<string, number> {
  const runtime = (performance.now() - began) / 1000
  return { runtime: Number(runtime.toFixed(4)), samples_per_second: Number((examples / runtime).toFixed(3)), steps_per_second: Number((batches / runtime).toFixed(3)) }
}
