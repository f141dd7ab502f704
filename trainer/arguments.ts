/**
 * The configuration of a command: a YAML (or JSON) file, then `key=value` overrides; or flags alone, as `llamafactory-cli` takes both.
 */
import { existsSync, readFileSync } from 'node:fs'
import { systemProblem } from '@/lib/causes'
import { UserError, type Fault } from '@/lib/errors'
import type { TrainingArgs } from '@/lib/config/fields'
import { parseFlags, parseOverrides } from '@/lib/config/overrides'
import type { Purpose } from '@/lib/config/rules'
import { parseArgs } from '@/lib/config/schema'
import { readYaml, type Read } from '@/lib/config/yaml'

/** Several faults at once; each gets its sentence. */
export class Refused extends Error {
  constructor(readonly faults: readonly Fault[]) {
    super(faults.map(({ code, values }) => `${code} ${JSON.stringify(values)}`).join('\n'))
    this.name = 'Refused'
  }
}

function values(read: Read): Record<string, unknown> {
  if (!read.ok) throw new Refused(read.faults)
  return read.values
}

function fileText(file: string): string {
  if (!existsSync(file)) throw new UserError('file_missing', { path: file })
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UserError('file_unreadable', { path: file, problem: systemProblem(error) })
  }
}

/** The raw settings of `[x.yaml] [key=value …]` or `--key value …`. */
export function readSettings(argv: readonly string[]): Record<string, unknown> {
  const [file, ...overrides] = argv
  if (file === undefined) throw new UserError('config_empty')
  if (file.startsWith('--')) return values(parseFlags(argv))
  return { ...values(readYaml(fileText(file))), ...values(parseOverrides(overrides)) }
}

/** The checked configuration; Refused with every fault of it. */
export function readArguments(argv: readonly string[], purpose: Purpose): TrainingArgs {
  const parsed = parseArgs(readSettings(argv), purpose)
  if (!parsed.ok) throw new Refused(parsed.faults)
  return parsed.args
}
