/** What the trainer says on standard error when a command cannot be done: in the language of the terminal, or as JSON for the board, whose readers have theirs. */
import { internalFault } from '@/lib/causes'
import { UserError, type Fault } from '@/lib/errors'
import { inEnglish } from '@/lib/messages/english'
import type { Locale } from '@/lib/messages/locales'
import { faultsAs } from '@/lib/run'
import { Refused } from '@/trainer/arguments'

export const terminalLocale = (): Locale => ((process.env.LC_ALL ?? process.env.LANG ?? '').startsWith('zh') ? 'zh' : 'en')

async function say(fault: Fault): Promise<void> {
  const locale = terminalLocale()
  const text = process.env[faultsAs] === 'json' ? JSON.stringify({ fault }) : locale === 'en' ? inEnglish(fault) : (await import('@/lib/messages')).sentence(fault, locale)
  process.stderr.write(`${text}\n`)
}

/** A sentence per fault; false when `error` is none of the user's. */
export async function sayFaults(error: unknown): Promise<boolean> {
  if (!(error instanceof UserError || error instanceof Refused)) return false
  for (const fault of error instanceof Refused ? error.faults : [error.fault]) await say(fault)
  return true
}

/** The sentence of a failure of ours; the stack only where it is asked for. Gives the exit code. */
export async function sayFailure(error: unknown): Promise<number> {
  await say(internalFault(error))
  if (process.env.TUNEBOARD_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  return 1
}
