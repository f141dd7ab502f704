/**
 * The HTTP wire between page and server: one table of endpoints, each a request schema that the server checks and a response type that
 * both sides import. An endpoint `name` is `POST /api/<name>` with a JSON body; the answer is a `Reply`. What changes by itself
 * (runs, records, chat) travels over the socket instead: `lib/events`.
 */
import { z } from 'zod'
import type { Room } from '@/lib/config/presets'
import type { Curve } from '@/lib/curves'
import { type FoundRows, type RowDetail, type RowLines, type Statistics, viewRequests, type WriteProgress } from '@/lib/dataset-view'
import type { Formatting } from '@/lib/datasets/info'
import { mappingSchema, type DatasetKind, type Mapping } from '@/lib/datasets/mapping'
import type { Recognition } from '@/lib/datasets/recognise'
import type { Fault } from '@/lib/errors'
import { exportOptionsSchema, type ExportPlan } from '@/lib/export'
import type { HubCard, ModelCard } from '@/lib/hub/download'
import { type PredictionList, predictionRequests, type PredictionRow } from '@/lib/predictions'
import type { Similarity } from '@/lib/metrics/similarity'
import { hubNames, type HubHit } from '@/lib/hub/hub'
import { folderSchema, idSchema, modelRefSchema, refSchema, revisionSchema } from '@/lib/hub/ref'
import { notesChangeSchema, starterSchema, type RunSummary, type WeightsKind } from '@/lib/run'
import { samplePromptsSchema, type SavedSample } from '@/lib/run-samples'
import type { SystemRecord } from '@/lib/system-log'
import type { Runtime } from '@/lib/runtime'

/** Versions and places, for the page's head and its path fields; nothing here depends on a language. */
export interface BoardState {
  version: string
  node: string
  /** null: not set up yet. The words are `describeRuntime` of `lib/runtime`. */
  runtime: Runtime | null
  /** Folder that holds `saves/`. */
  home: string
  /** The `dataset_dir` that a new form starts with. */
  dataset_dir: string
  /** Data folders that are known without being named, the one where new datasets go first. */
  dataset_dirs: string[]
  /** Folders that a path from the browser may lie in. */
  roots: string[]
}

/** What the inspect worker says of a configuration. `plan` is null while a fault stands in its way. */
export interface CheckReport {
  faults: Fault[]
  warnings: Fault[]
  plan: TrainingPlan | null
  /** Of the plan; the server adds it, who knows the runs of this machine. */
  time?: PlanTime
}

/** How long a run will take, and what that is known from: runs of this model, of any model, or a guess by the machine's kind. */
export interface PlanTime {
  seconds: number
  from: 'model' | 'machine' | 'guess'
}

export interface TrainingPlan {
  /** Weights of the base, and those that will be trained. */
  parameters: number
  trainable: number
  /** Rows that survive max_samples and the validation split. */
  examples: number
  eval_examples: number
  /** Optimiser updates of the whole run. */
  steps: number
  /** Tokens of one epoch, padding not counted. */
  tokens: number
  /** Tokens of the whole run. */
  total_tokens: number
  /** Estimated peak, and what the machine (or its GPU) has, in bytes. */
  memory: number
  memory_available: number
}

export interface DatasetEntry {
  name: string
  formatting: Formatting
  ranking: boolean
  kto: boolean
  kind: DatasetKind
  /** Absolute path; null when the entry names a source outside this machine. */
  path: string | null
  /** The hub's or the bucket's name for it, where the rows lie outside this machine. */
  remote: string | null
  /** Bytes of its files, and when they were changed last (ms); null where there are none. */
  size: number | null
  changed_at: number | null
  /** The file lies among the uploads, so it may go when the dataset is removed. */
  is_upload: boolean
  problem: Fault | null
}

/** `dataset_info.json` of a folder; `problem` says why it could not be read (line and column of a syntax error). */
export interface DatasetList {
  datasets: DatasetEntry[]
  problem: Fault | null
}

