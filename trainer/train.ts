/**
 * The command `train`: checks everything, then lets the loop run between the data, the engine and the run folder. Only wires; each of the
 * steps has a file of its own. Nothing is written before the checks have passed and
 * the rows are read, or must be fetched.
 */
import path from 'node:path'
import type { TrainingArgs } from '@/lib/config/fields'
import { internalFault } from '@/lib/causes'
import { loraAlpha } from '@/lib/config/derived'
import { writeYaml } from '@/lib/config/yaml'
import { UserError, type Fault } from '@/lib/errors'
import { sentence } from '@/lib/messages'
import { runFiles } from '@/lib/run'
import { scheduleOf } from '@/lib/schedulers'
import { readAdapter, writeAdapter, type AdapterSettings } from '@/trainer/adapter'
import { readArguments, Refused } from '@/trainer/arguments'
import { withFetchedFolder } from '@/trainer/base-model'
import { askAtSave } from '@/trainer/ask-at-save'
import { checkTraining, type Ground } from '@/trainer/check'
import { checkpointName } from '@/trainer/checkpoint-list'
import { differences, loadOptimizer, saveCheckpoint, type Identity } from '@/trainer/checkpoint'
import type { Chosen, RowFault } from '@/trainer/data'
import { createEngine, createGenerator } from '@/trainer/device'
import type { Objective } from '@/trainer/engine/objective'
import type { Engine, EngineSpec, NamedTensor } from '@/trainer/engine/types'
import { fetchRows, missingRows } from '@/trainer/fetch-rows'
import { writeWhole } from '@/trainer/files'
import { runHost } from '@/trainer/host'
import { evaluate, runLoop, type Outcome } from '@/trainer/loop'
import { parameterCount } from '@/trainer/model/params'
import { openMonitor, type Monitor } from '@/trainer/monitor'
import { clearOutput } from '@/trainer/output'
import { atStart, trainerState, type Progress } from '@/trainer/progress'
import { openReport, round, type Report } from '@/trainer/report'
import { stageOf, type StageData } from '@/trainer/stage'
import { planSteps, type StepPlan } from '@/trainer/steps'
import { exitCodeOf, listenForStop, type StopRequest } from '@/trainer/stop'
import { readHead, writeHead } from '@/trainer/value-head'
import { copyTokenizer, writeChatTemplate } from '@/trainer/tokenizer-files'

/** Everything about a run that is known before its first update. */
interface Run {
  args: TrainingArgs
  /** The base model as the configuration names it; `args` have its folder. */
  base: string | null
  output_dir: string
  ground: Ground
  data: StageData
  plan: StepPlan
  /** Settings of the adapter that is trained. */
  adapter: AdapterSettings
  identity: Identity
  objective: Objective
  report: Report
  stop: StopRequest
}

/** A run whose folder tells of it, and that can be asked to stop. */
export type Begun = Pick<Run, 'report' | 'stop'>

/** Everything about a run that its data says. */
type Loaded = Pick<Run, 'data' | 'plan'> & { skipped: readonly RowFault[] }

/**
 * Trains as `[x.yaml] [key=value …]` say. Exit code: 0, or a signal's when it was stopped. Throws the user's faults.
 * @param open makes the engine, when nothing can be refused any more
 */
export async function train(argv: readonly string[], open: (spec: EngineSpec) => Promise<Engine> = createEngine): Promise<number> {
  const named = readArguments(argv, 'train')
  const args = await withFetchedFolder(named)
  const checked = await checkTraining(args)
  if (!checked.ground) throw new Refused(checked.faults)
  const { ground } = checked
  if (!args.do_train && args.stage === 'sft') return (await import('@/trainer/predict/evaluate')).evaluateModel(args, named.model_name_or_path, ground, { engine: open, generator: createGenerator })
  const stage = stageOf(args)
  const missing = await missingRows(args)
  const here = missing.length === 0 ? await stage.read(args) : null
  // To fetch rows or to turn many into tokens takes long: the run's folder tells of it from here on.
  const begun = begin(args, ground)
  return told(begun, async () => {
    const loaded = await untilStopped(begun, async (signal) => {
      if (missing.length > 0) await fetchRows(missing, args, begun.report, signal)
      return load(here ?? (await stage.read(args)), args, ground, begun, signal)
    })
    return loaded === null ? stopped(begun, begun.report.state.now.step) : start(args, named.model_name_or_path, ground, loaded, begun, open)
  })
}

