/**
 * The answers of an evaluation on the disk: our own rows, which a stopped evaluation goes on from, and LLaMA-Factory's `generated_predictions.jsonl`, made of the same rows. Both
 * grow by whole lines, in the order of the questions.
 */
import { existsSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import path from 'node:path'
import { dumpJson } from '@/lib/pyjson'
import { answerSchema, evaluationSchema, type ModelAnswer, type Prediction, predictionSchema } from '@/lib/predictions'
import { runFiles } from '@/lib/run'
import { type LineLog, openLines } from '@/trainer/files'
import { readJson } from '@/trainer/json-file'
import { UserError } from '@/lib/errors'

/** Rows so far; a torn last line is cut off. */
function linesOf(file: string): string[] {
  if (!existsSync(file)) return []
  const text = readFileSync(file)
  const end = text.lastIndexOf(0x0a) + 1
  if (end < text.length) truncateSync(file, end)
  return text.toString('utf8', 0, end).split('\n').slice(0, -1)
}

export interface Answers<Row> {
  /** What earlier sessions wrote. */
  readonly before: Row[]
  append(row: Row): void
  close(): void
}

/** The answers of the model; `saved`: LLaMA-Factory's file is wanted, too. */
export function openPredictions(folder: string, saved: boolean): Answers<Prediction> {
  const file = path.join(folder, runFiles.predictionRows)
  const before = linesOf(file).map((line) => predictionSchema.parse(JSON.parse(line)))
  const own = openLines(file)
  const shared = saved ? sharedFile(folder, before) : null
  return {
    before,
    append(row) {
      own.append(JSON.stringify(row))
      if (row.last) shared?.append(sharedLine(row))
    },
    close() {
      own.close()
      shared?.close()
    },
  }
}

/** Spelled as Python's json.dumps(…, ensure_ascii=False) does. */
const sharedLine = ({ prompt, predict, label }: Prediction): string => dumpJson(new Map(Object.entries({ prompt, predict, label })))

/** Written anew from our rows, so that it never lacks or doubles one. */
function sharedFile(folder: string, rows: readonly Prediction[]): LineLog {
  const file = path.join(folder, runFiles.predictions)
  rmSync(file, { force: true })
  const lines = openLines(file)
  for (const row of rows) if (row.last) lines.append(sharedLine(row))
  return lines
}

/** The answers of the base model to the same questions. */
export function openBaseAnswers(folder: string): Answers<ModelAnswer> {
  const file = path.join(folder, runFiles.baseRows)
  const before = linesOf(file).map((line) => answerSchema.parse(JSON.parse(line)))
  const own = openLines(file)
  return { before, append: (row) => own.append(JSON.stringify(row)), close: () => own.close() }
}

/** Whether the base model is asked, too. */
export function asksBase(folder: string): boolean {
  const file = path.join(folder, runFiles.evaluation)
  if (!existsSync(file)) return false
  const parsed = evaluationSchema.safeParse(readJson(file, (problem) => new UserError('file_unreadable', { path: file, problem })))
  return parsed.success && parsed.data.compare_base
}
