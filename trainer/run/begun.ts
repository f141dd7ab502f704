/**
 * A run between the first line in its folder and the last: begun, asked to stop, stopped, failed. What a training or an evaluation does meanwhile is
 * theirs.
 */
import path from 'node:path'
import { internalFault } from '@/lib/causes'
import type { TrainingArgs } from '@/lib/config/fields'
import { forLlamaFactory } from '@/lib/config/llama-factory'
import { writeYaml } from '@/lib/config/yaml'
import { UserError, type Fault } from '@/lib/errors'
import { inEnglish } from '@/lib/messages/english'
import { runFiles } from '@/lib/run'
import { writeWhole } from '@/trainer/files'
import type { Ground } from '@/trainer/run/check'
import { openMonitor, type Monitor } from '@/trainer/run/monitor'
import { clearOutput } from '@/trainer/run/output'
import { openReport, type Report } from '@/trainer/run/report'
import { exitCodeOf, listenForStop } from '@/trainer/run/stop'
import type { Begun, Run } from '@/trainer/run/types'
import { readRuntime } from '@/trainer/runtime-file'

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

/** The configuration, runnable again, by LLaMA-Factory too: without what only this start asked for, and without secrets. */
export function writeArguments({ args, base, output_dir }: Pick<Run, 'args' | 'base' | 'output_dir'>): void {
  const own = { model_name_or_path: base, resume_from_checkpoint: null, overwrite_output_dir: false, hf_hub_token: null, ms_hub_token: null }
  writeWhole(path.join(output_dir, runFiles.args), writeYaml(forLlamaFactory({ ...args, ...own }, readRuntime())))
}

export function stopped({ report, stop }: Begun, step: number): number {
  report.text(step > 0 ? `Stopped at step ${step}, can be resumed.` : 'Stopped before the first step.')
  report.state.change({ status: 'stopped', phase: 'finished', step })
  return exitCodeOf(stop.signal ?? 'SIGTERM')
}

/** Puts a failure into the state and the log, and returns what to throw. */
function failed(report: Report, error: unknown): unknown {
  const fault: Fault = error instanceof UserError ? error.fault : internalFault(error)
  try {
    report.state.change({ status: 'failed', error: fault })
    report.text(error instanceof UserError || !(error instanceof Error) ? inEnglish(fault) : (error.stack ?? error.message), 'ERROR')
  } catch {
    // The disk may be full: the sentence on standard error must come all the same.
  }
  return error
}
