/** How a run ends: the best checkpoint, the model, the results, the last evaluation. */
import path from 'node:path'
import { runFiles } from '@/lib/run'
import type { Engine } from '@/trainer/engine/types'
import { writeWhole } from '@/trainer/files'
import { checkpointName } from '@/trainer/run/checkpoint-list'
import { evaluate, type Outcome } from '@/trainer/run/loop'
import { round } from '@/trainer/run/report'
import { writeConverted } from '@/trainer/run/principal'
import { loadCheckpoint, stateText, writeModel } from '@/trainer/run/trained'
import type { Run } from '@/trainer/run/types'
import { stageOf } from '@/trainer/stages/stage'

/** Results, adapter, picture: what a finished run leaves behind. */
export async function finish(run: Run, engine: Engine, { end, progress }: Outcome): Promise<void> {
  const { args, report, output_dir, plan, data } = run
  report.state.change({ phase: 'saving', step: progress.step })
  if (end === 'early') report.text(`Ended at step ${progress.step}: no better evaluation in the last ${progress.evaluations_without_gain}.`)
  if (args.load_best_model_at_end && progress.best) {
    const best = path.join(output_dir, checkpointName(progress.best.step))
    await loadCheckpoint(run, engine, best)
    report.text(`The best checkpoint is loaded: step ${progress.best.step}, eval_loss ${progress.best.metric}.`)
  }
  await writeModel(run, engine, output_dir)
  writeConverted(run)
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
export async function onlyEvaluate(run: Run, engine: Engine): Promise<number> {
  run.report.state.change({ runtime: engine.runtime, status: 'running', phase: 'evaluating' })
  await evaluateAtEnd(run, engine, null)
  run.report.state.change({ status: 'done', phase: 'finished' })
  return 0
}
