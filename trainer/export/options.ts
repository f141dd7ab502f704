/** The words of `tuneboard export` that are no setting of LLaMA-Factory: `--format gguf --gguf_type q8_0 --verify`, before or after the configuration. */
import { UserError } from '@/lib/errors'
import { type ExportOptions, exportOptionsSchema } from '@/lib/export'

const names = Object.keys(exportOptionsSchema.shape) as (keyof ExportOptions)[]
const switches: readonly string[] = ['verify', 'hub_private'] satisfies (keyof ExportOptions)[]

/**
 * @returns the options, and the words that are left
 * @throws UserError `not_an_option` for a value that is none
 */
export function takeOptions(argv: readonly string[]): { options: ExportOptions; rest: string[] } {
  const given: Record<string, unknown> = {}
  const rest: string[] = []
  for (let i = 0; i < argv.length; i++) {
    const [, name, value] = /^--(\w+)(?:=(.*))?$/.exec(argv[i]) ?? []
    if (name === undefined || !names.some((known) => known === name)) rest.push(argv[i])
    else if (switches.includes(name)) given[name] = value === undefined || value === 'true'
    else given[name] = value ?? argv[++i]
  }
  const parsed = exportOptionsSchema.safeParse(given)
  if (parsed.success) return { options: parsed.data, rest }
  const [issue] = parsed.error.issues
  const key = String(issue.path[0])
  throw new UserError('not_an_option', { key: `--${key}`, value: String(given[key] ?? ''), options: issue.code === 'invalid_value' ? issue.values.join(', ') : 'true, false' })
}
