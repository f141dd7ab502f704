/** Any error as a fault that can travel to the page. */
import { internalFault } from '@/lib/causes'
import { UserError, type Fault } from '@/lib/errors'

/** The user's fault, or ours with what went wrong; the stack of ours goes to standard error, which the server keeps. */
export function faultOf(error: unknown): Fault {
  if (error instanceof UserError) return error.fault
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  return internalFault(error)
}
