/**
 * Exports: each in a process of its own that outlives this server, with a folder under `.tuneboard/exports/` that says what was asked for and how far
 * it is. One at a time. What is made is the trainer's.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { TrainingArgs } from '@/lib/config/fields'
import { writeYaml } from '@/lib/config/yaml'
import { UserError, type Fault } from '@/lib/errors'
import { exportRecordSchema, exportStateAs, exportStateSchema, type ExportJob, type ExportOptions, type ExportRecord, type ExportState } from '@/lib/export'
import { checkout } from '@/server/env'
import { readJson, writeWhole } from '@/server/files'
import { lastFault, lastLine } from '@/server/runs/last-line'
import { isAlive, signal } from '@/server/process'
import { reporting } from '@/server/report'
import { startDetached } from '@/server/workers/worker'

/** How often, in ms, a going export is looked after. */
const lookEvery = 250
/** How long, in ms, a cancelled one may take to tidy up. */
const patience = 10_000
/** Ended exports that are remembered. */
const kept = 20

const files = { args: 'export.yaml', record: 'job.json', state: 'state.json', output: 'output.txt' } as const

export interface Exports {
  list(): ExportJob[]
  /** Where it is, or was to be, made. @throws UserError `export_unknown` */
  folderOf(id: string): string
  /** @throws UserError `export_busy` */
  start(args: TrainingArgs, options: ExportOptions): string
  /** What was half written goes. */
  cancel(id: string): void
  forget(id: string): void
  close(): void
}

/** The command's own words. */
const wordsOf = ({ format, gguf_type, verify, hub_private }: ExportOptions): string[] =>
  ['--format', format, '--gguf_type', gguf_type, ...(verify ? ['--verify'] : []), `--hub_private=${hub_private}`]

export function openExports(home: string, tell: (jobs: ExportJob[]) => void): Exports {
  const root = path.join(home, '.tuneboard/exports')
  const at = (id: string, file: keyof typeof files) => path.join(root, id, files[file])
  const cancelled = new Map<string, number>()
  let told = ''

  const ids = (): string[] => (existsSync(root) ? readdirSync(root).sort().reverse() : [])
  const jobOf = (id: string): (ExportJob & { record: ExportRecord }) | null => {
    const record = exportRecordSchema.safeParse(readJson(at(id, 'record'))).data
    if (record === undefined) return null
    const { options, model, adapters, folder } = record
    return { id, options, model, adapters, folder, record, state: stateOf(id, record) }
  }
  const stateOf = (id: string, record: ExportRecord): ExportState => {
    const first: ExportState = { status: 'running', phase: 'checking', share: null, pid: record.pid, started_at: record.started_at, updated_at: record.started_at, files: [], verdict: null, url: null, error: null }
    const state = exportStateSchema.safeParse(readJson(at(id, 'state'))).data ?? first
    if (state.status !== 'running' || isAlive(record)) return state
    return ended(id, record, state)
  }
  /** Of a process that is gone without a last word: what it left is cleared away. */
  const ended = (id: string, record: ExportRecord, state: ExportState): ExportState => {
    rmSync(`${record.folder}.${record.pid}.tmp`, { recursive: true, force: true })
    const error: Fault = lastFault(at(id, 'output')) ?? { code: 'export_died', values: { reason: lastLine(at(id, 'output')) } }
    const last: ExportState = cancelled.has(id) ? { ...state, status: 'cancelled' } : { ...state, status: 'failed', error }
    writeWhole(at(id, 'state'), JSON.stringify(last), { durable: false })
    return last
  }

  const list = (): ExportJob[] => ids().flatMap((id) => {
    const job = jobOf(id)
    return job === null ? [] : [{ id, options: job.options, model: job.model, adapters: job.adapters, folder: job.folder, state: job.state }]
  })
  const going = () => list().find(({ state }) => state.status === 'running')

  const look = () => {
    const jobs = list()
    for (const [id, since] of cancelled) {
      const job = jobOf(id)
      if (job?.state.status === 'running' && Date.now() - since > patience) signal(job.record, 'SIGKILL')
    }
    const now = JSON.stringify(jobs)
    if (now !== told) tell(jobs)
    told = now
  }
  const timer = setInterval(reporting(() => (told === '' || told.includes('"status":"running"')) && look()), lookEvery)

  const found = (id: string) => {
    const job = ids().includes(id) ? jobOf(id) : null
    if (job === null) throw new UserError('export_unknown', { id })
    return job
  }
  return {
    list,
    folderOf: (id) => found(id).folder,
    start(args, options) {
      if (going() !== undefined) throw new UserError('export_busy')
      const started_at = Date.now()
      const id = String(started_at)
      mkdirSync(path.join(root, id), { recursive: true })
      writeWhole(at(id, 'args'), writeYaml(args), { durable: false })
      const env = { [exportStateAs]: at(id, 'state') }
      const child = startDetached(['export', at(id, 'args'), ...wordsOf(options)], at(id, 'output'), env, reporting(look))
      const folder = path.resolve(checkout, args.export_dir ?? '')
      const record: ExportRecord = { options, model: args.model_name_or_path ?? '', adapters: args.adapter_name_or_path ?? [], folder, started_at, pid: child?.pid ?? 0, pid_start: child?.pid_start ?? null }
      writeWhole(at(id, 'record'), JSON.stringify(record), { durable: false })
      for (const old of ids().slice(kept)) rmSync(path.join(root, old), { recursive: true, force: true })
      look()
      return id
    },
    cancel(id) {
      const { record } = found(id)
      cancelled.set(id, Date.now())
      signal(record, 'SIGTERM')
      look()
    },
    forget(id) {
      if (found(id).state.status === 'running') throw new UserError('export_busy')
      rmSync(path.join(root, id), { recursive: true, force: true })
      look()
    },
    close: () => clearInterval(timer),
  }
}