/** One row as a conversation; a row that cannot be read keeps its number and says why. */
export interface PreviewRow {
  row: number
  dataset: string
  system: string
  tools: string
  messages: { role: 'user' | 'assistant' | 'observation' | 'function'; content: string }[]
  problem: Fault | null
}

export interface PreviewPage {
  total: number
  rows: PreviewRow[]
}

/** Files under way to the board, and those that came and that no dataset reads yet. */
export interface UploadList {
  /** `changed_at`: of the file on the machine that sends it (ms). */
  unfinished: { id: string; name: string; changed_at: number; size: number; offset: number }[]
  unlisted: { path: string; name: string; size: number }[]
}

/** The first rows of a file or dataset, with what its columns look like and the conversations that a mapping makes of them. */
export interface Examination extends Omit<Recognition, 'mapping'> {
  /** The mapping of the rows below: the one asked for, else the entry's own, else the recognised one. */
  mapping: Mapping
  recognised: Mapping
  rows: { raw: string; shown: PreviewRow }[]
}

export interface ModelReport {
  /** Absolute path of the folder. */
  path: string
  family: string | null
  architecture: string | null
  parameters: number | null
  /** Bytes of the weight files. */
  size: number | null
  /** Template that fits, by the family or by a catalogue entry; null when nothing says so. */
  template: string | null
  /** Whether it brings a chat template that can be used. */
  own_template: boolean
  /** How a LoRA training of it fits into this machine: rows at once by length in tokens, in the type that the runtime computes in. */
  room: Omit<Room, 'parameters'>
  problems: Fault[]
}

/** Arguments that were saved by a name. */
export interface SavedArgs {
  name: string
  changed_at: number
}

/** A model folder found on this machine. */
export interface LocalModel {
  name: string
  path: string
}

export interface FolderEntry {
  name: string
  path: string
  kind: 'folder' | 'file'
  /** A folder with a config.json. */
  is_model: boolean
  /** Bytes; null for folders. */
  size: number | null
}

export interface Folder {
  path: string
  /** null where going up would leave the allowed roots. */
  parent: string | null
  entries: FolderEntry[]
}

/** Weights that chat, export or a further training can load: a run's result, or one of its checkpoints. */
export interface AdapterEntry {
  /** An adapter, or a model that was trained whole. */
  kind: WeightsKind
  /** Run it belongs to, as in `RunSummary.id`. */
  run: string
  /** `checkpoint-N`, or null for the run's final weights. */
  checkpoint: string | null
  path: string
  /** The base that it was trained on, as its adapter_config.json names it. */
  base: string
  /** Adapters that were merged into the base before it was trained, in their order; it means something only on top of them. */
  beneath: string[]
  /** The template that it was trained with, where the run's arguments say. */
  template: string | null
  updated_at: number
}

export interface RunDetail {
  run: RunSummary
  /** Absolute path of the run folder. */
  path: string
  /** `training_args.yaml` as it lies there, and as values; null where the run has none. */
  args_yaml: string | null
  args: Record<string, unknown> | null
  /** `all_results.json`, or what there is of its parts; null before the end. */
  results: Record<string, unknown> | null
  /** Whether there are answers to show. */
  answered: boolean
  adapters: AdapterEntry[]
}

/** A file of a run folder. */
export interface RunFile {
  /** Relative to the folder, with forward slashes. */
  path: string
  size: number
  changed_at: number
}

const nothing = z.strictObject({})
const runId = z.strictObject({ id: z.string().min(1).max(1024) })
const datasetOf = z.strictObject({ dataset_dir: z.string().min(1), dataset: z.string().min(1) })
const savedName = z.strictObject({ name: z.string().min(1).max(128) })
const rawArgs = z.record(z.string(), z.unknown())
const exportRequest = z.strictObject({ args: rawArgs, options: exportOptionsSchema })

/** `response` exists in the type only. */
interface Endpoint<Request extends z.ZodType, Response> {
  request: Request
  response?: Response
}
const answers = <Response>() => <Request extends z.ZodType>(request: Request): Endpoint<Request, Response> => ({ request })

