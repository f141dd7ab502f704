/**
 * The board's inspect worker (`dist/trainer.mjs inspect`): answers questions about configurations, models and datasets as lines of JSON
 * (`lib/inspect`), for as long as its input lasts. It loads no TensorFlow, and writes nothing but the new
 * file of a dataset that was edited.
 */
import { createInterface } from 'node:readline'
import type { ApiRequest, ApiResponse } from '@/lib/api'
import { inspectQuestionSchema, type InspectAnswer, type InspectName, type InspectQuestion } from '@/lib/inspect'
import { examine } from '@/trainer/inspect/examine'
import { planExport } from '@/trainer/export/plan'
import { faultOf } from '@/trainer/fault'
import { countRows, inspectDatasets, inspectPreview } from '@/trainer/inspect/inspect-data'
import { inspectModel } from '@/trainer/inspect/inspect-model'
import { scoresOf } from '@/trainer/inspect/scores'
import { checkReport } from '@/trainer/run/plan'
import { findRows } from '@/trainer/view/find'
import { viewLines } from '@/trainer/view/lines'
import { viewRow } from '@/trainer/view/row'
import { viewStatistics } from '@/trainer/view/statistics'
import { saveRows } from '@/trainer/view/save'

type Handlers = { [N in InspectName]: (request: ApiRequest<N>) => Promise<ApiResponse<N>> }

const handlers: Handlers = {
  check: ({ args }) => checkReport(args),
  datasets: ({ dataset_dir }) => inspectDatasets(dataset_dir),
  dataset_rows: countRows,
  examine,
  export_plan: planExport,
  preview: inspectPreview,
  model: ({ model_name_or_path }) => inspectModel(model_name_or_path),
  prediction_scores: scoresOf,
  view_lines: viewLines,
  view_find: findRows,
  view_row: viewRow,
  view_statistics: viewStatistics,
  view_save: saveRows,
}

/** Of one question; what goes wrong is part of the answer. */
export async function inspectAnswer({ id, name, request }: InspectQuestion): Promise<InspectAnswer> {
  try {
    // The union of questions and the table of handlers have the same rows, which the compiler cannot see through the lookup.
    const handle = handlers[name] as (request: ApiRequest<InspectName>) => Promise<ApiResponse<InspectName>>
    return { id, ok: true, value: await handle(request) }
  } catch (error) {
    return { id, ok: false, fault: faultOf(error) }
  }
}

/** Answers wait for something new, which must not hold up other questions; all else is answered in turn. */
const waiting: ReadonlySet<InspectName> = new Set(['view_statistics'])

/** Answers until standard input ends. */
export async function inspectWorker(): Promise<number> {
  for await (const line of createInterface({ input: process.stdin })) {
    const parsed = inspectQuestionSchema.safeParse(JSON.parse(line))
    if (!parsed.success) process.stderr.write(`inspect: a question that is not understood: ${parsed.error.issues[0].message}: ${line.slice(0, 200)}\n`)
    else if (waiting.has(parsed.data.name)) void answer(parsed.data)
    else await answer(parsed.data)
  }
  return 0
}

async function answer(question: InspectQuestion): Promise<void> {
  process.stdout.write(`${JSON.stringify(await inspectAnswer(question))}\n`)
}
