/** Errors that no request waits for: told on standard error, so that one bad folder or a full disk does not end the server. */

import { UserError } from '@/lib/errors'
import { inEnglish } from '@/lib/messages/english'

/** One line on standard error, with the stack when TUNEBOARD_DEBUG is set. */
export function report(error: unknown): void {
  const text = error instanceof UserError ? inEnglish(error.fault) : error instanceof Error ? (process.env.TUNEBOARD_DEBUG ? (error.stack ?? error.message) : error.message) : String(error)
  process.stderr.write(`tuneboard: ${text}\n`)
}

/** `work` for a timer or an event: what it throws is reported. */
export const reporting = <Args extends unknown[]>(work: (...args: Args) => unknown) => (...args: Args): void => {
  try {
    work(...args)
  } catch (error) {
    report(error)
  }
}
