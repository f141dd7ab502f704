/**
 * Checkpoints of a run: `checkpoint-N/` appears whole or not at all, and an old one goes only when a newer one is complete. What an adapter
 * looks like on disk is `trainer/adapter/adapter.ts`'s, and a model `whole-model.ts`'s; what the numbers mean is the loop's.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { schemaProblem } from '@/lib/causes'
import { type FaultValue, problem, UserError } from '@/lib/errors'
import { progressFile, runFiles } from '@/lib/run'
import { checkpointName, checkpointSteps, surplus } from '@/trainer/run/checkpoint-list'
import type { NamedTensor } from '@/trainer/engine/types'
import { diskFault, syncFolder, writeChunks, writeWhole, type Write } from '@/trainer/files'
import { readJson } from '@/trainer/json-file'
import { progressSchema, type Progress } from '@/trainer/run/progress'
import { readHeader, readSafetensors, safetensorsChunks } from '@/trainer/weights/safetensors'

const optimizerFile = 'optimizer.safetensors'

/** What must be the same for a resumed run to see the same batches; another value starts a different run, and is told. */
export const identitySchema = z.strictObject({
  seed: z.number(),
  examples: z.number(),
  per_device_train_batch_size: z.number(),
  gradient_accumulation_steps: z.number(),
  cutoff_len: z.number(),
  max_steps: z.number(),
})
export type Identity = z.infer<typeof identitySchema>

const savedSchema = z.strictObject({ format: z.literal(1), identity: identitySchema, progress: progressSchema })

export interface Snapshot {
  identity: Identity
  progress: Progress
  optimizer: NamedTensor[]
  /** Text of trainer_state.json. */
  trainer_state: string
  /** Adds the adapter, or the model, and the tokenizer's files. */
  writeModel: (folder: string) => Promise<void>
}

/** Writes `checkpoint-<step>` under `folder` and then removes what `limit` leaves no room for. Returns its name. */
export async function saveCheckpoint(folder: string, snapshot: Snapshot, keep: { limit: number | null; best: number | null }, write?: Write): Promise<string> {
  const { progress } = snapshot
  const final = path.join(folder, checkpointName(progress.step))
  const temporary = path.join(folder, `.${checkpointName(progress.step)}.tmp`)
  rmSync(temporary, { recursive: true, force: true })
  try {
    mkdirSync(temporary, { recursive: true })
    await snapshot.writeModel(temporary)
    writeChunks(path.join(temporary, optimizerFile), safetensorsChunks(snapshot.optimizer.map(({ name, shape, data }) => ({ name, shape, dtype: 'F32', read: () => data }))), write)
    writeWhole(path.join(temporary, runFiles.trainerState), snapshot.trainer_state, write)
    writeWhole(path.join(temporary, progressFile), JSON.stringify({ format: 1, identity: snapshot.identity, progress }) + '\n', write)
    syncFolder(temporary)
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true })
    throw diskFault(error, final)
  }
  const replaced = path.join(folder, `.${checkpointName(progress.step)}.old`)
  if (existsSync(final)) renameSync(final, replaced)
  renameSync(temporary, final)
  syncFolder(folder)
  rmSync(replaced, { recursive: true, force: true })
  for (const step of surplus(checkpointSteps(folder), keep.limit, keep.best)) rmSync(path.join(folder, checkpointName(step)), { recursive: true, force: true })
  return checkpointName(progress.step)
}

/** Reads what `saveCheckpoint` wrote, less the weights. UserError `checkpoint_missing` or `checkpoint_damaged`, field resume_from_checkpoint. */
export function loadProgress(folder: string): { identity: Identity; progress: Progress } {
  const file = path.join(folder, progressFile)
  if (!existsSync(file)) throw new UserError('checkpoint_missing', { path: folder }, 'resume_from_checkpoint')
  const damaged = (reason: FaultValue) => new UserError('checkpoint_damaged', { path: folder, problem: reason }, 'resume_from_checkpoint')
  const unread = (reason: FaultValue) => damaged(problem('at', { place: progressFile, problem: reason }))
  const saved = readJson(file, unread)
  const parsed = savedSchema.safeParse(saved)
  if (!parsed.success) throw unread(schemaProblem(parsed.error, saved))
  if (!existsSync(path.join(folder, optimizerFile))) throw damaged(problem('checkpoint_lacks', { file: optimizerFile }))
  return parsed.data
}

/** UserError `model_weights_damaged` with the file's name. */
export const loadOptimizer = (folder: string): NamedTensor[] => readSafetensors(path.join(folder, optimizerFile))

/** Names of the tensors that the optimiser has moments of, as the recorded engine or the eager one writes them. */
export const optimizedIn = (folder: string): Set<string> =>
  new Set([...readHeader(path.join(folder, optimizerFile)).keys()].map((name) => name.replace(/^exp_avg(_sq)?\//, '').replace(/\.[mv]$/, '')))

/** Sentence for the log for each thing in which a resumed run differs from the one that wrote the checkpoint. */
export function differences(before: Identity, now: Identity): string[] {
  return (Object.keys(before) as (keyof Identity)[])
    .filter((key) => before[key] !== now[key])
    .map((key) => `${key} was ${before[key]} when the checkpoint was written and is ${now[key]} now: the run continues, but not as an unbroken one would.`)
}
