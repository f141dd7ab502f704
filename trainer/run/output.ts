/**
 * Whether a run may write into its output folder, and where a resumed one goes on. Reads names and states only; nothing is changed until
 * `clearOutput`, which is called when all checks have passed.
 */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import type { TrainingArgs } from '@/lib/config/fields'
import { UserError } from '@/lib/errors'
import { weightsFile, weightsIndexFile } from '@/lib/models/files'
import { runFiles } from '@/lib/run'
import { loadProgress } from '@/trainer/run/checkpoint'
import { checkpointFolder, checkpointName, checkpointSteps } from '@/trainer/run/checkpoint-list'
import { isAlive, readRunState } from '@/trainer/run/run-state'

/** Any of these makes a folder the home of a run: LLaMA-Factory's runs have them too. A lone training_args.yaml only announces one. */
const traces = [runFiles.log, runFiles.trainerState, runFiles.allResults, runFiles.adapterWeights, weightsFile, weightsIndexFile]

/** An empty file is of a run that never came to its first step. */
const isFilled = (file: string): boolean => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0

const holdsRun = (folder: string): boolean => traces.some((name) => isFilled(path.join(folder, name))) || checkpointSteps(folder).length > 0

type OutputArgs = Pick<TrainingArgs, 'output_dir' | 'overwrite_output_dir' | 'resume_from_checkpoint'>

export interface Resume {
  folder: string
  saved: ReturnType<typeof loadProgress>
}

/** UserError when the folder cannot take this run: `output_dir_taken`, `output_dir_busy`, a checkpoint that is missing or damaged. */
export function checkOutput(args: OutputArgs): Resume | null {
  const folder = args.output_dir ?? ''
  if (existsSync(folder) && !statSync(folder).isDirectory()) throw new UserError('output_dir_taken', { path: folder }, 'output_dir')
  const state = readRunState(folder)
  if (state && isAlive(state)) throw new UserError('output_dir_busy', { path: folder }, 'output_dir')
  const resume = args.resume_from_checkpoint
  if (resume === null) {
    if (holdsRun(folder) && !args.overwrite_output_dir) throw new UserError('output_dir_taken', { path: folder }, 'output_dir')
    return null
  }
  const checkpoint = checkpointFolder(folder, resume)
  if (checkpoint === null) throw new UserError('checkpoint_missing', { path: path.join(folder, checkpointName(0).replace('0', 'N')) }, 'resume_from_checkpoint')
  return { folder: checkpoint, saved: loadProgress(checkpoint) }
}

/** The same for an evaluation, which goes on from the answers that are there when it is resumed. */
export function checkEvaluationOutput(args: OutputArgs): null {
  return checkOutput(args.resume_from_checkpoint === null ? args : { ...args, resume_from_checkpoint: null, overwrite_output_dir: true }) && null
}

/** Weights of a run that trained its model whole. */
const ofModel = /^(model(-\d+-of-\d+)?\.safetensors(\.index\.json)?|config\.json|generation_config\.json)$/

/** What a run starts from must not lie in the folder that it writes over. @throws UserError `output_dir_holds_start` */
export function checkKept({ output_dir, model_name_or_path, adapter_name_or_path, overwrite_output_dir, resume_from_checkpoint }: OutputArgs & Pick<TrainingArgs, 'model_name_or_path' | 'adapter_name_or_path'>): void {
  const folder = path.resolve(output_dir ?? '')
  const inside = [model_name_or_path ?? '', ...(adapter_name_or_path ?? [])].filter((place) => place !== '').find((place) => {
    const way = path.relative(folder, path.resolve(place))
    return way === '' || (overwrite_output_dir && resume_from_checkpoint === null && !way.startsWith('..') && !path.isAbsolute(way))
  })
  if (inside !== undefined) throw new UserError('output_dir_holds_start', { path: output_dir ?? '', start: inside }, 'output_dir')
}

/** Takes the old run's own files out of the folder (overwrite_output_dir); other files stay. */
export function clearOutput(folder: string): void {
  if (!existsSync(folder)) return
  const kept: readonly string[] = [runFiles.args, runFiles.evaluation, runFiles.notes, runFiles.samplePrompts]
  const own = new Set<string>(Object.values(runFiles).filter((name) => !kept.includes(name)))
  for (const name of readdirSync(folder)) {
    if (own.has(name) || ofModel.test(name) || /^\.?checkpoint-\d+(\.tmp|\.old)?$/.test(name)) rmSync(path.join(folder, name), { recursive: true, force: true })
  }
}
