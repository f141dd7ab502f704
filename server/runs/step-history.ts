/**
 * What transformers' `trainer_state.json` says of the steps of a run that LLaMA-Factory trained: gradient norms, and rewards by stage, which its log leaves out. It is there once the
 * run has ended. Our own trainer's log has all of it.
 */
import { statSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { type LogRecord, runFiles } from '@/lib/run'
import { readJson } from '@/server/files'

const historySchema = z.object({ log_history: z.array(z.record(z.string(), z.unknown())) })

/** Names that the log has under its own: its values stand. */
const inTheLog = new Set(['loss', 'learning_rate', 'epoch', 'step', 'rewards/accuracies'])

type Told = Record<string, number>

const numbersOf = (entry: Record<string, unknown>): Told =>
  Object.fromEntries(Object.entries(entry).flatMap(([name, value]): [string, number][] => (typeof value === 'number' && !inTheLog.has(name) ? [[name, value]] : [])))

/** By step; of a training's own lines only. */
function read(file: string): ReadonlyMap<number, Told> {
  const parsed = historySchema.safeParse(readJson(file))
  const entries = parsed.success ? parsed.data.log_history : []
  return new Map(entries.flatMap((entry): [number, Told][] => (typeof entry.step === 'number' && 'loss' in entry ? [[entry.step, numbersOf(entry)]] : [])))
}

export function openStepHistory(folder: string) {
  const file = path.join(folder, runFiles.trainerState)
  let seen: number | null = null
  let told: ReadonlyMap<number, Told> = new Map()
  return {
    /** True when it says something new. */
    look(): boolean {
      const changed_at = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? null
      if (changed_at === seen || statSync(path.join(folder, runFiles.state), { throwIfNoEntry: false })) return false
      seen = changed_at
      told = changed_at === null ? new Map() : read(file)
      return true
    },
    with: (record: LogRecord): LogRecord => (record.loss === undefined ? record : { ...told.get(record.current_steps), ...record }),
  }
}
