/** What the trainer says on standard error when a command cannot be done: in the language of the terminal, or as JSON for the board, whose readers have theirs. */
import { internalFault } from '@/lib/causes'
import { UserError, type Fault } from '@/lib/errors'
import { sentence } from '@/lib/messages'
import type { Locale } from '@/lib/messages/locales'
import { faultsAs } from '@/lib/run'
import { Refused } from '@/trainer/arguments'

export const terminalLocale = (): Locale => ((process.env.LC_ALL ?? process.env.LANG ?? '').startsWith('zh') ? 'zh' : 'en')

const say = (fault: Fault): void => void process.stderr.write(`${process.env[faultsAs] === 'json' ? JSON.stringify({ fault }) : sentence(fault, terminalLocale())}\n`)

/** A sentence per fault; false when `error` is none of the user's. */
export function sayFaults(error: unknown): boolean {
  if (error instanceof UserError) say(error.fault)
  else if (error instanceof Refused) error.faults.forEach(say)
  else return false
  return true
}

/** The sentence of a failure of ours; the stack only where it is asked for. Gives the exit code. */
export function sayFailure(error: unknown): number {
  say(internalFault(error))
  if (process.env.TUNEBOARD_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  return 1
}