async function load(rows: Chosen, args: TrainingArgs, ground: Ground, { report }: Begun, signal: AbortSignal): Promise<Loaded> {
  const stage = stageOf(args)
  report.state.change({ phase: 'tokenizing' })
  const loaded = await stage.encode(rows, args, ground.template, (share) => {
    signal.throwIfAborted()
    report.state.change({ phase_share: share })
  })
  const data = stage.collate(loaded, args, padId(ground))
  return { data, plan: planSteps(data.examples, args), skipped: loaded.skipped }
}

/** Until here a signal simply ends the process: there is nothing to save. */
export function begin(args: TrainingArgs, { resume }: Ground): Begun & { monitor: Monitor } {
  const output_dir = args.output_dir ?? ''
  if (args.overwrite_output_dir && !resume) clearOutput(output_dir)
  const stop = listenForStop()
  const from = resume && { step: resume.saved.progress.step, checkpoint: path.basename(resume.folder) }
  const report = openReport(output_dir, { total_steps: resume?.saved.identity.max_steps ?? 0, resume: from, tensorboard: args.report_to.includes('tensorboard'), echo: (line) => void process.stdout.write(`${line}\n`) })
  return { report, stop, monitor: openMonitor(output_dir) }
}

/** Lets the run's folder say how `work` ends when it fails. */
export async function told({ report, monitor }: ReturnType<typeof begin>, work: () => Promise<number>): Promise<number> {
  try {
    return await work()
  } catch (error) {
    throw failed(report, error)
  } finally {
    monitor.close()
    report.close()
  }
}

/** What `work` gives; null when it was stopped meanwhile. */
export async function untilStopped<T>({ report, stop }: Begun, work: (signal: AbortSignal) => Promise<T>): Promise<T | null> {
  const abort = new AbortController()
  stop.onRequest = () => {
    report.state.change({ status: 'stopping' })
    abort.abort()
  }
  try {
    const done = await work(abort.signal)
    return stop.signal === null ? done : null
  } catch (error) {
    if (stop.signal === null) throw error
    return null
  }
}

function start(args: TrainingArgs, base: string | null, ground: Ground, { data, plan, skipped }: Loaded, { report, stop }: Begun, open: (spec: EngineSpec) => Promise<Engine>): Promise<number> {
  const { per_device_train_batch_size, gradient_accumulation_steps, cutoff_len } = args
  const identity = { seed: args.data_seed ?? args.seed, examples: data.examples, per_device_train_batch_size, gradient_accumulation_steps, cutoff_len, max_steps: plan.max_steps }
  const objective = stageOf(args).objective(args, ground)
  const run: Run = { args, base, output_dir: args.output_dir ?? '', ground, data, plan, adapter: adapterSettings(args, base, ground), identity, objective, report, stop }
  stop.onRequest = () => report.state.change({ status: 'stopping' })
  report.state.change({ phase: 'loading', total_steps: plan.max_steps })
  writeArguments(run)
  for (const { dataset, row, fault } of skipped) report.text(`Dataset ${dataset}: row ${row} is left out: ${sentence(fault, 'en')}`, 'WARNING')
  return work(run, open)
}

/** Batches are filled up with the template's padding; any id will do, because padding is never seen. */
export const padId = ({ template }: Ground): number => template.tokenizer.pad?.id ?? template.tokenizer.eos?.id ?? 0

/** The settings of the adapter that goes on, or of a new one. */
function adapterSettings(args: TrainingArgs, base_model_name_or_path: string | null, { config, adapter, specs }: Ground): AdapterSettings {
  if (adapter !== null) return { ...readAdapter(adapter, config).settings, base_model_name_or_path }
  const target_modules = [...new Set(specs.map(({ module }) => module.slice(module.lastIndexOf('.') + 1)))]
  return { rank: args.lora_rank, alpha: loraAlpha(args), dropout: args.lora_dropout, use_rslora: args.use_rslora, target_modules, base_model_name_or_path }
}

/** The configuration, runnable again: without what only this start asked for, and without secrets. */
export function writeArguments({ args, base, output_dir }: Pick<Run, 'args' | 'base' | 'output_dir'>): void {
  const own = { model_name_or_path: base, resume_from_checkpoint: null, overwrite_output_dir: false, hf_hub_token: null, ms_hub_token: null }
  writeWhole(path.join(output_dir, runFiles.args), writeYaml({ ...args, ...own }))
}

/** Puts a failure into the state and the log, and returns what to throw. */
function failed(report: Report, error: unknown): unknown {
  const fault: Fault = error instanceof UserError ? error.fault : internalFault(error)
  try {
    report.state.change({ status: 'failed', error: fault })
    report.text(error instanceof UserError || !(error instanceof Error) ? sentence(fault, 'en') : (error.stack ?? error.message), 'ERROR')
  } catch {
    // The disk may be full: the sentence on standard error must come all the same.
  }
  return error
}

