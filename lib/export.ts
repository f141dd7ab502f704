/**
 * An export as it is asked for and told of: what is made beside LLaMA-Factory's own settings, and the state that the exporting process writes down
 * for the board. How files are made is `trainer/export/export`.
 */
import { z } from 'zod'
import { type Fault, faultSchema } from '@/lib/errors'

/** What can be made of a model and an adapter. */
export const exportFormats = ['merged', 'adapter', 'gguf'] as const
export type ExportFormat = (typeof exportFormats)[number]

/** Number types of a GGUF file's matrices. */
export const ggufTypes = ['f32', 'f16', 'bf16', 'q8_0'] as const
export type GgufType = (typeof ggufTypes)[number]

/** What LLaMA-Factory has no setting for. Names are those of the command's own words. */
export const exportOptionsSchema = z.strictObject({
  format: z.enum(exportFormats).default('merged'),
  gguf_type: z.enum(ggufTypes).default('f16'),
  /** Load what was written and compare its logits with those it was made from. */
  verify: z.boolean().default(false),
  /** Whether a repository that is made for it is seen by its owner alone. */
  hub_private: z.boolean().default(true),
})
export type ExportOptions = z.infer<typeof exportOptionsSchema>

/** Environment variable that names the file in which an exporting process keeps its state. */
export const exportStateAs = 'TUNEBOARD_EXPORT_STATE'

export const exportPhases = ['checking', 'writing', 'verifying', 'pushing'] as const

/** How the logits of what was written differ from those of what it was made from. */
const verdictSchema = z.strictObject({
  tokens: z.number().int(),
  /** Largest difference of a logit, and of the probability of any next token. */
  logits: z.number(),
  probability: z.number(),
  /** Share of positions with the same most likely token. */
  agreement: z.number(),
})
export type Verdict = z.infer<typeof verdictSchema>

export const exportStateSchema = z.strictObject({
  status: z.enum(['running', 'done', 'failed', 'cancelled']),
  phase: z.enum(exportPhases),
  /** Of the phase, 0 to 1; null where it is not known. */
  share: z.number().min(0).max(1).nullable(),
  pid: z.number().int(),
  started_at: z.number(),
  updated_at: z.number(),
  /** Of the finished folder, the largest first. */
  files: z.array(z.strictObject({ name: z.string(), size: z.number() })),
  verdict: verdictSchema.nullable(),
  /** The repository's page, once it is there. */
  url: z.string().nullable().default(null),
  error: faultSchema.nullable(),
})
export type ExportState = z.infer<typeof exportStateSchema>

/** An export as the board lists it. */
export interface ExportJob {
  id: string
  options: ExportOptions
  model: string
  adapters: string[]
  /** Absolute path of what is made. */
  folder: string
  state: ExportState
}

/** What an export would take, or what stands in its way. */
export interface ExportPlan {
  faults: Fault[]
  /** Of what is written; null while something is wrong. */
  bytes: number | null
  /** Where it is written. */
  available: number
}

/** `job.json` of an export's folder. */
export const exportRecordSchema = z.strictObject({
  options: exportOptionsSchema,
  model: z.string(),
  adapters: z.array(z.string()),
  folder: z.string(),
  pid: z.number().int(),
  pid_start: z.string().nullable(),
  started_at: z.number(),
})
export type ExportRecord = z.infer<typeof exportRecordSchema>
