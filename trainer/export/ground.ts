/** All that an export stands on, checked before anything is written: model, tokenizer, template, adapter, and the folder to be made. */
import { existsSync, readdirSync, statfsSync, statSync } from 'node:fs'
import path from 'node:path'
import type { TrainingArgs } from '@/lib/config/fields'
import { UserError, type Fault } from '@/lib/errors'
import type { ExportOptions } from '@/lib/export'
import { prepareTemplate, type Template } from '@/lib/templates/template'
import type { HfTokenizer } from '@/lib/text/hf'
import { readAdapter } from '@/trainer/adapter/adapter'
import { checkModel, collector } from '@/trainer/run/check'
import { formats } from '@/trainer/export/formats'
import { readOwnRow } from '@/trainer/tokenizer/own-template'
import type { ExportGround } from '@/trainer/export/types'

export type CheckedExport = { faults: Fault[]; ground: null } | { faults: []; ground: ExportGround }

export async function checkExport(args: TrainingArgs, options: ExportOptions): Promise<CheckedExport> {
  const { faults, attempt } = collector()
  const model = args.model_name_or_path ?? ''
  const { config, tokenizer } = await checkModel(model, attempt)
  const template = tokenizer && (await attempt(() => exportTemplate(model, tokenizer, args)))
  const adapters = args.adapter_name_or_path ?? []
  if (config) await attempt(() => adapters.forEach((adapter) => void readAdapter(adapter, config)))
  await attempt(() => checkTarget(args.export_dir ?? ''))
  if (config && tokenizer && faults.length === 0) {
    const ground: ExportGround = { args, options, model, config, tokenizer, template, adapters }
    await attempt(() => formats[options.format].check(ground))
    if (faults.length === 0) return { faults: [], ground }
  }
  return { faults, ground: null }
}

function exportTemplate(model: string, tokenizer: HfTokenizer, args: TrainingArgs): Template | null {
  if (args.template !== null) return prepareTemplate(tokenizer, args)
  const own = readOwnRow(model, tokenizer)
  return own === null ? null : prepareTemplate(tokenizer, { ...args, own })
}

/** A folder with anything in it is left alone. */
function checkTarget(folder: string): void {
  if (existsSync(folder) && (!statSync(folder).isDirectory() || readdirSync(folder).length > 0)) throw new UserError('export_dir_taken', { path: folder }, 'export_dir')
}

/** Bytes that are free where a folder is to be made. */
export function freeBytes(folder: string): number {
  const place = path.resolve(folder)
  if (!existsSync(place)) return path.dirname(place) === place ? 0 : freeBytes(path.dirname(place))
  const { bavail, bsize } = statfsSync(place)
  return bavail * bsize
}

/** Small files that go along: more than any tokenizer takes. */
const BESIDES = 32e6

/** @throws UserError `export_disk_full` */
export function checkSpace(ground: ExportGround, megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`): void {
  const folder = ground.args.export_dir ?? ''
  const [needed, free] = [formats[ground.options.format].bytes(ground) + BESIDES, freeBytes(folder)]
  if (free < needed) throw new UserError('export_disk_full', { bytes: megabytes(needed), path: folder, available: megabytes(free) }, 'export_dir')
}
