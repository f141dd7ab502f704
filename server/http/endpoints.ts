/** What each endpoint of `lib/api` does: paths are checked here, the work is done by the part of the server that it belongs to. */
import { realpathSync } from 'node:fs'
import path from 'node:path'
import type { AdapterEntry, ApiName, ApiResponse, api, CheckReport, LocalModel } from '@/lib/api'
import type { z } from 'zod'
import { checkPush } from '@/hub/push-check'
import { parseArgs } from '@/lib/config/schema'
import { writeYaml } from '@/lib/config/yaml'
import { sparkOf } from '@/lib/curves'
import { UserError, type Fault } from '@/lib/errors'
import { runFiles } from '@/lib/run'
import { adaptersOf } from '@/server/runs/adapters'
import { datasetFault, type Datasets } from '@/server/datasets/datasets'
import { checkout, readRuntime, version } from '@/server/env'
import type { Exports } from '@/server/workers/exports'
import { folderName } from '@/server/files'
import type { Hub } from '@/server/workers/hub'
import type { Inspect } from '@/server/workers/inspect'
import type { Jobs } from '@/server/runs/jobs'
import type { Paths } from '@/server/paths'
import { planTime } from '@/server/runs/plan-time'
import { isAnswered, predictionsOf, type Score } from '@/server/runs/predictions'
import { deleteFolder, filesOf, promptsOf, promptsText, resultsOf, samplesOf, systemOf, writePrompts } from '@/server/runs/run-folder'
import { changeNotes, notesText } from '@/server/runs/run-notes'
import { readArgs } from '@/server/runs/run-view'
import type { Runs } from '@/server/runs/runs'
import { isActive } from '@/server/runs/status'
import type { SavedArgsStore } from '@/server/runs/saved-args'
import type { Uploads } from '@/server/datasets/uploads'

export type Endpoints = { [N in ApiName]: (request: z.output<(typeof api)[N]['request']>) => ApiResponse<N> | Promise<ApiResponse<N>> }

export interface EndpointParts {
  home: string
  paths: Paths
  runs: Runs
  jobs: Jobs
  inspect: Inspect
  datasets: Datasets
  hub: Hub
  uploads: Uploads
  saved: SavedArgsStore
  exports: Exports
}

/** Settings that name a place on the disk; all of them are looked at before the trainer sees them. */
const pathKeys = ['model_name_or_path', 'adapter_name_or_path', 'dataset_dir', 'eval_dataset_dir', 'resume_from_checkpoint', 'export_dir'] as const

function pathFaults(args: Readonly<Record<string, unknown>>, paths: Paths, datasets: Datasets): Fault[] {
  const places = pathKeys.flatMap((key) => {
    const value = args[key]
    const targets: unknown[] = typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value : []
    const outside = targets.find((target) => typeof target === 'string' && target.trim() !== '' && !paths.allows(target.trim()))
    return outside === undefined ? [] : [{ code: 'path_outside' as const, values: { path: String(outside) }, field: key }]
  })
  const dataset = places.length > 0 ? null : datasetFault(args, datasets)
  return dataset === null ? places : [dataset]
}

const two = (value: number) => String(value).padStart(2, '0')

/** `train_2025-01-31-09-05-00`, local time, as LLaMA Board names its runs; `eval_…` for evaluations. */
function defaultName(kind: 'train' | 'eval', now = new Date()): string {
  const date = [now.getFullYear(), ...[now.getMonth() + 1, now.getDate(), now.getHours(), now.getMinutes(), now.getSeconds()].map(two)]
  return `${kind}_${date.join('-')}`
}

/** The folder's last part as a name: a path may end in letters that no run folder should have. */
const modelName = (modelPath: string) => path.basename(path.resolve(checkout, modelPath)).replace(/[^\p{L}\p{N}._-]+/gu, '_').replace(/^\.+/, '') || 'model'

/** As the trainer, whose working folder is the checkout, will find it; relative where that keeps the file free of this machine's places. */
function outputDir(saves: string, id: string): string {
  const folder = path.join(saves, ...id.split('/'))
  const inside = path.relative(checkout, folder)
  return inside.startsWith('..') ? folder : inside.split(path.sep).join('/')
}

function sameFolder(a: string, b: string): boolean {
  const real = (folder: string) => {
    try {
      return realpathSync(path.resolve(checkout, folder))
    } catch {
      return folder // a name of a hub, or a folder of another machine
    }
  }
  return a === b || real(a) === real(b)
}

