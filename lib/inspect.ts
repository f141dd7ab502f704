/**
 * The wire between the server and its inspect worker (`dist/trainer.mjs inspect`): a line of JSON each way per question. Questions and
 * answers are those of the HTTP endpoints of the same names.
 */
import { z } from 'zod'
import { api, type ApiResponse } from '@/lib/api'
import type { Fault } from '@/lib/errors'

export const inspectNames = ['check', 'datasets', 'dataset_rows', 'examine', 'export_plan', 'preview', 'model', 'prediction_scores', 'view_lines', 'view_find', 'view_row', 'view_statistics', 'view_save'] as const
export type InspectName = (typeof inspectNames)[number]

const id = z.number().int()

/** A line to the worker. `id` comes back with the answer; answers may come in another order. */
export const inspectQuestionSchema = z.discriminatedUnion('name', [
  z.strictObject({ id, name: z.literal('check'), request: api.check.request }),
  z.strictObject({ id, name: z.literal('datasets'), request: api.datasets.request }),
  z.strictObject({ id, name: z.literal('dataset_rows'), request: api.dataset_rows.request }),
  z.strictObject({ id, name: z.literal('examine'), request: api.examine.request }),
  z.strictObject({ id, name: z.literal('export_plan'), request: api.export_plan.request }),
  z.strictObject({ id, name: z.literal('preview'), request: api.preview.request }),
  z.strictObject({ id, name: z.literal('model'), request: api.model.request }),
  z.strictObject({ id, name: z.literal('prediction_scores'), request: api.prediction_scores.request }),
  z.strictObject({ id, name: z.literal('view_lines'), request: api.view_lines.request }),
  z.strictObject({ id, name: z.literal('view_find'), request: api.view_find.request }),
  z.strictObject({ id, name: z.literal('view_row'), request: api.view_row.request }),
  z.strictObject({ id, name: z.literal('view_statistics'), request: api.view_statistics.request }),
  z.strictObject({ id, name: z.literal('view_save'), request: api.view_save.request }),
])
export type InspectQuestion = z.output<typeof inspectQuestionSchema>

/** A line from the worker. */
export type InspectAnswer<N extends InspectName = InspectName> = { id: number; ok: true; value: ApiResponse<N> } | { id: number; ok: false; fault: Fault }
