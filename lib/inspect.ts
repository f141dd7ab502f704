/**
 * The wire between the server and its inspect worker (`dist/trainer.mjs inspect`): a line of JSON each way per question. Questions and
 * answers are those of the HTTP endpoints of the same names.
 */
import { z } from 'zod'
import { api, type ApiRequest, type ApiResponse } from '@/lib/api'
import type { Fault } from '@/lib/errors'

export const inspectNames = ['check', 'datasets', 'preview', 'model'] as const
export type InspectName = (typeof inspectNames)[number]

const question = <N extends InspectName>(name: N) => z.strictObject({ id: z.number().int(), name: z.literal(name), request: api[name].request })

/** A line to the worker. `id` comes back with the answer; answers may come in another order. */
export const inspectQuestionSchema = z.discriminatedUnion('name', [question('check'), question('datasets'), question('preview'), question('model')])
export type InspectQuestion = { [N in InspectName]: { id: number; name: N; request: ApiRequest<N> } }[InspectName]

/** A line from the worker. */
export type InspectAnswer<N extends InspectName = InspectName> = { id: number; ok: true; value: ApiResponse<N> } | { id: number; ok: false; fault: Fault }