async function start(parts: EndpointParts, { args: raw, model, name, by, sample_prompts, compare_base }: z.output<(typeof api)['start']['request']>): Promise<{ id: string }> {
  const { paths, runs, jobs, inspect, datasets } = parts
  const modelPath = typeof raw.model_name_or_path === 'string' ? raw.model_name_or_path : ''
  const method = typeof raw.finetuning_type === 'string' ? raw.finetuning_type : 'lora'
  const id = [model === null ? modelName(modelPath) : folderName(model, 'model_name_or_path'), folderName(method, 'finetuning_type'), name === null ? defaultName(raw.do_train === true ? 'train' : 'eval') : folderName(name, 'output_dir')].join('/')
  const values = { ...raw, output_dir: outputDir(runs.saves, id) }
  const parsed = parseArgs(values)
  if (!parsed.ok) throw faultError(parsed.faults[0])
  const outside = pathFaults(parsed.args, paths, datasets)
  const faults = outside.length > 0 ? outside : (await inspect.ask('check', { args: values, model })).faults
  if (faults.length > 0) throw faultError(faults[0])
  const files: Record<string, string> = { [runFiles.args]: writeYaml(parsed.args), [runFiles.notes]: notesText({ started_by: by }) }
  if (sample_prompts.length > 0) files[runFiles.samplePrompts] = promptsText(sample_prompts)
  if (compare_base) files[runFiles.evaluation] = `${JSON.stringify({ compare_base }, null, 2)}\n`
  jobs.submit(id, files)
  return { id }
}

/** The page names the folder below `saves/` as a reader sees it; the trainer looks where it is. */
function plannedFolder({ output_dir }: Record<string, unknown>, { saves }: Runs): unknown {
  const [top, ...parts] = typeof output_dir === 'string' ? output_dir.split('/') : []
  return top === 'saves' && parts.length > 0 && !parts.includes('..') ? outputDir(saves, parts.join('/')) : output_dir
}

async function check({ paths, runs, inspect, datasets }: EndpointParts, args: Record<string, unknown>, model: string | null): Promise<CheckReport> {
  const faults = pathFaults(args, paths, datasets)
  if (faults.length > 0) return { faults, warnings: [], plan: null }
  const report = await inspect.ask('check', { args: { ...args, output_dir: plannedFolder(args, runs) }, model })
  return report.plan === null ? report : { ...report, time: planTime(report.plan, model ?? modelName(String(args.model_name_or_path)), runs) }
}

/** What stands in the way of an export, and its size. */
async function exportPlan({ paths, inspect, datasets }: EndpointParts, request: z.output<typeof api.export_plan.request>): Promise<ApiResponse<'export_plan'>> {
  const faults = pathFaults({ ...request.args, dataset: null, eval_dataset: null }, paths, datasets)
  if (faults.length > 0) return { faults, bytes: null, available: 0 }
  const id = request.args.export_hub_model_id
  // Here, where a token that was typed is known.
  checkPush(typeof id === 'string' && id !== '' ? id : null)
  return inspect.ask('export_plan', request)
}

async function startExport(parts: EndpointParts, request: z.output<typeof api.export_start.request>): Promise<{ id: string }> {
  const { faults } = await exportPlan(parts, request)
  if (faults.length > 0) throw faultError(faults[0])
  const parsed = parseArgs(request.args, 'export')
  if (!parsed.ok) throw faultError(parsed.faults[0])
  return { id: parts.exports.start(parsed.args, request.options) }
}

const faultError = ({ code, values, field }: Fault) => new UserError(code, values, field)

function adapters({ runs }: EndpointParts, model: string | null): AdapterEntry[] {
  const found = runs.list().flatMap(({ id }) => adaptersOf(id, runs.view(id).folder))
  return found.filter(({ base }) => model === null || sameFolder(base, model)).sort((a, b) => b.updated_at - a.updated_at)
}

/** Models that runs have trained whole, as models of this machine. */
const wholeModels = (parts: EndpointParts): LocalModel[] =>
  adapters(parts, null).filter(({ kind }) => kind === 'model').map(({ run, checkpoint, path }) => ({ name: checkpoint === null ? run : `${run}-${checkpoint}`, path }))