function engineSpec({ args, ground, data, adapter, objective }: Run): EngineSpec {
  const { rank, alpha, dropout, use_rslora, target_modules } = adapter
  return {
    config: ground.config,
    weights: args.model_name_or_path ?? '',
    lora: { rank, alpha, dropout, use_rslora, target: target_modules, b_pace: args.loraplus_lr_ratio ?? 1 },
    adapter: ground.adapter,
    dtype: ground.dtype,
    rows: args.per_device_train_batch_size * data.rows_per_example,
    eval_rows: data.evals.length > 0 ? args.per_device_eval_batch_size * data.rows_per_example : 0,
    lengths: data.lengths,
    packed: data.packed,
    adam: { beta1: args.adam_beta1, beta2: args.adam_beta2, epsilon: args.adam_epsilon, weight_decay: args.weight_decay },
    max_grad_norm: args.max_grad_norm,
    neftune_alpha: args.neftune_noise_alpha ?? undefined,
    seed: args.seed,
    objective,
  }
}

async function work(run: Run, open: (spec: EngineSpec) => Promise<Engine>): Promise<number> {
  const { report, stop, ground } = run
  const engine = await open(engineSpec(run))
  try {
    announce(run, engine)
    if (ground.resume) {
      for (const line of differences(ground.resume.saved.identity, run.identity)) report.text(line, 'WARNING')
      await engine.writeState(trainedIn(run, ground.resume.folder), loadOptimizer(ground.resume.folder))
    }
    if (!run.args.do_train) return await onlyEvaluate(run, engine)
    const outcome = await trainLoop(run, engine)
    if (outcome.end === 'stopped') return stopped(run, outcome.progress.step)
    await finish(run, engine, outcome)
  } finally {
    await run.data.stream?.close()
    engine.dispose()
  }
  if (run.args.do_predict && !(await predictAfter(run))) return stopped(run, run.report.state.now.step)
  report.state.change({ status: 'done', phase: 'finished' })
  return stop.signal === null ? 0 : exitCodeOf(stop.signal)
}

/** do_predict: what the trained model answers. */
async function predictAfter(run: Run): Promise<boolean> {
  const { answerAfterTraining } = await import('@/trainer/predict/evaluate')
  return (await untilStopped(run, (signal) => answerAfterTraining(run.args, { ...run.ground, adapter: run.output_dir }, run, signal))) !== null
}

function announce({ args, data, plan, ground, report }: Run, engine: Engine): void {
  const parameters = parameterCount(ground.config)
  const trainable = ground.specs.reduce((sum, { a, b }) => sum + a.shape[0] * a.shape[1] + b.shape[0] * b.shape[1], 0)
  const lines = [
    `Runtime: ${engine.runtime}`,
    `Trainable parameters: ${trainable} of ${parameters + trainable} (${((100 * trainable) / (parameters + trainable)).toFixed(4)} %)`,
    '***** Running training *****',
    `  Num examples = ${data.examples}`,
    `  Num epochs = ${plan.epochs}`,
    `  Batch size = ${args.per_device_train_batch_size}, gradient accumulation = ${args.gradient_accumulation_steps}`,
    `  Total optimization steps = ${plan.max_steps}`,
    ...(ground.resume ? [`  Continuing from ${ground.resume.folder}`] : []),
  ]
  for (const line of lines) report.text(line)
}

/** transformers counts 6 operations per token and weight, embeddings left out. */
const flosPerToken = ({ ground: { config, specs } }: Run): number =>
  6 * (parameterCount(config) - config.vocab_size * config.hidden_size + specs.reduce((sum, { a, b }) => sum + a.shape[0] * a.shape[1] + b.shape[0] * b.shape[1], 0))

async function trainLoop(run: Run, engine: Engine): Promise<Outcome> {
  const { args, data, plan, report, ground, stop } = run
  const start = ground.resume?.saved.progress ?? atStart
  const host = runHost({ report, total_steps: plan.max_steps, start, save: (progress) => save(run, engine, progress), stopping: () => stop.signal !== null })
  report.state.change({ runtime: engine.runtime, phase: 'compiling', ...(stop.signal === null ? { status: 'running' } : {}) })
  const parts = {
    settings: args, plan, data, engine, host, metrics: stageOf(args).metrics, told: stageOf(args).told, schedule: scheduleOf(args, plan.max_steps), flos_per_token: flosPerToken(run),
  }
  const outcome = await runLoop(parts, start)
  if (outcome.end !== 'stopped') host.finish(outcome.progress)
  return outcome
}

/** What a checkpoint holds of what is trained. */
const trainedIn = ({ ground, objective }: Run, folder: string): NamedTensor[] => [...readAdapter(folder, ground.config).tensors, ...(objective.own ? (readHead(folder) ?? objective.own) : [])]