export const api = {
  state: answers<BoardState>()(nothing),
  /** The newest first. The page follows the list by the socket; this is for programs. */
  runs: answers<RunSummary[]>()(nothing),
  /** Models that lie on this machine already; the known ones are `lib/models/catalog`. */
  models: answers<LocalModel[]>()(nothing),
  model: answers<ModelReport>()(z.strictObject({ model_name_or_path: z.string().min(1), template: z.string().optional() })),
  /** `path: null` lists the roots. */
  browse: answers<Folder>()(z.strictObject({ path: z.string().nullable() })),
  datasets: answers<DatasetList>()(z.strictObject({ dataset_dir: z.string().min(1) })),
  /** Rows of a dataset; may take a while for a large file. */
  dataset_rows: answers<number>()(datasetOf),
  /** Of a file or fetched rows of a hub that may become a dataset, or of a dataset. */
  examine: answers<Examination>()(
    z.union([
      datasetOf.extend({ mapping: mappingSchema.nullable() }),
      z.strictObject({ path: z.string().min(1), mapping: mappingSchema.nullable() }),
      z.strictObject({ hub: refSchema, mapping: mappingSchema.nullable() }),
    ]),
  ),
  /** Adds a dataset that reads the file (or folder of files) at `path`, or rows of a hub. The folder is made where it is one of the known ones. */
  dataset_add: answers<null>()(z.union([datasetOf.extend({ path: z.string().min(1), mapping: mappingSchema }), datasetOf.extend({ hub: refSchema, mapping: mappingSchema })])),
  /** Reads a dataset's columns in another way. */
  dataset_map: answers<null>()(datasetOf.extend({ mapping: mappingSchema })),
  dataset_rename: answers<null>()(datasetOf.extend({ name: z.string() })),
  /** Takes the entry out; its file stays, unless it was uploaded and `delete_file` says so. */
  dataset_remove: answers<null>()(datasetOf.extend({ delete_file: z.boolean() })),
  uploads: answers<UploadList>()(nothing),
  /** Of a file whose last byte is there: gives it its name among the uploads, if its rows can be read. */
  upload_finish: answers<{ path: string }>()(z.strictObject({ id: z.string().min(1).max(64) })),
  /** Deletes an uploaded file that no dataset reads. */
  upload_remove: answers<null>()(z.strictObject({ path: z.string().min(1) })),
  preview: answers<PreviewPage>()(
    z.strictObject({
      dataset_dir: z.string().min(1),
      dataset: z.string().min(1),
      offset: z.number().int().min(0),
      limit: z.number().int().min(1).max(100),
    }),
  ),
  view_lines: answers<RowLines>()(viewRequests.lines),
  /** Looks for a moment, from a row on; the page asks on until the end, so that hits show as they come and a search is left by not asking. */
  view_find: answers<FoundRows>()(viewRequests.find),
  view_row: answers<RowDetail>()(viewRequests.row),
  /** Writes the rows to a new dataset, a moment at a time; asked again until it is done. */
  view_save: answers<WriteProgress>()(viewRequests.save),
  /** Looks for a moment where it left off, like `view_find`; what was found is kept until the data or the settings are others. */
  view_statistics: answers<Statistics>()(viewRequests.statistics),
  /** Datasets of a hub whose names hold the words, the most used first. */
  hub_search: answers<HubHit[]>()(z.strictObject({ hub: z.enum(hubNames), words: z.string().trim().min(1).max(200) })),
  /** A dataset of a hub before it is fetched. */
  hub_dataset: answers<HubCard>()(z.strictObject({ hub: z.enum(hubNames), id: idSchema, revision: revisionSchema.nullable(), folder: folderSchema.nullable() })),
  /** A model of a hub before it is fetched. */
  hub_model: answers<ModelCard>()(modelRefSchema),
  /** A token for what a hub keeps closed, until this server ends; empty for none. */
  hub_token: answers<null>()(z.strictObject({ hub: z.enum(hubNames), token: z.string().trim().max(500).regex(/^[\x21-\x7e]*$/) })),
  /** Begins to fetch rows or a model, or goes on with it; how far it is comes as `downloads`. */
  hub_fetch: answers<null>()(z.union([refSchema, modelRefSchema])),
  /** What has arrived is kept. */
  hub_stop: answers<null>()(z.union([refSchema, modelRefSchema])),
  saved_args: answers<SavedArgs[]>()(nothing),
  saved_args_read: answers<string>()(savedName),
  saved_args_write: answers<null>()(savedName.extend({ text: z.string() })),
  saved_args_remove: answers<null>()(savedName),
  /** Size of an export, and what stands in its way. */
  export_plan: answers<ExportPlan>()(exportRequest),
  /** Begins an export; how far it is comes as `exports`. */
  export_start: answers<{ id: string }>()(exportRequest),
  export_cancel: answers<null>()(runId),
  /** Takes an export that has ended off the list; what it made stays. */
  export_forget: answers<null>()(runId),
  /** Faults stop a start; warnings do not. */
  check: answers<CheckReport>()(z.strictObject({ args: rawArgs, model: z.string().min(1).max(128).nullable().default(null) })),
  /**
   * Checks the arguments, makes `saves/<model>/<finetuning_type>/<name>`, and queues it. `output_dir` in `args` is ignored: the
   * server names the folder. `name: null` means `train_<date-time>` or `eval_<date-time>`; `model: null` takes the last part of the model's path.
   */
  start: answers<{ id: string }>()(
    z.strictObject({
      args: rawArgs,
      model: z.string().min(1).max(128).nullable(),
      name: z.string().min(1).max(128).nullable(),
      by: starterSchema.nullable().default(null),
      sample_prompts: samplePromptsSchema.default([]),
      /** Of an evaluation: asks the base model, too. */
      compare_base: z.boolean().default(false),
    }),
  ),
  /** Asks the trainer to save a checkpoint and end. */
  stop: answers<null>()(runId),
  /** Ends the trainer at once; what it had not saved is lost. */
  kill: answers<null>()(runId),
  /** Takes a run that has not begun out of the queue; its folder goes too. */
  withdraw: answers<null>()(runId),
  /** Queues a run that ended early, from its newest checkpoint. */
  resume: answers<null>()(runId.extend({ by: starterSchema.nullable().default(null) })),
  /** Changes what people say of a run; what is not named stays. */
  run_note: answers<null>()(runId.extend({ change: notesChangeSchema })),
  /** Deletes a run that is not going, with all of its files. */
  run_delete: answers<null>()(runId),
  run_files: answers<RunFile[]>()(runId),
  /** `training_args.yaml` as values, by run; runs without one are left out. */
  run_settings: answers<Record<string, Record<string, unknown>>>()(z.strictObject({ ids: z.array(z.string()).max(10_000) })),
  /** What the model said at each save, and what it will be asked at the next. */
  run_samples: answers<{ prompts: string[]; samples: SavedSample[] }>()(runId),
  run_prompts: answers<null>()(runId.extend({ prompts: samplePromptsSchema })),
  run_system: answers<SystemRecord[]>()(runId),
  run: answers<RunDetail>()(runId),
  /** Answers of an evaluation, found and in order; of the places, `prediction_rows` gives what they say. */
  predictions: answers<PredictionList>()(predictionRequests.list),
  prediction_rows: answers<PredictionRow[]>()(predictionRequests.rows),
  /** How near answers are to their labels; for those that LLaMA-Factory wrote down. */
  prediction_scores: answers<Similarity[]>()(predictionRequests.scores),
  /** The loss of a run, thinned to what a list shows. */
  spark: answers<Curve>()(runId),
  /** Adapters of a base (all of them for null), newest first. */
  adapters: answers<AdapterEntry[]>()(z.strictObject({ model_name_or_path: z.string().min(1).nullable() })),
}

export type ApiName = keyof typeof api
export type ApiRequest<N extends ApiName> = z.input<(typeof api)[N]['request']>
export type ApiResponse<N extends ApiName> = (typeof api)[N] extends Endpoint<z.ZodType, infer Response> ? Response : never