export function makeEndpoints(parts: EndpointParts): Endpoints {
  const { home, paths, runs, jobs, inspect, datasets, hub, uploads, exports, saved } = parts
  const done = (work: (id: string) => void) => ({ id }: { id: string }) => {
    work(id)
    return null
  }
  const written = <Request>(work: (request: Request) => Promise<void>) => async (request: Request) => {
    await work(request)
    return null
  }
  /** A question about one dataset: its files, and the model that the settings name, must be inside. */
  const looked = <N extends 'view_lines' | 'view_find' | 'view_row' | 'view_statistics'>(name: N) => (request: z.output<(typeof api)[N]['request']>) => {
    datasets.check(request.dataset_dir, request.dataset)
    const [outside] = 'settings' in request ? pathFaults({ model_name_or_path: request.settings?.model_name_or_path }, paths, datasets) : []
    if (outside) throw faultError(outside)
    return inspect.ask(name, request)
  }
  const score: Score = (answers) => inspect.ask('prediction_scores', { answers })
  return {
    state: () => ({ version: version(), node: process.version, runtime: readRuntime(), home, dataset_dir: 'data', dataset_dirs: datasets.folders(), roots: paths.roots }),
    runs: () => runs.list(),
    models: () => [...paths.models(), ...wholeModels(parts)],
    model(request) {
      paths.inside(request.model_name_or_path, 'model_name_or_path')
      return inspect.ask('model', request)
    },
    browse: ({ path: target }) => paths.browse(target),
    datasets: ({ dataset_dir }) => datasets.list(dataset_dir),
    dataset_rows(request) {
      datasets.check(request.dataset_dir, request.dataset)
      return inspect.ask('dataset_rows', request)
    },
    examine(request) {
      if ('path' in request) return inspect.ask('examine', { ...request, path: datasets.file(request.path) })
      if ('dataset' in request) datasets.check(request.dataset_dir, request.dataset)
      return inspect.ask('examine', request)
    },
    uploads: () => uploads.list(datasets.files()),
    upload_finish: ({ id }) => uploads.finish(id),
    upload_remove({ path: file }) {
      uploads.remove(file, datasets.files())
      return null
    },
    dataset_add: written(datasets.add),
    dataset_map: written(datasets.map),
    dataset_rename: written(datasets.rename),
    dataset_remove: written(datasets.remove),
    preview(request) {
      datasets.check(request.dataset_dir, request.dataset)
      return inspect.ask('preview', request)
    },
    view_lines: looked('view_lines'),
    view_find: looked('view_find'),
    view_row: looked('view_row'),
    view_statistics: looked('view_statistics'),
    view_save: (request) => datasets.save(request),
    hub_search: (request) => hub.search(request.hub, request.words),
    hub_dataset: (request) => hub.card(request),
    hub_model: (ref) => hub.model(ref),
    hub_token({ hub: name, token }) {
      hub.setToken(name, token)
      return null
    },
    hub_fetch(ref) {
      hub.fetch(ref)
      return null
    },
    hub_stop(ref) {
      hub.stop(ref)
      return null
    },
    export_plan: (request) => exportPlan(parts, request),
    export_start: (request) => startExport(parts, request),
    export_cancel: done(exports.cancel),
    export_forget: done(exports.forget),
    check: ({ args, model }) => check(parts, args, model),
    saved_args: () => saved.list(),
    saved_args_read: ({ name }) => saved.read(name),
    saved_args_write({ name, text }) {
      saved.write(name, text)
      return null
    },
    saved_args_remove({ name }) {
      saved.remove(name)
      return null
    },
    start: (request) => start(parts, request),
    stop: done(jobs.stop),
    kill: done(jobs.kill),
    withdraw: done(jobs.withdraw),
    resume({ id, by }) {
      jobs.resume(id)
      changeNotes(runs.view(id).folder, { started_by: by })
      runs.refresh(id)
      return null
    },
    run_note({ id, change }) {
      changeNotes(runs.view(id).folder, change)
      runs.refresh(id)
      return null
    },
    async run_delete({ id }) {
      const { status } = runs.get(id)
      if (isActive(status) || status === 'queued') throw new UserError('run_going', { id })
      const deleted = deleteFolder(runs.view(id).folder)
      runs.refresh(id)
      await deleted
      return null
    },
    run_files: ({ id }) => filesOf(runs.view(id).folder),
    run_settings: ({ ids }) => Object.fromEntries(ids.filter(runs.has).flatMap((id) => {
      const values = readArgs(runs.view(id).folder)?.values
      return values ? [[id, values]] : []
    })),
    run_samples({ id }) {
      const { folder } = runs.view(id)
      return { prompts: promptsOf(folder), samples: samplesOf(folder) }
    },
    run_prompts({ id, prompts }) {
      writePrompts(runs.view(id).folder, prompts)
      return null
    },
    run_system: ({ id }) => systemOf(runs.view(id).folder),
    run({ id }) {
      const { folder } = runs.view(id)
      const args = readArgs(folder)
      return {
        run: runs.get(id),
        path: folder,
        args_yaml: args?.text ?? null,
        args: args?.values ?? null,
        results: resultsOf(folder),
        answered: isAnswered(folder),
        adapters: adaptersOf(id, folder),
      }
    },
    predictions: ({ id, ...wish }) => predictionsOf(runs.view(id).folder, score).list(wish),
    prediction_rows: ({ id, rows }) => predictionsOf(runs.view(id).folder, score).rows(rows),
    prediction_scores: ({ answers }) => score(answers),
    spark({ id }) {
      const { records } = runs.watch(id, null)
      runs.unwatch(id)
      return sparkOf(records)
    },
    adapters: ({ model_name_or_path }) => adapters(parts, model_name_or_path),
  }
}
