/**
 * Starts a trainer's process and says how it ended. The process is detached and writes to a file, never to a pipe of ours, so the
 * server may stop, crash or be replaced without the training noticing. When it starts is for `jobs` to say.
 */
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import path from 'node:path'
import { faultsAs, runFiles } from '@/lib/run'
import { checkout, trainerEnv, trainerProgram } from '@/server/env'
import { identify, type ProcessId } from '@/server/process'

/** Everything that a trainer writes to its standard output and error. */
export const outputFile = 'trainer_output.txt'

export interface Ending {
  code: number | null
  signal: string | null
}

/**
 * Trains what the folder's `training_args.yaml` says, from `checkpoint` on or from the beginning.
 * @param ended called once, also when the process could not be started at all (with neither code nor signal)
 */
export function startTrainer(folder: string, checkpoint: string | null, ended: (ending: Ending) => void): ProcessId | null {
  const resume = checkpoint === null ? [] : [`resume_from_checkpoint=${checkpoint}`]
  return startDetached(['train', path.join(folder, runFiles.args), ...resume], path.join(folder, outputFile), {}, ended)
}

/** Starts the trainer's program with these words, its output appended to a file. */
export function startDetached(words: readonly string[], outputPath: string, env: Readonly<Record<string, string>>, ended: (ending: Ending) => void): ProcessId | null {
  const output = openSync(outputPath, 'a')
  try {
    const child = spawn(process.execPath, [trainerProgram(), ...words], {
      cwd: checkout,
      env: { ...trainerEnv(), [faultsAs]: 'json', ...env },
      detached: true,
      stdio: ['ignore', output, output],
    })
    child.once('exit', (code, signal) => ended({ code, signal }))
    child.once('error', (error) => child.pid === undefined && ended({ code: null, signal: error.message }))
    child.unref()
    return child.pid === undefined ? null : identify(child.pid)
  } finally {
    closeSync(output)
  }
}
