/**
 * The command `train`: checks everything, then lets the loop run between the data, the engine and the run folder. Only wires; each of the
 * steps has a file of its own. Nothing is written before the checks have passed and
 * the rows are read, or must be fetched.
 */
import type { TrainingArgs } from '@/lib/config/fields'
import { loraAlpha } from '@/lib/config/derived'
import { inEnglish } from '@/lib/messages/english'
import { scheduleOf } from '@/lib/schedulers'
import { exactPissa, readAdapter, readAdapterSettings, type AdapterSettings } from '@/trainer/adapter/adapter'
import { readArguments, Refused } from '@/trainer/arguments'
import { withFetchedFolder } from '@/trainer/base-model'
import type { Chosen } from '@/trainer/data/training-data'
import type { RowFault } from '@/trainer/tokens/encoding'
import { fetchRows, missingRows } from '@/trainer/data/fetch-rows'
import { createEngine, createGenerator } from '@/trainer/device'
import type { Engine, EngineSpec } from '@/trainer/engine/types'
import { begin, stopped, told, untilStopped, writeArguments } from '@/trainer/run/begun'
import { checkTraining, padId, type Ground } from '@/trainer/run/check'
import { differences } from '@/trainer/run/checkpoint'
import { announce, engineSpec, flosPerToken } from '@/trainer/run/engine-spec'
import { finish, onlyEvaluate } from '@/trainer/run/finish'
import { runHost } from '@/trainer/run/host'
import { runLoop, type Outcome } from '@/trainer/run/loop'
import { principalStart } from '@/trainer/run/principal'
import { atStart } from '@/trainer/run/progress'
import { planSteps } from '@/trainer/run/steps'
import { exitCodeOf } from '@/trainer/run/stop'
import { loadCheckpoint, save } from '@/trainer/run/trained'
import type { Begun, Run } from '@/trainer/run/types'
import { stageOf } from '@/trainer/stages/stage'

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

function start(args: TrainingArgs, base: string | null, ground: Ground, { data, plan, skipped }: Loaded, { report, stop }: Begun, open: (spec: EngineSpec) => Promise<Engine>): Promise<number> {
  const { per_device_train_batch_size, gradient_accumulation_steps, cutoff_len } = args
  const identity = { seed: args.data_seed ?? args.seed, examples: data.examples, per_device_train_batch_size, gradient_accumulation_steps, cutoff_len, max_steps: plan.max_steps }
  const objective = stageOf(args).objective(args, ground)
  const run: Run = { args, base, output_dir: args.output_dir ?? '', ground, data, plan, adapter: adapterSettings(args, base, ground), identity, objective, report, stop }
  stop.onRequest = () => report.state.change({ status: 'stopping' })
  report.state.change({ phase: 'loading', total_steps: plan.max_steps })
  writeArguments(run)
  for (const { dataset, row, fault } of skipped) report.text(`Dataset ${dataset}: row ${row} is left out: ${inEnglish(fault)}`, 'WARNING')
  return work(run, open)
}

/** The settings of the adapter that goes on, or of a new one; null where the model itself is trained. What it stands on, a checkpoint says of itself. */
function adapterSettings(args: TrainingArgs, base_model_name_or_path: string | null, { config, adapter, specs, whole, resume }: Ground): AdapterSettings | null {
  if (whole !== null) return null
  const pissa = resume ? readAdapterSettings(resume.folder).pissa : args.pissa_init ? exactPissa : null
  if (adapter !== null) return { ...readAdapter(adapter, config).settings, base_model_name_or_path }
  const target_modules = [...new Set(specs.map(({ module }) => module.slice(module.lastIndexOf('.') + 1)))]
  return { rank: args.lora_rank, alpha: loraAlpha(args), dropout: args.lora_dropout, use_rslora: args.use_rslora, use_dora: args.use_dora, pissa, target_modules, modules_to_save: args.additional_target, base_model_name_or_path }
}

async function work(run: Run, open: (spec: EngineSpec) => Promise<Engine>): Promise<number> {
  const { report, stop, ground } = run
  const start = await principalStart(run)
  if (start === null) return stopped(run, report.state.now.step)
  const engine = await open({ ...engineSpec(run), ...start })
  try {
    announce(run, engine)
    if (ground.resume) {
      for (const line of differences(ground.resume.saved.identity, run.identity)) report.text(line, 'WARNING')
      await loadCheckpoint(run, engine, ground.resume.folder)
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
  const { args, ground, output_dir } = run
  const [model, adapter] = ground.whole === null ? [args.model_name_or_path, output_dir] : [output_dir, null]
  return (await untilStopped(run, (signal) => answerAfterTraining({ ...args, model_name_or_path: model }, { ...ground, adapter }, run, signal))) !== null
}

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

