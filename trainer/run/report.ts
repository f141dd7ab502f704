/**
 * Everything that a run says while it goes and when it ends: `trainer_log.jsonl`, `running_log.txt`, `state.json`, the result files and the
 * picture of the loss, in LLaMA-Factory's names and fields. What a checkpoint holds is not here.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { duration } from '@/lib/format'
import { runFiles, type LogRecord } from '@/lib/run'
import { parseLogLine } from '@/lib/run-files'
import { openLines, writeWhole, type Write } from '@/trainer/files'
import { plotCurve } from '@/trainer/run/loss-plot'
import type { HistoryEntry } from '@/trainer/run/progress'
import { openState, type StateFile } from '@/trainer/run/run-state'
import { openTensorBoard } from '@/trainer/run/tensorboard'

/** Python's round(value, digits) but for ties, which a measured number does not hit. */
export const round = (value: number, digits: number): number => Number(value.toFixed(digits))

export interface Moment {
  step: number
  total_steps: number
  epoch: number
  /** Training time so far, of earlier sessions too. */
  seconds: number
  /** Mean time of an update in this session. */
  seconds_per_step: number
  /** Tokens of the whole run so far. */
  tokens: number
}

/** A line of the log, from what happened and when; absent values are left out. */
export function logRecord(moment: Moment, values: Record<string, number>): LogRecord {
  const { step, total_steps } = moment
  const record: LogRecord = {
    current_steps: step,
    total_steps,
    ...values,
    epoch: moment.epoch,
    percentage: total_steps > 0 ? round((step / total_steps) * 100, 2) : 100,
    elapsed_time: duration(moment.seconds),
    remaining_time: duration((total_steps - step) * moment.seconds_per_step),
  }
  if (moment.tokens > 0 && moment.seconds > 0) {
    record.throughput = round(moment.tokens / moment.seconds, 2)
    record.total_tokens = moment.tokens
  }
  return Object.fromEntries(Object.entries(record).filter(([, value]) => typeof value !== 'number' || Number.isFinite(value))) as LogRecord
}

/** Takes the records after `step` out of a log, so that a resumed run doubles none; a torn last line goes too, and the line that told the end. */
export function rewindLog(folder: string, step: number): void {
  const file = path.join(folder, runFiles.log)
  if (!existsSync(file)) return
  const kept = readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .filter((line) => {
      const record = parseLogLine(line)
      return record !== null && record.current_steps <= step && Object.keys(record).some((key) => key.endsWith('loss'))
    })
  writeWhole(file, kept.map((line) => `${line}\n`).join(''))
}

const clock = () => {
  const now = new Date()
  return new Date(now.getTime() - now.getTimezoneOffset() * 60000).toISOString().slice(0, 19).replace('T', ' ')
}

export interface Report {
  readonly state: StateFile
  /** A line of running_log.txt, shown on the terminal too. */
  text(line: string, level?: 'INFO' | 'WARNING' | 'ERROR'): void
  record(record: LogRecord): void
  /** The same numbers for TensorBoard, where it was asked for. */
  scalars(step: number, values: Record<string, number>): void
  /** Writes `<name>_results.json` and puts the same into all_results.json. */
  results(name: 'train' | 'eval' | 'predict', metrics: Record<string, number>): void
  plot(history: readonly HistoryEntry[]): void
  close(): void
}

export interface ReportOptions {
  total_steps: number
  /** Where a resumed run goes on; null for a new one. */
  resume: { step: number; checkpoint: string } | null
  /** Whether TensorBoard's curves are written too. */
  tensorboard?: boolean
  /** Where lines of text go besides the file. */
  echo?: (line: string) => void
  write?: Write
}

/** Opens the report of a run; on resume the log is first taken back to the checkpoint's step. */
export function openReport(folder: string, options: ReportOptions): Report {
  mkdirSync(folder, { recursive: true })
  const { total_steps, resume } = options
  if (resume) rewindLog(folder, resume.step)
  const state = openState(folder, { step: resume?.step ?? 0, total_steps, checkpoint: resume?.checkpoint ?? null })
  const text = openLines(path.join(folder, runFiles.text), options.write)
  const log = openLines(path.join(folder, runFiles.log), options.write)
  const curves = options.tensorboard ? openTensorBoard(folder, resume?.step ?? 0) : null
  return {
    state,
    text(line, level = 'INFO') {
      const whole = `[${level}|${clock()}] ${line}`
      options.echo?.(whole)
      text.append(whole)
    },
    record: (record) => log.append(JSON.stringify(record)),
    scalars: (step, values) => curves?.scalars(step, values),
    results: (name, metrics) => writeResults(folder, name, metrics),
    plot: (history) => plotHistory(folder, history),
    close() {
      text.close()
      log.close()
      curves?.close()
    },
  }
}

const sorted = (metrics: Record<string, number>) => Object.fromEntries(Object.entries(metrics).sort(([a], [b]) => (a < b ? -1 : 1)))

function writeResults(folder: string, name: 'train' | 'eval' | 'predict', metrics: Record<string, number>): void {
  const all = path.join(folder, runFiles.allResults)
  const before = existsSync(all) ? (JSON.parse(readFileSync(all, 'utf8')) as Record<string, number>) : {}
  const own = { train: runFiles.trainResults, eval: runFiles.evalResults, predict: runFiles.predictResults }[name]
  writeWhole(path.join(folder, own), JSON.stringify(sorted(metrics), null, 4) + '\n')
  writeWhole(all, JSON.stringify(sorted({ ...before, ...metrics }), null, 4) + '\n')
}

function plotHistory(folder: string, history: readonly HistoryEntry[]): void {
  for (const [key, file] of [['loss', runFiles.lossPlot], ['eval_loss', 'training_eval_loss.svg']] as const) {
    const points = history.filter((entry) => Number.isFinite(entry[key]))
    if (points.length === 0) continue
    const curve = { title: `training ${key} of ${path.basename(folder)}`, label: key, steps: points.map((p) => p.step), values: points.map((p) => p[key]) }
    writeWhole(path.join(folder, file), plotCurve(curve))
  }
}
