/** The command that does what the page would do, for people to copy. */
import { fieldOf, same, type Key, type TrainingArgs } from '@/lib/config/fields'
import { writeFlow, writeNumber, writtenKeys } from '@/lib/config/written'

export const programs = ['tuneboard', 'llamafactory-cli'] as const
export type Program = (typeof programs)[number]

const start: Readonly<Record<Program, string>> = { tuneboard: 'npx tuneboard', 'llamafactory-cli': 'llamafactory-cli' }

/** A word for a POSIX shell. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

function word(value: unknown): string {
  if (typeof value === 'number') return writeNumber(value, false)
  if (Array.isArray(value)) return value.join(',')
  return typeof value === 'object' ? writeFlow(value) : String(value)
}

const falsy = (value: unknown): boolean => value === false || value === 0 || value === ''

/**
 * `<program> train \` and one `    --key value \` line per setting. What is false, 0 or empty is left out where that is its default
 * anyway (LLaMA Board leaves out all of it, and so loses an `enable_thinking` that was switched off).
 */
export function trainCommand(args: TrainingArgs, program: Program): string {
  const shown = (key: Key) => !(falsy(args[key]) && same(args[key], fieldOf(key).default))
  const lines = writtenKeys(args)
    .filter(shown)
    .map((key) => `    --${key} ${quoted(word(args[key]))}`)
  return [`${start[program]} train`, ...lines].join(' \\\n')
}