async function writeModel({ args, adapter, ground, objective }: Run, engine: Engine, folder: string): Promise<void> {
  const own = new Set(objective.own?.map(({ name }) => name))
  const trained = await engine.readTrainable()
  writeAdapter(folder, adapter, trained.filter(({ name }) => !own.has(name)))
  if (own.size > 0) writeHead(folder, trained.filter(({ name }) => own.has(name)))
  copyTokenizer(args.model_name_or_path ?? '', folder)
  writeChatTemplate(folder, ground.template)
}

/** A checkpoint, and what it has to say. */
async function save(run: Run, engine: Engine, progress: Progress): Promise<string> {
  const { args, output_dir, report, stop } = run
  const name = await checkpoint(run, engine, progress)
  await askAtSave({ output_dir, checkpoint: path.join(output_dir, name), step: progress.step, args, stopping: () => stop.signal !== null }, report)
  return name
}

async function checkpoint(run: Run, engine: Engine, progress: Progress): Promise<string> {
  const { args, output_dir, identity } = run
  const keep = { limit: args.save_total_limit, best: args.load_best_model_at_end ? (progress.best?.step ?? null) : null }
  return saveCheckpoint(
    output_dir,
    {
      identity,
      progress,
      optimizer: await engine.readOptimizer(),
      trainer_state: stateText(run, progress),
      writeModel: (folder) => writeModel(run, engine, folder),
    },
    keep,
  )
}

function stateText({ args, plan, output_dir }: Run, progress: Progress): string {
  const best_checkpoint = args.load_best_model_at_end && progress.best ? path.join(output_dir, checkpointName(progress.best.step)) : null
  return trainerState(progress, { ...args, max_steps: plan.max_steps, num_train_epochs: plan.epochs, eval_steps: args.eval_steps ?? args.logging_steps, best_checkpoint })
}

export function stopped({ report, stop }: Begun, step: number): number {
  report.text(step > 0 ? `Stopped at step ${step}, can be resumed.` : 'Stopped before the first step.')
  report.state.change({ status: 'stopped', phase: 'finished', step })
  return exitCodeOf(stop.signal ?? 'SIGTERM')
}

/** Results, adapter, picture: what a finished run leaves behind. */
async function finish(run: Run, engine: Engine, { end, progress }: Outcome): Promise<void> {
  const { args, report, output_dir, plan, data } = run
  report.state.change({ phase: 'saving', step: progress.step })
  if (end === 'early') report.text(`Ended at step ${progress.step}: no better evaluation in the last ${progress.evaluations_without_gain}.`)
  if (args.load_best_model_at_end && progress.best) {
    const best = path.join(output_dir, checkpointName(progress.best.step))
    await engine.writeState(trainedIn(run, best), loadOptimizer(best))
    report.text(`The best checkpoint is loaded: step ${progress.best.step}, eval_loss ${progress.best.metric}.`)
  }
  await writeModel(run, engine, output_dir)
  const { seconds, step, epoch } = progress
  const metrics = {
    epoch,
    total_flos: progress.flos,
    train_loss: progress.loss_sum / step,
    train_runtime: round(seconds, 4),
    train_samples_per_second: round((plan.samples * step) / plan.max_steps / seconds, 3),
    train_steps_per_second: round(step / seconds, 3),
    num_input_tokens_seen: progress.tokens,
  }
  progress.history.push({ ...metrics, step })
  report.results('train', metrics)
  writeWhole(path.join(output_dir, runFiles.trainerState), stateText(run, progress))
  if (args.plot_loss) report.plot(progress.history)
  if (args.do_eval && data.evals.length > 0) await evaluateAtEnd(run, engine, epoch)
  report.text(`Training finished: train_loss ${metrics.train_loss.toFixed(4)} in ${metrics.train_runtime} s.`)
  report.state.change({ step })
}

async function evaluateAtEnd({ args, report, data }: Run, engine: Engine, epoch: number | null): Promise<void> {
  report.state.change({ phase: 'evaluating' })
  const metrics = await evaluate(data.evals, engine, stageOf(args).metrics, () => performance.now() / 1000)
  report.results('eval', epoch === null ? metrics : { ...metrics, epoch })
  report.text(`***** eval metrics ***** ${JSON.stringify(metrics)}`)
}

/** do_eval without do_train: the metrics of the model as it is. */
async function onlyEvaluate(run: Run, engine: Engine): Promise<number> {
  run.report.state.change({ runtime: engine.runtime, status: 'running', phase: 'evaluating' })
  await evaluateAtEnd(run, engine, null)
  run.report.state.change({ status: 'done', phase: 'finished' })
  return 0
}
