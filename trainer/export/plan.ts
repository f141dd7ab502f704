/** What an export would write, for the page, before it is begun. */
import type { ApiRequest } from '@/lib/api'
import { parseArgs } from '@/lib/config/schema'
import { type ExportPlan, exportOptionsSchema } from '@/lib/export'
import { withFolder } from '@/trainer/base-model'
import { collector } from '@/trainer/run/check'
import { formats } from '@/trainer/export/formats'
import { checkExport, checkSpace, freeBytes } from '@/trainer/export/ground'

export async function planExport({ args: raw, options }: ApiRequest<'export_plan'>): Promise<ExportPlan> {
  const parsed = parseArgs(raw, 'export')
  const nothing = { bytes: null, available: 0 }
  if (!parsed.ok) return { faults: parsed.faults, ...nothing }
  const base = collector()
  const args = await base.attempt(() => withFolder(parsed.args))
  if (args === null) return { faults: base.faults, ...nothing }
  const { faults, ground } = await checkExport(args, exportOptionsSchema.parse(options))
  if (ground === null) return { faults, ...nothing }
  const { faults: full, attempt } = collector()
  await attempt(() => checkSpace(ground))
  return { faults: full, bytes: formats[ground.options.format].bytes(ground), available: freeBytes(args.export_dir ?? '') }
}
