/**
 * Which checkpoints a run folder holds, which one a resume means, and which may go. Their contents are `trainer/run/checkpoint.ts`.
 */
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'

/** transformers' folder name of a checkpoint. */
export const checkpointName = (step: number) => `checkpoint-${step}`

/** Steps that a run folder has complete checkpoints of, ascending. */
export function checkpointSteps(folder: string): number[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .map((entry) => /^checkpoint-(\d+)$/.exec(entry)?.[1])
    .filter((step) => step !== undefined)
    .map(Number)
    .sort((a, b) => a - b)
}

/** Which checkpoints go when only `limit` may stay: the oldest, but never the best one nor the newest (transformers' `rotate_checkpoints`). */
export function surplus(steps: readonly number[], limit: number | null, best: number | null): number[] {
  if (limit === null) return []
  const kept = best !== null && steps.includes(best) && steps.at(-1) !== best ? Math.max(limit, 2) : limit
  const byWorth = [...steps.filter((step) => step !== best && step !== steps.at(-1)), ...steps.filter((step) => step === best && step !== steps.at(-1)), ...steps.slice(-1)]
  return byWorth.slice(0, Math.max(byWorth.length - kept, 0))
}

/** Folder that `resume_from_checkpoint` means: true = the run's newest checkpoint; null when there is none to resume from. */
export function checkpointFolder(output_dir: string, resume: true | string): string | null {
  if (resume !== true) return resume
  const newest = checkpointSteps(output_dir).at(-1)
  return newest === undefined ? null : path.join(output_dir, checkpointName(newest))
}
