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

/** A value as it is typed; a choice by the older word for it, where it has one: LLaMA-Factory's command line knows no other for these. */
function typed(key: Key, value: unknown): string {
  const { listed, words = {} } = fieldOf(key)
  if (typeof value === 'number') return writeNumber(value, false)
  if (Array.isArray(value)) return listed ? value.map((one) => quoted(String(one))).join(' ') : quoted(value.join(','))
  if (typeof value === 'object') return quoted(writeFlow(value))
  return quoted(Object.keys(words).find((word) => words[word] === value) ?? String(value))
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
    .map((key) => `    --${key} ${typed(key, args[key])}`)
  return [`${start[program]} train`, ...lines].join(' \\\n')
}
