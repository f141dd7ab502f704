/** What a run has trained, on disk: as a checkpoint, and as the model that it leaves behind. */
import path from 'node:path'
import { fileTensors, readAdapter, writeAdapter } from '@/trainer/adapter/adapter'
import { readHead, writeHead } from '@/trainer/adapter/value-head'
import type { Engine, NamedTensor } from '@/trainer/engine/types'
import { askAtSave } from '@/trainer/run/ask-at-save'
import { loadOptimizer, saveCheckpoint } from '@/trainer/run/checkpoint'
import { checkpointName } from '@/trainer/run/checkpoint-list'
import { trainerState, type Progress } from '@/trainer/run/progress'
import type { Run } from '@/trainer/run/types'
import { readWholeModel, writeWholeModel } from '@/trainer/run/whole-model'
import { copyTokenizer, writeChatTemplate } from '@/trainer/tokenizer/tokenizer-files'

/** What a checkpoint holds of what is trained. */
function trainedIn({ ground: { config, whole }, objective }: Run, folder: string): NamedTensor[] {
  const model = whole === null ? fileTensors(readAdapter(folder, config)) : readWholeModel(folder, whole)
  return [...model, ...(objective.own ? (readHead(folder) ?? objective.own) : [])]
}

export async function writeModel({ args, adapter, ground, objective }: Run, engine: Engine, folder: string): Promise<void> {
  const own = new Set(objective.own?.map(({ name }) => name))
  const all = await engine.readTrainable()
  const trained = all.filter(({ name }) => !own.has(name))
  if (adapter === null) writeWholeModel({ model: args.model_name_or_path ?? '', output: folder, trained, dtype: ground.dtype })
  else writeAdapter(folder, adapter, trained)
  if (own.size > 0) writeHead(folder, all.filter(({ name }) => own.has(name)))
  copyTokenizer(args.model_name_or_path ?? '', folder)
  writeChatTemplate(folder, ground.template)
}

/** A checkpoint, and what it has to say. */
export async function save(run: Run, engine: Engine, progress: Progress): Promise<string> {
  const { args, ground: { merged }, output_dir, report, stop } = run
  const name = await checkpoint(run, engine, progress)
  await askAtSave({ output_dir, checkpoint: path.join(output_dir, name), step: progress.step, args, merged, stopping: () => stop.signal !== null }, report)
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

/** What transformers' state says where nothing is evaluated by steps. */
const untold_eval_steps = 500

export function stateText({ args, plan, output_dir }: Run, progress: Progress): string {
  const best_checkpoint = args.load_best_model_at_end && progress.best ? path.join(output_dir, checkpointName(progress.best.step)) : null
  return trainerState(progress, { ...args, max_steps: plan.max_steps, num_train_epochs: plan.epochs, eval_steps: args.eval_steps ?? (args.eval_strategy === 'steps' ? args.logging_steps : untold_eval_steps), best_checkpoint })
}

/** Puts the weights and the optimiser's state of a checkpoint into the engine. */
export async function loadCheckpoint(run: Run, engine: Engine, folder: string): Promise<void> {
  await engine.writeState(trainedIn(run, folder), loadOptimizer(folder))
}
