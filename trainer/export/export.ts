/**
 * The command `export`: a base model and an adapter become a merged model, a copy of the adapter, or a GGUF file, in a folder that appears whole.
 * What is computed and written is `export/`'s.
 */
import { renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { checkPush } from '@/hub/push-check'
import { internalFault } from '@/lib/causes'
import { UserError } from '@/lib/errors'
import type { Verdict } from '@/lib/export'
import { readArguments, Refused } from '@/trainer/arguments'
import { withFetchedFolder } from '@/trainer/base-model'
import { checkExport, checkSpace } from '@/trainer/export/ground'
import type { ExportGround } from '@/trainer/export/types'
import { formats } from '@/trainer/export/formats'
import { takeOptions } from '@/trainer/export/options'
import { openReport, type ExportReport } from '@/trainer/export/report'
import { namedToken } from '@/trainer/data/fetch-lines'
import { diskFault } from '@/trainer/files'
import { exitCodeOf, listenForStop } from '@/trainer/run/stop'

/** Exports as `[x.yaml] [key=value …] [--format …]` say. Throws the user's faults before anything is written. */
export async function exportModel(argv: readonly string[]): Promise<number> {
  const report = openReport()
  try {
    const { options, rest } = takeOptions(argv)
    const args = await withFetchedFolder(readArguments(rest, 'export'))
    const request = listenForStop() // until here a signal simply ends the process
    checkPush(args.export_hub_model_id, namedToken(args, 'huggingface') ?? null)
    const { faults, ground } = await checkExport(args, options)
    if (ground === null) throw new Refused(faults)
    checkSpace(ground)
    const checkpoint = () => {
      if (request.signal !== null) throw new Stopped(request.signal)
    }
    report.made(args.export_dir ?? '', await make(ground, report, checkpoint))
    report.done(await push(ground, report, checkpoint))
    return 0
  } catch (error) {
    if (error instanceof Stopped) {
      report.cancelled()
      return exitCodeOf(error.signal)
    }
    report.failed(error instanceof Refused ? error.faults[0] : error instanceof UserError ? error.fault : internalFault(error))
    throw error
  }
}

/** Thrown where the export was asked to stop. */
class Stopped extends Error {
  constructor(readonly signal: Parameters<typeof exitCodeOf>[0]) {
    super(signal)
  }
}

/** Writes beside the target, compares, and renames, so that it appears whole and on one file system; whatever ends it early leaves nothing. */
async function make(ground: ExportGround, report: ExportReport, checkpoint: () => void): Promise<Verdict | null> {
  const output = path.resolve(ground.args.export_dir ?? '')
  const temporary = `${output}.${process.pid}.tmp`
  const total = formats[ground.options.format].bytes(ground)
  let done = 0
  report.progress('writing', 0)
  try {
    for (const bytes of formats[ground.options.format].writing(ground, temporary)) {
      done += bytes
      report.progress('writing', Math.min(1, done / total))
      await turn() // a signal is only heard between two turns
      checkpoint()
    }
    const verdict = await verdictOn(ground, temporary, (share) => {
      checkpoint()
      report.progress('verifying', share)
    })
    rmSync(output, { recursive: true, force: true })
    renameSync(temporary, output)
    return verdict
  } catch (error) {
    const known = diskFault(error, temporary)
    throw known instanceof UserError && known.fault.code === 'disk_full' ? new UserError('export_disk_ran_out', { path: output }, 'export_dir') : known
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

async function verdictOn(ground: ExportGround, folder: string, progress: (share: number) => void): Promise<Verdict | null> {
  if (!ground.options.verify || ground.options.format === 'adapter') return null
  const { verifyExport } = await import('@/trainer/export/verify')
  return verifyExport(ground, folder, progress)
}

/** Sends the folder where a repository is named; gives its page. */
async function push({ args, options }: ExportGround, report: ExportReport, checkpoint: () => void): Promise<string | null> {
  if (args.export_hub_model_id === null) return null
  const { pushFolder } = await import('@/hub/push')
  const wanted = { folder: path.resolve(args.export_dir ?? ''), id: args.export_hub_model_id, isPrivate: options.hub_private, token: namedToken(args, 'huggingface') ?? null }
  return pushFolder(wanted, (share) => {
    checkpoint()
    report.progress('pushing', share)
  })
}
